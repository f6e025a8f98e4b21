//! listIndexes: the indexes of a collection.
//!
//! Source: the manual, "listIndexes".

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use super::{listing, time_series};
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
    let catalog = engine.catalog();
    let buckets = catalog.of_buckets(&namespace);
    let of_buckets = buckets.and_then(|found| found.info.rules.time_series.clone());
    let Some(collection) = catalog.regular_or_buckets(&namespace)?.cloned() else {
        return Err(Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("ns does not exist: {namespace}"),
        ));
    };
    let wraps = arguments.truth("includeIndexBuildInfo").unwrap_or(false);
    if wraps && arguments.truth("includeBuildUUIDs").unwrap_or(false) {
        return Err(Error::new(
            codes::INVALID_OPTIONS,
            "includeBuildUUIDs and includeIndexBuildInfo cannot both be true",
        ));
    }
    // Builds end with their command, so that there is none to tell of.
    let describe = |index: &Index| {
        let spec = match &of_buckets {
            Some(series) => time_series::index_of_buckets(series, &index.spec),
            None => index.spec.describe(),
        };
        if !wraps {
            return spec;
        }
        let mut out = DocumentBuf::new();
        out.append("spec", &spec);
        out
    };
    let entries = collection.shown_indexes().iter().map(describe).collect();
    listing::reply(engine, request, namespace, entries, batch_size)
}
