//! insert: adds documents to a collection.
//!
//! Source: the manual, "insert".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use super::write_reply::{WriteErrors, check_batch_size, check_target};
use crate::engine::{Engine, Write};
use crate::env::object_id;
use crate::error::{Error, Result, codes};
use crate::limits;
use crate::value::{DocumentBuf, DocumentRef, Kind, Timestamp, ValueRef};

const FIELDS: &[Field] = &[
    required("documents", Takes::Array),
    optional("ordered", Takes::Bool),
    optional("bypassDocumentValidation", Takes::Truth),
    optional("collectionUUID", Takes::Any),
    optional("maxTimeMS", Takes::Number),
    optional("stmtIds", Takes::Array),
    optional("stmtId", Takes::Number),
    optional("txnNumber", Takes::Number),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    let documents = arguments
        .array("documents")
        .unwrap_or(crate::value::ArrayRef::EMPTY);
    check_batch_size(&arguments, documents)?;
    for (at, value) in documents.iter().enumerate() {
        if value.kind() != Kind::Document {
            return Err(Error::type_mismatch(format_args!(
                "BSON field 'insert.documents.{at}' is the wrong type '{}', expected type 'object'",
                value.kind().alias()
            )));
        }
    }
    check_target(engine, &namespace, request)?;
    let mut errors = WriteErrors::new(arguments.truth("ordered").unwrap_or(true));
    let mut inserted = 0;
    let mut write = Write::new(engine);
    write.bypass_validation(arguments.truth("bypassDocumentValidation").unwrap_or(false));
    write.create_implicitly(&namespace)?;
    for (at, value) in documents.iter().enumerate() {
        let document = value.as_document().unwrap_or(DocumentRef::EMPTY);
        let outcome = prepare(document, request).and_then(|prepared| {
            let document = prepared.as_ref().map_or(document, DocumentBuf::as_ref);
            write.insert(&namespace, document)
        });
        inserted += i32::from(outcome.is_ok());
        if !errors.note(at, outcome.map(drop))? {
            break;
        }
    }
    write.commit();
    let mut reply = DocumentBuf::new();
    reply.append("n", inserted);
    errors.append(&mut reply);
    Ok(reply)
}

/// Checks a new document and puts it in its stored form: `_id` first, added if it is missing, and
/// zero timestamps filled in. `None` if it can be stored as it is.
///
/// Errors: `BSONObjectTooLarge` (10334), `InvalidIdField` (53), `BadValue` (2).
pub(super) fn prepare(
    document: DocumentRef<'_>,
    request: &Request<'_>,
) -> Result<Option<DocumentBuf>> {
    check_size(document)?;
    let mut elements = document.elements();
    let id = elements.find(|element| element.name == "_id");
    if let Some(id) = &id {
        check_id(id.value())?;
        if document
            .elements()
            .filter(|element| element.name == "_id")
            .count()
            > 1
        {
            return Err(Error::bad_value(
                "can't have multiple _id fields in one document",
            ));
        }
    }
    let has_zero_timestamp = document
        .elements()
        .any(|element| is_zero_timestamp(element.value()));
    let is_first = document.first().is_some_and(|first| first.name == "_id");
    if is_first && !has_zero_timestamp {
        return Ok(None);
    }
    let mut out = DocumentBuf::with_capacity(document.as_bytes().len() + 17);
    match id {
        Some(id) => out.append_element(&id),
        None => out.append("_id", ValueRef::ObjectId(new_object_id(request))),
    }
    for element in document.elements().filter(|element| element.name != "_id") {
        match is_zero_timestamp(element.value()) {
            true => out.append(element.name, now(request)),
            false => out.append_element(&element),
        }
    }
    check_size(out.as_ref())?;
    Ok(Some(out))
}

fn check_size(document: DocumentRef<'_>) -> Result<()> {
    let size = document.as_bytes().len();
    if size > limits::DOCUMENT_BYTES_MAX {
        return Err(Error::bad_value(format_args!(
            "object to insert too large. size in bytes: {size}, max size: {}",
            limits::DOCUMENT_BYTES_MAX
        )));
    }
    Ok(())
}

/// Errors: `InvalidIdField` (53) for arrays, regular expressions and undefined.
pub(super) fn check_id(id: ValueRef<'_>) -> Result<()> {
    match id.kind() {
        Kind::Array | Kind::Regex | Kind::Undefined => Err(Error::new(
            codes::INVALID_ID_FIELD,
            format_args!("The '_id' value cannot be of type {}", id.kind().alias()),
        )),
        Kind::Document => match id.as_document().and_then(|document| document.first()) {
            Some(first) if first.name.starts_with('$') => Err(Error::new(
                codes::DOLLAR_PREFIXED_FIELD_NAME,
                format_args!(
                    "_id fields may not contain '$'-prefixed fields: {} is not valid for storage.",
                    first.name
                ),
            )),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn is_zero_timestamp(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Timestamp(stamp) if stamp.to_bits() == 0)
}

fn now(request: &Request<'_>) -> Timestamp {
    let seconds = request.context.now_ms.div_euclid(1000);
    Timestamp {
        time: u32::try_from(seconds).unwrap_or(0),
        increment: 1,
    }
}

/// A new id for a document that has none.
pub(super) fn new_object_id(request: &Request<'_>) -> [u8; 12] {
    object_id(&*request.context.env, request.context.now_ms)
}
