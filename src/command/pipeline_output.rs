//! How the result of `$out` and `$merge` is written: in one commit, after the pipeline has run.

use std::rc::Rc;

use super::request::Request;
use super::{insert, selection, time_series};
use crate::aggregate::{Merge, MergeKey, Output, WhenMatched, WhenNotMatched, merged};
use crate::catalog::{CollectionKind, Namespace};
use crate::engine::{Engine, Write, check_size};
use crate::error::{Error, Result, codes};
use crate::expression::Context;
use crate::limits;
use crate::plan::{BoxStream, Document, Query, Row, plan};
use crate::update::Update;
use crate::value::{DocumentBuf, DocumentRef, ValueRef, validate};

/// Checks the target before the pipeline runs.
///
/// Errors: `CommandNotSupportedOnView` (166), 17152 (a capped target of `$out`), 51183 (see [`Merge::key`]).
pub(super) fn check(engine: &Engine, output: &Output) -> Result<()> {
    match output {
        Output::Replace(target, Some(series)) => match engine.catalog().get(target) {
            Some(found) => time_series::check_output(found, series.as_ref()),
            None => Ok(()),
        },
        Output::Replace(target, None) => match engine.catalog().regular(target)? {
            Some(found) if found.info.rules.capped.is_some() => Err(Error::new(
                17152,
                format_args!("namespace '{target}' is capped so it can't be used for $out"),
            )),
            _ => Ok(()),
        },
        Output::Merge(merge) => {
            let target = engine.catalog().plain(&merge.target)?;
            merge.key(target.map(Rc::as_ref)).map(drop)
        }
    }
}

/// Runs a pipeline to its end and writes its result.
///
/// Errors: those of the pipeline; those of inserts, updates and unique indexes; 13113 and
/// `DuplicateKey` (11000) where `$merge` is to fail.
pub(super) fn write(
    engine: &mut Engine,
    output: &Output,
    mut stream: BoxStream,
    context: &Context,
    request: &Request<'_>,
) -> Result<()> {
    let mut documents = Vec::new();
    while let Some(row) = stream.next(context)? {
        let bytes = row.document.as_ref().as_bytes();
        check_size(bytes.len())?;
        // Stages nest deeper than any command could.
        validate(bytes, limits::NESTING_DEPTH_MAX)?;
        documents.push(row.document);
    }
    drop(stream);
    let mut write = Write::new(engine);
    let bypass = request.document.get("bypassDocumentValidation");
    write.bypass_validation(bypass.is_some_and(|bypass| bypass.is_truthy()));
    match output {
        Output::Replace(target, series) => {
            replace(&mut write, target, series.as_ref(), &documents, request)?;
            write.commit();
            Ok(())
        }
        Output::Merge(merge) => {
            let outcome = merge_all(&mut write, merge, &documents, context, request);
            // What was merged before an error stays; a fault runs everything again, and a command
            // whose time is up has done nothing.
            if !outcome.as_ref().is_err_and(Error::ends_command) {
                write.commit();
            }
            outcome
        }
    }
}

/// Puts documents in the place of those of a collection, which keeps its indexes and options.
fn replace(
    write: &mut Write<'_>,
    target: &Namespace,
    series: Option<&DocumentBuf>,
    documents: &[Document],
    request: &Request<'_>,
) -> Result<()> {
    let old = write.snapshot(target);
    write.drop_collection(target)?;
    let options = old.as_ref().map(|old| old.info.options.clone());
    match (options, series) {
        (None, Some(series)) => {
            let mut options = DocumentBuf::new();
            options.append("timeseries", series);
            write.create_time_series(target, options)?;
        }
        (options, _) => {
            write.create(target, options.unwrap_or_default(), CollectionKind::Regular)?;
        }
    }
    for index in old
        .iter()
        .flat_map(|old| old.shown_indexes())
        .filter(|index| !index.spec.is_id())
    {
        write.create_index(target, index.spec.as_ref().clone())?;
    }
    for document in documents {
        insert_one(write, target, document.as_ref(), request)?;
    }
    Ok(())
}

fn insert_one(
    write: &mut Write<'_>,
    target: &Namespace,
    document: DocumentRef<'_>,
    request: &Request<'_>,
) -> Result<()> {
    let prepared = insert::prepare(document, request)?;
    write
        .insert(
            target,
            prepared.as_ref().map_or(document, DocumentBuf::as_ref),
        )
        .map(drop)
}

fn merge_all(
    write: &mut Write<'_>,
    merge: &Merge,
    documents: &[Document],
    context: &Context,
    request: &Request<'_>,
) -> Result<()> {
    let key = merge.key(write.snapshot(&merge.target).as_deref())?;
    for document in documents {
        merge_one(write, merge, &key, document.as_ref(), context, request)?;
    }
    Ok(())
}

fn merge_one(
    write: &mut Write<'_>,
    merge: &Merge,
    key: &MergeKey,
    new: DocumentRef<'_>,
    context: &Context,
    request: &Request<'_>,
) -> Result<()> {
    let target = &merge.target;
    let found = match key.is_id() && new.get("_id").is_none() {
        true => None,
        false => find(write, target, key.filter(new)?.as_ref(), context)?,
    };
    let Some(found) = found else {
        return match merge.when_not_matched {
            WhenNotMatched::Insert => {
                write.create_implicitly(target)?;
                insert_one(write, target, key.completed(new).as_ref(), request)
            }
            WhenNotMatched::Discard => Ok(()),
            WhenNotMatched::Fail => Err(Error::new(
                codes::MERGE_STAGE_NO_MATCHING_DOCUMENT,
                "$merge could not find a matching document in the target collection for at least one document in the source collection",
            )),
        };
    };
    let old = found.document.as_ref();
    let changed = match &merge.when_matched {
        WhenMatched::KeepExisting => None,
        WhenMatched::Fail => return insert_one(write, target, new, request),
        WhenMatched::Replace => replacement(old, new, context)?,
        WhenMatched::Merge => replacement(old, merged(old, new).as_ref(), context)?,
        WhenMatched::Pipeline(pipeline) => pipeline.apply(old, new, context)?,
    };
    match changed {
        Some(changed) => write.update(target, found.record, old, changed.as_ref()),
        None => Ok(()),
    }
}

/// The one document that a filter on a unique key finds.
fn find(
    write: &Write<'_>,
    target: &Namespace,
    filter: DocumentRef<'_>,
    context: &Context,
) -> Result<Option<Row>> {
    let filter = selection::filter(Some(filter), context)?;
    let mut query = Query::new(write.snapshot(target), filter);
    query.limit = Some(1);
    plan(query)?.stream.next(context)
}

/// A document in the place of another, whose `_id` it keeps.
///
/// Errors: `ImmutableField` (66).
fn replacement(
    old: DocumentRef<'_>,
    new: DocumentRef<'_>,
    context: &Context,
) -> Result<Option<DocumentBuf>> {
    let scope = crate::expression::ParseScope::of(context);
    Update::parse(ValueRef::Document(new), None, &scope)?.apply(old, None, context)
}
