//! getMore: the next batch of a cursor.
//!
//! Source: the manual, "getMore".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::cursor_reply;
use super::request::Request;
use crate::catalog::{Namespace, check_known_name};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, ValueRef};

const FIELDS: &[Field] = &[
    required("collection", Takes::String),
    optional("batchSize", Takes::Number),
    optional("maxTimeMS", Takes::Number),
    optional("term", Takes::Long),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    if request.target.is_nullish() {
        let message = "BSON field 'getMore.getMore' is missing but a required field";
        return Err(Error::new(40414, message));
    }
    let ValueRef::Int64(id) = request.target else {
        return Err(Error::type_mismatch(format_args!(
            "BSON field 'getMore.getMore' is the wrong type '{}', expected type 'long'",
            request.target.kind().alias()
        )));
    };
    let arguments = Arguments::of(request, FIELDS)?;
    let name = arguments.string("collection").unwrap_or_default();
    check_known_name(request.database, name)?;
    let namespace = Namespace::new(request.database, name);
    let batch_size = arguments
        .non_negative("batchSize")?
        .filter(|&size| size > 0);
    let newest = engine.collection(&namespace);
    let cursor = engine.cursors.get(id, request.context.now_ms)?;
    if cursor.namespace != namespace {
        return Err(Error::new(
            codes::UNAUTHORIZED,
            format_args!(
                "Requested getMore on namespace '{namespace}', but cursor belongs to a different namespace {}",
                cursor.namespace
            ),
        ));
    }
    let awaits = cursor
        .tailing
        .as_ref()
        .is_some_and(|tailing| tailing.awaits);
    if arguments.get("maxTimeMS").is_some() && !awaits {
        let message = "cannot set maxTimeMS on getMore command for a non-awaitData cursor";
        return Err(Error::bad_value(message));
    }
    if let Some(tailing) = &cursor.tailing {
        tailing.tail.renew(newest);
    }
    let batch = match cursor.batch(batch_size.map(|size| size as usize)) {
        Ok(batch) => batch,
        Err(error) => {
            // A cursor that failed is of no more use; one that lacks a page goes on later.
            if !error.is_fault() {
                engine.cursors.close(id);
            }
            return Err(error);
        }
    };
    let left = if batch.is_last {
        engine.cursors.close(id);
        0
    } else {
        id
    };
    Ok(cursor_reply::reply("nextBatch", &namespace, left, &batch))
}
