//! listIndexes: the indexes of a collection.
//!
//! Source: the manual, "listIndexes".

use super::arguments::{Arguments, Field, Takes, optional};
use super::listing;
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
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
    let entries = collection
        .indexes
        .iter()
        .map(|index| index.spec.describe())
        .collect();
    listing::reply(engine, request, namespace, entries, batch_size)
}
