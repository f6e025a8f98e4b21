//! renameCollection: gives a collection another name, perhaps in another database.
//!
//! Source: the manual, "renameCollection".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::collection_uuid;
use super::request::Request;
use super::write_reply::is_writable;
use crate::catalog::{Namespace, check_collection_name, check_database_name, check_known_name};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, ValueRef};

const FIELDS: &[Field] = &[
    required("to", Takes::String),
    optional("dropTarget", Takes::Any),
    optional("collectionUUID", Takes::Any),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    if request.database != "admin" {
        let message = "renameCollection may only be run against the admin database.";
        return Err(Error::new(codes::UNAUTHORIZED, message));
    }
    let ValueRef::String(from) = request.target else {
        return Err(Error::type_mismatch(format_args!(
            "BSON field 'renameCollection.renameCollection' is the wrong type '{}', expected type 'string'",
            request.target.kind().alias()
        )));
    };
    let arguments = Arguments::of(request, FIELDS)?;
    let drop_target = drop_target(request)?;
    let from = full_name(from)?;
    let to = full_name(arguments.string("to").unwrap_or_default())?;
    check_names(&from, &to)?;
    let Some(source) = engine.collection(&from) else {
        return Err(Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("Source collection {from} does not exist"),
        ));
    };
    if source.is_view() || source.time_series().is_some() {
        return Err(Error::new(
            codes::COMMAND_NOT_SUPPORTED_ON_VIEW,
            format_args!("cannot rename view: {from}"),
        ));
    }
    collection_uuid::check(engine.catalog(), &from, request)?;
    if let Some(target) = engine.collection(&to) {
        if target.is_view() || target.time_series().is_some() || drop_target == Target::Kept {
            return Err(Error::new(
                codes::NAMESPACE_EXISTS,
                "target namespace exists",
            ));
        }
        if let Target::DroppedIf(uuid) = drop_target {
            collection_uuid::check_value(engine.catalog(), &to, uuid)?;
        }
    }
    let mut write = Write::new(engine);
    write.drop_collection(&to)?;
    write.rename(&from, &to)?;
    write.commit();
    engine.cursors.kill(&from, "collection renamed");
    engine.cursors.kill(&to, "collection dropped");
    Ok(DocumentBuf::new())
}

/// Errors: `IllegalOperation` (20) for the same name twice, and for names that documents are not
/// written to, of functions among them.
fn check_names(from: &Namespace, to: &Namespace) -> Result<()> {
    let refuse = |what: String| Err(Error::new(codes::ILLEGAL_OPERATION, what));
    if from == to {
        return refuse("Can't rename a collection to itself".to_owned());
    }
    for (which, namespace) in [("source", from), ("target", to)] {
        let name = namespace.collection();
        let is_valid = check_collection_name(namespace.database(), name).is_ok();
        if !is_valid || !is_writable(name) || name == "system.js" {
            return refuse(format!(
                "error with {which} namespace: Invalid collection name: {namespace}"
            ));
        }
    }
    Ok(())
}

/// Whether a collection of the new name may be dropped: a boolean, or the UUID that it must have.
fn drop_target<'a>(request: &Request<'a>) -> Result<Target<'a>> {
    match request.document.get("dropTarget") {
        None => Ok(Target::Kept),
        Some(ValueRef::Boolean(false)) => Ok(Target::Kept),
        Some(ValueRef::Boolean(true)) => Ok(Target::Dropped),
        Some(uuid @ ValueRef::Binary(_)) => Ok(Target::DroppedIf(uuid)),
        Some(other) => Err(Error::type_mismatch(format_args!(
            "BSON field 'renameCollection.dropTarget' is the wrong type '{}', expected a bool or a UUID",
            other.kind().alias()
        ))),
    }
}

/// What becomes of a collection that has the new name.
#[derive(Clone, Copy, PartialEq)]
enum Target<'a> {
    Kept,
    Dropped,
    /// If it has this UUID.
    DroppedIf(ValueRef<'a>),
}

fn full_name(text: &str) -> Result<Namespace> {
    let name = Namespace::parse(text).ok_or_else(|| {
        Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("Invalid namespace specified: {text}"),
        )
    })?;
    check_database_name(name.database())?;
    check_known_name(name.database(), name.collection())?;
    Ok(name)
}
