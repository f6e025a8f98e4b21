//! listCollections: the collections and views of a database.
//!
//! Source: the manual, "listCollections".

use super::arguments::{Arguments, Field, Takes, optional};
use super::listing;
use super::request::Request;
use super::{selection, time_series};
use crate::catalog::{Collection, Namespace};
use crate::engine::Engine;
use crate::error::Result;
use crate::value::{BinaryRef, DocumentBuf};

const FIELDS: &[Field] = &[
    optional("filter", Takes::Document),
    optional("cursor", Takes::Document),
    optional("nameOnly", Takes::Bool),
    optional("authorizedCollections", Takes::Truth),
    optional("includePendingDrops", Takes::Truth),
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
        for mut entry in [Some(describe(collection)), buckets].into_iter().flatten() {
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

/// An entry of the list.
pub(super) fn describe(collection: &Collection) -> DocumentBuf {
    let info = &collection.info;
    let mut out = DocumentBuf::new();
    out.append("name", info.namespace.collection());
    out.append(
        "type",
        if collection.is_view() {
            "view"
        } else if collection.time_series().is_some() {
            "timeseries"
        } else {
            "collection"
        },
    );
    out.append("options", &info.options);
    out.append_document("info", |details| {
        details.append("readOnly", collection.is_view());
        if !collection.is_view() && collection.time_series().is_none() {
            details.append(
                "uuid",
                BinaryRef {
                    subtype: 4,
                    bytes: &info.uuid,
                },
            );
        }
    });
    if let Some(index) = collection
        .indexes
        .first()
        .filter(|index| index.spec.is_id() && !index.spec.clustered)
    {
        out.append("idIndex", &index.spec.describe());
    }
    out
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
