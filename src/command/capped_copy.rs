//! convertToCapped and cloneCollectionAsCapped: a collection's documents in a capped one.
//!
//! Source: the manual, "convertToCapped" and "cloneCollectionAsCapped". Indexes are not taken
//! along, and of the documents only the newest that fit.

use std::rc::Rc;

use super::arguments::{Arguments, Field, Takes, optional};
use super::collection_options::{capped_size, shown_number, with_option};
use super::request::Request;
use crate::catalog::{
    Collection, CollectionKind, Namespace, check_collection_name, check_known_name,
};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::index::split_record;
use crate::limits;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

const FIELDS: &[Field] = &[
    optional("size", Takes::Any),
    optional("toCollection", Takes::Any),
];

/// What MongoDB puts before the name of the collection that it fills first: "tmpXXXXX.convertToCapped.".
/// Here nothing is renamed, but a name that is too long for it is refused there.
const TEMPORARY_NAME_BYTES: usize = 25;

/// convertToCapped.
pub(super) fn convert(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of_lenient(request, FIELDS)?;
    let ValueRef::String(name) = request.target else {
        return Err(invalid_name(request));
    };
    check_known_name(request.database, name)?;
    let namespace = Namespace::new(request.database, name);
    let size = size(&arguments)?;
    check_system(name)?;
    if name == "system.views" {
        return Err(Error::bad_value("the views' collection cannot be capped"));
    }
    let source = source(engine, &namespace)?;
    if namespace.to_string().len() + TEMPORARY_NAME_BYTES > limits::NAMESPACE_BYTES_MAX {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("the name {namespace} leaves no room for a temporary one"),
        ));
    }
    let mut write = Write::new(engine);
    write.drop_collection(&namespace)?;
    copy(&mut write, &source, &namespace, size)?;
    write.commit();
    engine.cursors.kill(&namespace, "collection dropped");
    Ok(DocumentBuf::new())
}

/// cloneCollectionAsCapped.
pub(super) fn clone(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of_lenient(request, FIELDS)?;
    let (ValueRef::String(from), Some(ValueRef::String(to))) =
        (request.target, arguments.get("toCollection"))
    else {
        return Err(Error::type_mismatch(
            "cloneCollectionAsCapped takes the names of two collections",
        ));
    };
    let size = size(&arguments)?;
    if from.contains('$') {
        check_collection_name(request.database, from)?;
    }
    check_known_name(request.database, from)?;
    let from = Namespace::new(request.database, from);
    check_system(from.collection())?;
    let source = source(engine, &from)?;
    check_system(to)?;
    check_collection_name(request.database, to)?;
    let to = Namespace::new(request.database, to);
    if !super::create::is_creatable(to.collection()) {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("Invalid system namespace: {to}"),
        ));
    }
    engine.catalog().regular(&to)?;
    let mut write = Write::new(engine);
    copy(&mut write, &source, &to, size)?;
    write.commit();
    Ok(DocumentBuf::new())
}

#[cold]
fn invalid_name(request: &Request<'_>) -> Error {
    let kind = request.target.kind().alias();
    Error::new(
        codes::INVALID_NAMESPACE,
        format_args!("collection name has invalid type {kind}"),
    )
}

/// Errors: `InvalidOptions` (72) for none, or one that is not positive; `BadValue` (2).
fn size(arguments: &Arguments<'_>) -> Result<i64> {
    match arguments.number("size") {
        Some(size) if size > 0 => capped_size(size),
        _ => Err(Error::new(
            codes::INVALID_OPTIONS,
            "Capped collection size must be greater than zero",
        )),
    }
}

/// Errors: `IllegalOperation` (20) for the buckets of a time series.
fn check_system(name: &str) -> Result<()> {
    match name.starts_with("system.buckets.") {
        true => Err(Error::new(
            codes::ILLEGAL_OPERATION,
            "the buckets of a time-series collection cannot be capped",
        )),
        false => Ok(()),
    }
}

/// Errors: `NamespaceNotFound` (26), `CommandNotSupportedOnView` (166).
fn source(engine: &Engine, namespace: &Namespace) -> Result<Rc<Collection>> {
    match engine.catalog().plain(namespace)? {
        Some(found) => Ok(found.clone()),
        None => Err(Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("source collection {namespace} does not exist"),
        )),
    }
}

/// Makes a capped collection of the documents of another.
///
/// Errors: `NamespaceExists` (48).
fn copy(write: &mut Write<'_>, source: &Collection, to: &Namespace, size: i64) -> Result<()> {
    let mut options = source.info.options.clone();
    for (name, value) in [
        ("clusteredIndex", None),
        ("expireAfterSeconds", None),
        ("max", None),
        ("capped", Some(ValueRef::Boolean(true))),
        ("size", Some(shown_number(size))),
    ] {
        options = with_option(options.as_ref(), name, value);
    }
    write.create(to, options, CollectionKind::Regular)?;
    write.bypass_validation(true);
    for record in last_that_fit(source, size)?.into_iter().rev() {
        if let Some(document) = source.document(record)? {
            write.insert(to, DocumentRef::from_valid(&document))?;
        }
    }
    Ok(())
}

/// The last documents in the collection's order, backwards, as many as a capped collection of this
/// size keeps: the others would be added only to be removed. One is kept, however large.
fn last_that_fit(source: &Collection, size: i64) -> Result<Vec<u64>> {
    let mut kept = Vec::new();
    let mut bytes = 0;
    let mut fits = |record: u64, document: &[u8]| {
        bytes += document.len() as i64;
        let fits = bytes <= size || kept.is_empty();
        if fits {
            kept.push(record);
        }
        fits
    };
    if let Some(index) = source.clustered() {
        let mut cursor = index.tree.cursor();
        cursor.seek_end();
        while let Some(entry) = cursor.previous_ref()? {
            let record = split_record(true, entry.key, entry.value).record;
            if let Some(document) = source.document(record)?
                && !fits(record, &document)
            {
                break;
            }
        }
        return Ok(kept);
    }
    let mut cursor = source.records.cursor();
    cursor.seek_end();
    while let Some((record, document)) = cursor.previous_ref()? {
        if !fits(record, document) {
            break;
        }
    }
    Ok(kept)
}
