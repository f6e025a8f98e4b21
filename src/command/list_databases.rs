//! listDatabases: the databases with their sizes.
//!
//! Source: the manual, "listDatabases".

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use super::{listing, selection};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::value::DocumentBuf;

const FIELDS: &[Field] = &[
    optional("filter", Takes::Document),
    optional("nameOnly", Takes::Truth),
    optional("authorizedDatabases", Takes::Truth),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    if request.database != "admin" {
        let message = "listDatabases may only be run against the admin database.";
        return Err(Error::new(codes::UNAUTHORIZED, message));
    }
    let arguments = Arguments::of(request, FIELDS)?;
    listing::check_filter(arguments.document("filter"))?;
    let filter = selection::filter(arguments.document("filter"), &request.context)?;
    let name_only = arguments.truth("nameOnly").unwrap_or(false);
    // A server has databases of its own: a filter that cannot be evaluated is always noticed.
    if engine.catalog().databases().is_empty() {
        let mut admin = DocumentBuf::new();
        admin.append("name", "admin");
        filter.matches(admin.as_ref(), &request.context)?;
    }
    let (mut total, mut entries) = (0, Vec::new());
    for name in engine.catalog().databases() {
        let of_database = engine.catalog().of_database(&name);
        let size: u64 = of_database
            .map(|collection| collection.records.data_size() + collection.index_bytes())
            .sum();
        let mut entry = DocumentBuf::new();
        entry.append("name", &*name);
        if !name_only {
            entry.append("sizeOnDisk", size as i64);
            entry.append("empty", size == 0);
        }
        if filter.matches(entry.as_ref(), &request.context)? {
            total += size;
            entries.push(entry);
        }
    }
    let mut reply = DocumentBuf::new();
    reply.append_array("databases", |list| {
        entries.iter().for_each(|entry| list.push(entry))
    });
    if !name_only {
        reply.append("totalSize", total as i64);
        reply.append("totalSizeMb", (total / (1024 * 1024)) as i64);
    }
    Ok(reply)
}
