//! An index as createIndexes is given it, checked.
//!
//! Source: the manual, "createIndexes", and the pages on index properties.

use crate::error::{Error, Result, codes};
use crate::index::IndexSpec;
use crate::limits;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Options that belong to kinds of indexes that do not exist yet.
const REFUSED: &[&str] = &[
    "partialFilterExpression",
    "expireAfterSeconds",
    "collation",
    "wildcardProjection",
    "weights",
    "default_language",
    "language_override",
    "textIndexVersion",
    "2dsphereIndexVersion",
    "bits",
    "min",
    "max",
    "storageEngine",
    "prepareUnique",
    "clustered",
];

/// Errors: `FailedToParse` (9) without key or name, `CannotCreateIndex` (67) for a bad key,
/// `TypeMismatch` (14), `InvalidIndexSpecificationOption` (197) for an unknown option,
/// `NotImplemented` (238) for one that is not supported.
pub(super) fn parse(document: DocumentRef<'_>, lenient: bool) -> Result<IndexSpec> {
    let key = match document.get("key") {
        Some(ValueRef::Document(key)) => key,
        Some(ValueRef::String(_)) | None => {
            return Err(Error::failed_to_parse(
                "The 'key' field is a required property of an index specification",
            ));
        }
        Some(other) => return Err(wrong_type("key", other, "object")),
    };
    check_key(key)?;
    let mut spec = IndexSpec::on(&DocumentBuf::from(key));
    match document.get("name") {
        Some(ValueRef::String(name)) => check_name(name)?.clone_into(&mut spec.name),
        Some(other) => return Err(wrong_type("name", other, "string")),
        None => {
            return Err(Error::failed_to_parse(
                "The 'name' field is a required property of an index specification",
            ));
        }
    }
    for (name, value) in document.iter() {
        option(&mut spec, name, value, lenient)?;
    }
    if is_id_key(key) {
        return id_index(spec, document);
    }
    Ok(spec)
}

fn option(spec: &mut IndexSpec, name: &str, value: ValueRef<'_>, lenient: bool) -> Result<()> {
    match name {
        "key" | "name" | "ns" => {}
        "v" => match value.to_f64() {
            Some(2.0 | 1.0) => {}
            Some(_) => {
                return Err(Error::new(
                    codes::CANNOT_CREATE_INDEX,
                    format!(
                        "Invalid index specification: the index version {value} is not supported"
                    ),
                ));
            }
            None => return Err(wrong_type("v", value, "number")),
        },
        "unique" => spec.unique = flag(name, value)?,
        "sparse" => spec.sparse = flag(name, value)?,
        "hidden" => spec.hidden = flag(name, value)?,
        "background" => drop(flag(name, value)?),
        _ if REFUSED.contains(&name) => {
            let message = format!("the index option '{name}' is not supported");
            return Err(Error::new(codes::NOT_IMPLEMENTED, message));
        }
        _ if lenient => {}
        _ => {
            let message = format!("The field '{name}' is not valid for an index specification.");
            return Err(Error::new(
                codes::INVALID_INDEX_SPECIFICATION_OPTION,
                message,
            ));
        }
    }
    Ok(())
}

fn flag(name: &str, value: ValueRef<'_>) -> Result<bool> {
    match value {
        ValueRef::Boolean(flag) => Ok(flag),
        _ if value.is_number() => Ok(value.is_truthy()),
        _ => Err(wrong_type(name, value, "bool")),
    }
}

fn check_name(name: &str) -> Result<&str> {
    if name.is_empty() {
        return Err(Error::new(
            codes::CANNOT_CREATE_INDEX,
            "index name cannot be empty",
        ));
    }
    if name == "*" {
        return Err(Error::bad_value("The index name '*' is not valid."));
    }
    if name.contains('\0') {
        return Err(Error::new(
            codes::CANNOT_CREATE_INDEX,
            "index name cannot hold a zero byte",
        ));
    }
    Ok(name)
}

/// Errors: `CannotCreateIndex` (67).
fn check_key(key: DocumentRef<'_>) -> Result<()> {
    let refuse = |what: String| Err(Error::new(codes::CANNOT_CREATE_INDEX, what));
    if key.is_empty() {
        return refuse("Index keys cannot be an empty object".to_owned());
    }
    if key.count() > limits::KEY_FIELDS_MAX {
        return refuse("Index has too many fields: 32 is the most".to_owned());
    }
    for (at, (name, value)) in key.iter().enumerate() {
        check_field(name).or_else(refuse)?;
        if key.iter().take(at).any(|(earlier, _)| earlier == name) {
            return refuse(format!(
                "the field '{name}' appears multiple times in the index key pattern"
            ));
        }
        match value {
            ValueRef::String("") => {
                return refuse(
                    "Values in the index key pattern cannot be empty strings".to_owned(),
                );
            }
            ValueRef::String(kind) => {
                return refuse(format!(
                    "Unknown index plugin '{kind}', or a kind of index that is not supported"
                ));
            }
            _ if name == "$**" || name.ends_with(".$**") => {
                return refuse("wildcard indexes are not supported".to_owned());
            }
            _ if value.is_nan() || value.to_f64().is_some_and(|number| number == 0.0) => {
                return refuse("Values in the index key pattern cannot be 0.".to_owned());
            }
            _ if value.is_number() => {}
            _ => {
                return refuse(format!(
                    "Values in v:2 index key pattern cannot be of type {}. Only numbers > 0, numbers < 0, and strings are allowed.",
                    value.kind().alias()
                ));
            }
        }
    }
    Ok(())
}

fn check_field(name: &str) -> std::result::Result<(), String> {
    if name.is_empty() {
        return Err("Index keys cannot be an empty field.".to_owned());
    }
    if name.split('.').any(str::is_empty) {
        return Err("Index keys cannot contain an empty path component.".to_owned());
    }
    if name
        .split('.')
        .any(|part| part.starts_with('$') && !matches!(part, "$**" | "$id" | "$ref" | "$db"))
    {
        return Err(format!(
            "Index key contains an illegal field name: field name starts with '$': {name}"
        ));
    }
    Ok(())
}

fn is_id_key(key: DocumentRef<'_>) -> bool {
    key.count() == 1
        && key
            .get("_id")
            .is_some_and(|value| value.to_f64() == Some(1.0))
}

/// The index on `_id` is there already, whatever it is called, and takes no options.
fn id_index(spec: IndexSpec, document: DocumentRef<'_>) -> Result<IndexSpec> {
    let allowed = ["key", "name", "v", "ns", "collation"];
    for (name, value) in document.iter() {
        let harmless = name == "unique" && value.is_truthy() || name == "background";
        if !allowed.contains(&name) && !harmless {
            let message =
                format!("The field '{name}' is not valid for an _id index specification.");
            return Err(Error::new(
                codes::INVALID_INDEX_SPECIFICATION_OPTION,
                message,
            ));
        }
    }
    debug_assert!(!spec.sparse);
    Ok(IndexSpec::on_id())
}

#[cold]
fn wrong_type(name: &str, value: ValueRef<'_>, expected: &str) -> Error {
    let message = format!(
        "The field '{name}' of an index specification must be a {expected}, but got {}",
        value.kind().alias()
    );
    Error::new(codes::TYPE_MISMATCH, message)
}
