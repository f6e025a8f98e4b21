//! tussockSnapshot: a cursor on every collection of every database, all at one moment.
//!
//! A command of our own, for backups: `{tussockSnapshot: 1, salvage: BOOL}`. The reply is
//! `{collections: [{db, name, type, options, info, indexes, count, cursor}]}`; a view has no indexes
//! and no cursor. Cursors of a salvage pass over damaged pages, so that they give fewer documents
//! than `count` says. Where the manifest or the journal was damaged there is `missing`: an array of
//! `{ns, documents}`, `{commits: [FIRST, LAST]}`, `{ns, index}` and `{catalog: true}`.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::engine::{Cursor, Engine};
use crate::error::Result;
use crate::plan::Salvage;
use crate::value::DocumentBuf;

const FIELDS: &[Field] = &[optional("salvage", Takes::Bool)];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let salvages = arguments.truth("salvage").unwrap_or(false);
    let collections: Vec<_> = engine.catalog().iter().cloned().collect();
    let mut entries = Vec::with_capacity(collections.len());
    for collection in &collections {
        let namespace = &collection.info.namespace;
        let mut entry = DocumentBuf::new();
        entry.append("db", namespace.database());
        collection
            .describe()
            .as_ref()
            .elements()
            .filter(|element| element.name != "idIndex")
            .for_each(|element| entry.append_element(&element));
        if !collection.is_view() {
            entry.append_array("indexes", |list| {
                for index in collection.shown_indexes() {
                    list.push(&index.spec.describe());
                }
            });
            entry.append("count", collection.records.len() as i64);
            let scan = Salvage::new(collection.records.cursor(), salvages);
            let context = request.context.clone();
            let cursor = Cursor::new(namespace.clone(), Box::new(scan), context);
            let env = engine.env.clone();
            entry.append("cursor", engine.cursors.open(cursor, env.as_ref()));
        }
        entries.push(entry);
    }
    let mut reply = DocumentBuf::new();
    reply.append_array("collections", |list| {
        entries.iter().for_each(|entry| list.push(entry));
    });
    if let Some(missing) = engine.salvaged() {
        reply.append_array("missing", |list| {
            missing.iter().for_each(|one| list.push(one));
        });
    }
    Ok(reply)
}
