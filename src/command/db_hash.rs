//! dbHash: a digest of each collection's documents, and of all.
//!
//! Source: the manual, "dbHash". Documents are taken in the order of their `_id`.

use std::rc::Rc;

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::catalog::Collection;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::index::split_record;
use crate::sorting::sort_by;
use crate::value::{BinaryRef, DocumentBuf, Md5, ValueRef};

const FIELDS: &[Field] = &[optional("collections", Takes::Array)];

/// The collection that holds the views of a database, as far as users see it.
const VIEWS: &str = "system.views";

struct Hashed {
    name: String,
    hash: String,
    uuid: [u8; 16],
    is_capped: bool,
}

fn hash(engine: &Engine, collection: &Collection) -> Result<String> {
    let mut digest = Md5::default();
    let by_id = collection.indexes.iter().find(|index| index.spec.is_id());
    match by_id {
        Some(index) => {
            let mut cursor = index.tree.cursor();
            while let Some(entry) = cursor.next_ref()? {
                engine.step()?;
                let record = split_record(true, entry.key, entry.value).record;
                if let Some(document) = collection.records.get_ref(record)? {
                    digest.update(document);
                }
            }
        }
        None => {
            let mut cursor = collection.records.cursor();
            while let Some((_, document)) = cursor.next_ref()? {
                engine.step()?;
                digest.update(document);
            }
        }
    }
    Ok(digest.finish_hex())
}

/// The definitions of views stand for documents of a collection of their own.
fn hash_views(views: &[&Rc<Collection>]) -> Hashed {
    let mut digest = Md5::default();
    let mut uuid = [0; 16];
    for view in views {
        digest.update(view.info.describe().as_bytes());
        uuid = view.info.uuid;
    }
    Hashed {
        name: VIEWS.to_owned(),
        hash: digest.finish_hex(),
        uuid,
        is_capped: false,
    }
}

/// Errors: `TypeMismatch` (14), `BadValue` (2) for a name that is no string.
pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of_lenient(request, FIELDS)?;
    let mut wanted = Vec::new();
    for name in arguments
        .array("collections")
        .iter()
        .flat_map(|list| list.iter())
    {
        let name = name.as_str();
        wanted.push(name.ok_or_else(|| Error::bad_value("collections are named by strings"))?);
    }
    let is_wanted = |name: &str| wanted.is_empty() || wanted.contains(&name);
    let mut all = Vec::new();
    let mut views = Vec::new();
    for collection in engine.catalog().of_database(request.database) {
        if collection.is_view() {
            views.push(collection);
            continue;
        }
        let buckets = collection.buckets_name();
        let name = match &buckets {
            Some(name) => name.as_str(),
            None => collection.info.namespace.collection(),
        };
        if is_wanted(name) && name != "system.profile" {
            let options = collection.info.options.as_ref();
            all.push(Hashed {
                name: name.to_owned(),
                hash: hash(engine, collection)?,
                uuid: collection.info.uuid,
                is_capped: options
                    .get("capped")
                    .is_some_and(|capped| capped.is_truthy()),
            });
        }
    }
    if !views.is_empty() && is_wanted(VIEWS) {
        all.push(hash_views(&views));
    }
    sort_by(&mut all, |a, b| a.name.cmp(&b.name));
    Ok(reply(request, &all))
}

fn reply(request: &Request<'_>, all: &[Hashed]) -> DocumentBuf {
    let mut sum = Md5::default();
    let mut reply = DocumentBuf::new();
    reply.append("host", super::server::HOST);
    reply.append_document("collections", |list| {
        for one in all {
            sum.update(one.hash.as_bytes());
            list.append(&one.name, one.hash.as_str());
        }
    });
    reply.append_array("capped", |list| {
        let capped = all.iter().filter(|one| one.is_capped);
        capped.for_each(|one| list.push(one.name.as_str()));
    });
    reply.append_document("uuids", |list| {
        for one in all {
            let uuid = BinaryRef {
                subtype: 4,
                bytes: &one.uuid,
            };
            list.append(&one.name, ValueRef::Binary(uuid));
        }
    });
    reply.append("md5", sum.finish_hex().as_str());
    let millis = request.context.env.now_ms() - request.context.now_ms;
    reply.append("timeMillis", millis as i32);
    reply
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn digests_tell_documents_and_not_how_they_came() {
        let mut shell = Shell::new();
        shell.insert("a", "[{_id: 1}, {_id: 2}]");
        shell.insert("b", "[{_id: 2}, {_id: 1}]");
        shell.insert("c", "[{_id: 2}, {_id: 3}]");
        let mut hash = |name: &str| shell.field("{dbHash: 1}", &format!("collections.{name}"));
        assert_eq!(hash("a"), hash("b"));
        assert_ne!(hash("a"), hash("c"));
        shell.check("{dbHash: 1, collections: ['none']}", "collections", "{}");
    }
}
