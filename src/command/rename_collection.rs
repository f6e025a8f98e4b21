//! renameCollection: gives a collection another name, perhaps in another database.
//!
//! Source: the manual, "renameCollection".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use crate::catalog::{Namespace, check_collection_name, check_database_name};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, ValueRef};

const FIELDS: &[Field] = &[
    required("to", Takes::String),
    optional("dropTarget", Takes::Truth),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    if request.database != "admin" {
        let message = "renameCollection may only be run against the admin database.";
        return Err(Error::new(codes::UNAUTHORIZED, message));
    }
    let ValueRef::String(from) = request.target else {
        let message = format!(
            "BSON field 'renameCollection.renameCollection' is the wrong type '{}', expected type 'string'",
            request.target.kind().alias()
        );
        return Err(Error::type_mismatch(message));
    };
    let arguments = Arguments::of(request, FIELDS)?;
    let from = full_name(from)?;
    let to = full_name(arguments.string("to").unwrap_or_default())?;
    let Some(source) = engine.collection(&from) else {
        let message = format!("Source collection {from} does not exist");
        return Err(Error::new(codes::NAMESPACE_NOT_FOUND, message));
    };
    if source.is_view() {
        let message = format!("cannot rename view: {from}");
        return Err(Error::new(codes::COMMAND_NOT_SUPPORTED_ON_VIEW, message));
    }
    if from == to {
        let message = "Can't rename a collection to itself";
        return Err(Error::new(codes::ILLEGAL_OPERATION, message));
    }
    let target_exists = engine.collection(&to).is_some();
    let drop_target = arguments.truth("dropTarget").unwrap_or(false);
    if target_exists && !drop_target {
        return Err(Error::new(
            codes::NAMESPACE_EXISTS,
            "target namespace exists",
        ));
    }
    let mut write = Write::new(engine);
    write.drop_collection(&to);
    write.rename(&from, &to)?;
    write.commit();
    engine.cursors.kill(&from, "collection renamed");
    engine.cursors.kill(&to, "collection dropped");
    Ok(DocumentBuf::new())
}

fn full_name(text: &str) -> Result<Namespace> {
    let name = Namespace::parse(text).ok_or_else(|| {
        Error::new(
            codes::INVALID_NAMESPACE,
            format!("Invalid namespace specified: {text}"),
        )
    })?;
    check_database_name(name.database())?;
    check_collection_name(name.database(), name.collection())?;
    Ok(name)
}
