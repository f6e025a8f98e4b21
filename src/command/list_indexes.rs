//! listIndexes: the indexes of a collection.
//!
//! Source: the manual, "listIndexes".

use super::arguments::{Arguments, Field, Takes, optional};
use super::listing;
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::index::Index;
use crate::value::DocumentBuf;

const FIELDS: &[Field] = &[
    optional("cursor", Takes::Document),
    optional("includeBuildUUIDs", Takes::Truth),
    optional("includeIndexBuildInfo", Takes::Truth),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    let batch_size = listing::batch_size(request.name, &arguments)?;
    let Some(collection) = engine.catalog().regular(&namespace)?.cloned() else {
        let message = format!("ns does not exist: {namespace}");
        return Err(Error::new(codes::NAMESPACE_NOT_FOUND, message));
    };
    let wraps = arguments.truth("includeIndexBuildInfo").unwrap_or(false);
    if wraps && arguments.truth("includeBuildUUIDs").unwrap_or(false) {
        return Err(Error::new(
            codes::INVALID_OPTIONS,
            "includeBuildUUIDs and includeIndexBuildInfo cannot both be true",
        ));
    }
    // Builds end with their command, so that there is none to tell of.
    let describe = |index: &Index| match wraps {
        true => {
            let mut out = DocumentBuf::new();
            out.append("spec", &index.spec.describe());
            out
        }
        false => index.spec.describe(),
    };
    let entries = collection.indexes.iter().map(describe).collect();
    listing::reply(engine, request, namespace, entries, batch_size)
}
