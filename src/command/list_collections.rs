//! listCollections: the collections and views of a database.
//!
//! Source: the manual, "listCollections".

use super::arguments::{Arguments, Field, Takes, optional};
use super::listing;
use super::request::Request;
use super::{selection, time_series};
use crate::catalog::Namespace;
use crate::engine::Engine;
use crate::error::Result;
use crate::value::DocumentBuf;

const FIELDS: &[Field] = &[
    optional("filter", Takes::Document),
    optional("cursor", Takes::Document),
    optional("nameOnly", Takes::Bool),
    optional("authorizedCollections", Takes::Bool),
    optional("includePendingDrops", Takes::Bool),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    listing::check_filter(arguments.document("filter"))?;
    let filter = selection::filter(arguments.document("filter"), &request.context)?;
    let name_only = arguments.truth("nameOnly").unwrap_or(false);
    let batch_size = listing::batch_size(request.name, &arguments)?;
    let mut entries = Vec::new();
    for collection in engine.catalog().of_database(request.database) {
        let buckets = time_series::describe_buckets(collection);
        for mut entry in [Some(collection.describe()), buckets].into_iter().flatten() {
            // What is not shown cannot be filtered by.
            if name_only {
                entry = names(&entry);
            }
            if filter.matches(entry.as_ref(), &request.context)? {
                entries.push(entry);
            }
        }
    }
    let namespace = Namespace::new(request.database, "$cmd.listCollections");
    listing::reply(engine, request, namespace, entries, batch_size)
}

fn names(entry: &DocumentBuf) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    entry
        .as_ref()
        .elements()
        .filter(|element| matches!(element.name, "name" | "type"))
        .for_each(|element| out.append_element(&element));
    out
}
