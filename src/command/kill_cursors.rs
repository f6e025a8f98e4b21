//! killCursors: closes cursors.
//!
//! Source: the manual, "killCursors".

use super::arguments::{Arguments, Field, Takes, required};
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::value::{ArrayRef, DocumentBuf, ValueRef};

const FIELDS: &[Field] = &[required("cursors", Takes::Array)];

/// Cursors are known by their ids alone, so the name need not be theirs: a collection's, or that of
/// a listing.
fn check_target(request: &Request<'_>) -> Result<()> {
    match request.target {
        ValueRef::String(name) if name.starts_with("$cmd.") => Ok(()),
        _ => request.namespace().map(|_| ()),
    }
}

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    check_target(request)?;
    let mut ids = Vec::new();
    for (at, value) in arguments
        .array("cursors")
        .unwrap_or(ArrayRef::EMPTY)
        .iter()
        .enumerate()
    {
        if value.is_nullish() {
            continue;
        }
        let ValueRef::Int64(id) = value else {
            return Err(Error::type_mismatch(format_args!(
                "BSON field 'killCursors.cursors.{at}' is the wrong type '{}', expected type 'long'",
                value.kind().alias()
            )));
        };
        ids.push(id);
    }
    let (mut killed, mut not_found) = (Vec::new(), Vec::new());
    for id in ids {
        if engine.cursors.close(id) {
            killed.push(id);
        } else {
            not_found.push(id);
        }
    }
    let mut reply = DocumentBuf::new();
    for (name, ids) in [
        ("cursorsKilled", killed),
        ("cursorsNotFound", not_found),
        ("cursorsAlive", Vec::new()),
        ("cursorsUnknown", Vec::new()),
    ] {
        reply.append_array(name, |list| ids.iter().for_each(|id| list.push(*id)));
    }
    Ok(reply)
}
