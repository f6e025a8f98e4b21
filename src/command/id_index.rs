//! The option `idIndex` of create: the index on `_id` as some drivers describe it.
//!
//! Source: the manual, "create".

use crate::error::{Error, Result, codes};
use crate::value::{DocumentRef, ValueRef};

/// Checks a description, which can say nothing but what every index on `_id` is.
///
/// Errors: `FailedToParse` (9) without key or name, `BadValue` (2) for another key,
/// `CannotCreateIndex` (67) for a bad name or version, `InvalidIndexSpecificationOption` (197) for
/// further options, `TypeMismatch` (14).
pub(super) fn check(index: DocumentRef<'_>) -> Result<()> {
    for (name, value) in index.iter() {
        match name {
            "key" => check_key(value)?,
            "name" => check_name(value)?,
            "v" => check_version(value)?,
            "ns" => {}
            "collation" => check_collation(value)?,
            _ => {
                return Err(Error::new(
                    codes::INVALID_INDEX_SPECIFICATION_OPTION,
                    format_args!("The field '{name}' is not valid for an _id index specification."),
                ));
            }
        }
    }
    for name in ["key", "name"] {
        if index.element(name).is_none() {
            return Err(Error::failed_to_parse(format_args!(
                "The '{name}' field is a required property of an index specification"
            )));
        }
    }
    Ok(())
}

fn check_key(key: ValueRef<'_>) -> Result<()> {
    let key = key.as_document().ok_or_else(|| wrong_type("key", key))?;
    match key.first() {
        Some(first) if key.count() == 1 && first.name == "_id" && is_one(first.value()) => Ok(()),
        _ => Err(Error::bad_value(
            "The field 'key' for an _id index must be {_id: 1}",
        )),
    }
}

fn is_one(value: ValueRef<'_>) -> bool {
    value.to_f64() == Some(1.0)
}

fn check_name(name: ValueRef<'_>) -> Result<()> {
    match name {
        ValueRef::String("") => Err(Error::new(
            codes::CANNOT_CREATE_INDEX,
            "index name cannot be empty",
        )),
        ValueRef::String(_) => Ok(()),
        other => Err(wrong_type("name", other)),
    }
}

fn check_version(version: ValueRef<'_>) -> Result<()> {
    if !version.is_number() {
        return Err(wrong_type("v", version));
    }
    match version.to_i64_exact() {
        Some(1 | 2) => Ok(()),
        Some(_) => Err(Error::new(
            codes::CANNOT_CREATE_INDEX,
            format_args!("the index version {version} is not supported"),
        )),
        None => Err(Error::bad_value(format_args!(
            "the index version must be a whole number, not {version}"
        ))),
    }
}

/// The index compares as the collection does, which has no collation.
fn check_collation(collation: ValueRef<'_>) -> Result<()> {
    let collation = collation
        .as_document()
        .ok_or_else(|| wrong_type("collation", collation))?;
    match collation.get("locale") {
        Some(ValueRef::String("simple")) => Ok(()),
        _ => Err(Error::bad_value(
            "The _id index must have the same collation as the collection",
        )),
    }
}

#[cold]
fn wrong_type(name: &str, value: ValueRef<'_>) -> Error {
    Error::type_mismatch(format_args!(
        "The field '{name}' of an index specification must not be of type {}",
        value.kind().alias()
    ))
}
