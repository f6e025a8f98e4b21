//! compact: gives back space that a collection does not use; here there is none to give.
//!
//! Source: the manual, "compact". Pages are always as full as their documents make them, and a
//! checkpoint deletes what is not used.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::catalog::{Namespace, check_known_name};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, ValueRef};

const FIELDS: &[Field] = &[
    optional("dryRun", Takes::Bool),
    optional("force", Takes::Bool),
    optional("freeSpaceTargetMB", Takes::Number),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let ValueRef::String(name) = request.target else {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!(
                "collection name has invalid type {}",
                request.target.kind().alias()
            ),
        ));
    };
    if let Some(target) = arguments.number("freeSpaceTargetMB")
        && target < 1
    {
        let message = "BSON field 'freeSpaceTargetMB' value must be >= 1";
        return Err(Error::bad_value(message));
    }
    check_known_name(request.database, name)?;
    let namespace = Namespace::new(request.database, name);
    if engine.catalog().regular_or_buckets(&namespace)?.is_none() {
        return Err(Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("collection does not exist: {namespace}"),
        ));
    }
    let mut reply = DocumentBuf::new();
    let field = match arguments.truth("dryRun") {
        Some(true) => "estimatedBytesFreed",
        _ => "bytesFreed",
    };
    reply.append(field, 0);
    Ok(reply)
}
