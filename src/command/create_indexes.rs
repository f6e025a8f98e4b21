//! createIndexes: builds indexes.
//!
//! Source: the manual, "createIndexes", and the pages on index properties.

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::create::is_creatable;
use super::request::Request;
use super::{index_specification, time_series};
use crate::catalog::Collection;
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::index::IndexSpec;
use crate::value::{ArrayRef, DocumentBuf, ValueRef, compare_documents};

const FIELDS: &[Field] = &[
    required("indexes", Takes::Array),
    optional("commitQuorum", Takes::Any),
    optional("ignoreUnknownIndexOptions", Takes::Truth),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    let lenient = arguments
        .truth("ignoreUnknownIndexOptions")
        .unwrap_or(false);
    let series = engine.catalog().get(&namespace);
    let series = series.and_then(|found| found.time_series());
    check_commit_quorum(&arguments)?;
    let mut specs = Vec::new();
    for value in arguments.array("indexes").unwrap_or(ArrayRef::EMPTY).iter() {
        let document = value.as_document().ok_or_else(|| {
            Error::type_mismatch("The elements of the 'indexes' array must be objects")
        })?;
        let spec = match series {
            Some(series) => time_series::index(series, document, lenient)?,
            None => index_specification::parse(document, lenient)?,
        };
        specs.push(spec);
    }
    if specs.is_empty() {
        return Err(Error::bad_value(
            "Must specify at least one index to create",
        ));
    }
    let existing = engine.catalog().regular(&namespace)?.cloned();
    let before = existing
        .as_ref()
        .map_or(1, |collection| collection.index_count());
    if existing.is_none() && !is_creatable(namespace.collection()) {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("Invalid system namespace: {namespace}"),
        ));
    }
    let mut write = Write::new(engine);
    write.create_implicitly(&namespace)?;
    let mut created = 0;
    for spec in specs {
        let snapshot = write.snapshot(&namespace);
        if let Some(collection) = snapshot
            && exists(&collection, &spec)?
        {
            continue;
        }
        write.create_index(&namespace, spec)?;
        created += 1;
    }
    write.commit();
    let mut reply = DocumentBuf::new();
    reply.append("numIndexesBefore", before as i32);
    reply.append("numIndexesAfter", (before + created) as i32);
    reply.append("createdCollectionAutomatically", existing.is_none());
    if created == 0 {
        reply.append("note", "all indexes already exist");
    }
    Ok(reply)
}

/// One node is every quorum; what is none is refused.
///
/// Errors: `FailedToParse` (9).
fn check_commit_quorum(arguments: &Arguments<'_>) -> Result<()> {
    match arguments.get("commitQuorum") {
        None => Ok(()),
        Some(ValueRef::String(mode)) if !mode.is_empty() => Ok(()),
        Some(nodes) if (0..=50).contains(&nodes.to_i64_coerced().unwrap_or(-1)) => Ok(()),
        Some(_) => Err(Error::failed_to_parse(
            "commitQuorum must be a number from 0 to 50, or the name of a mode",
        )),
    }
}

/// Whether the collection has this index already.
///
/// Errors: `IndexOptionsConflict` (85) for the same key under another name or with other options,
/// `IndexKeySpecsConflict` (86) for the same name with another key.
fn exists(collection: &Collection, spec: &IndexSpec) -> Result<bool> {
    for index in collection.shown_indexes() {
        let old = &index.spec;
        // Indexes of one key are different ones when they hold other documents or refuse others.
        let same_identity = compare_documents(old.key.as_ref(), spec.key.as_ref()).is_eq()
            && old.sparse == spec.sparse
            && (old.unique == spec.unique || old.is_id())
            && same_document(partial(old), partial(spec))
            && same_document(projection(old), projection(spec));
        let same_options = old.hidden == spec.hidden
            && old.expire_after_seconds == spec.expire_after_seconds
            && old.prepare_unique == spec.prepare_unique;
        if same_identity && (old.name == spec.name || old.is_id()) && (same_options || old.is_id())
        {
            return Ok(true);
        }
        if old.name == spec.name {
            let message = format!(
                "An existing index has the same name as the requested index, but another key or other options. Requested index: {}, existing index: {}",
                spec.describe(),
                old.describe()
            );
            let code = match same_identity {
                true => codes::INDEX_OPTIONS_CONFLICT,
                false => codes::INDEX_KEY_SPECS_CONFLICT,
            };
            return Err(Error::new(code, message));
        }
        if same_identity {
            let message = if same_options {
                format!("Index already exists with a different name: {}", old.name)
            } else {
                format!(
                    "An equivalent index already exists with a different name and options. Requested index: {}, existing index: {}",
                    spec.describe(),
                    old.describe()
                )
            };
            return Err(Error::new(codes::INDEX_OPTIONS_CONFLICT, message));
        }
    }
    Ok(false)
}

fn partial(spec: &IndexSpec) -> Option<&DocumentBuf> {
    spec.partial.as_ref().map(|partial| &partial.source)
}

fn projection(spec: &IndexSpec) -> Option<&DocumentBuf> {
    spec.wildcard.as_ref().and_then(|own| own.source.as_ref())
}

fn same_document(one: Option<&DocumentBuf>, two: Option<&DocumentBuf>) -> bool {
    match (one, two) {
        (Some(one), Some(two)) => compare_documents(one.as_ref(), two.as_ref()).is_eq(),
        (None, None) => true,
        _ => false,
    }
}
