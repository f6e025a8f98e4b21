//! find: the documents that match a filter.
//!
//! Source: the manual, "find".

use std::rc::Rc;

use super::arguments::{Arguments, Field, Takes, optional};
use super::explain::Explained;
use super::request::Request;
use super::selection::{self, Order};
use super::{collation, collection_uuid, cursor_reply, find_express, tailable, time_series, views};
use crate::engine::{Cursor, Engine};
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies, ParseScope, metadata_unavailable};
use crate::limits;
use crate::plan::{
    BoxStream, Hint, KeyLimits, Metadata, Query, QueryProjection, Tail, plan, plan_and_rejected,
};
use crate::projection::{Projection, ProjectionKind};
use crate::value::{DocumentBuf, DocumentRef};

const FIELDS: &[Field] = &[
    optional("filter", Takes::Document),
    optional("sort", Takes::Document),
    optional("projection", Takes::Document),
    optional("hint", Takes::Hint),
    optional("skip", Takes::Number),
    optional("limit", Takes::Number),
    optional("batchSize", Takes::Number),
    optional("singleBatch", Takes::Flag),
    optional("max", Takes::Document),
    optional("min", Takes::Document),
    optional("returnKey", Takes::Flag),
    optional("showRecordId", Takes::Flag),
    optional("tailable", Takes::Flag),
    optional("oplogReplay", Takes::Flag),
    optional("noCursorTimeout", Takes::Flag),
    optional("awaitData", Takes::Flag),
    optional("allowPartialResults", Takes::Flag),
    optional("collation", Takes::Document),
    optional("allowDiskUse", Takes::Flag),
    optional("let", Takes::Document),
    optional("collectionUUID", Takes::Any),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    match find_express::run(engine, request)? {
        Some(reply) => Ok(reply),
        None => run_planned(engine, request),
    }
}

fn run_planned(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let context = request.context_with_let()?;
    let namespace = request.namespace()?;
    collection_uuid::check(engine.catalog(), &namespace, request)?;
    let found = engine.collection(&namespace);
    let tailing = tailable::of_find(&arguments, found.as_deref())?;
    let tail = tailing.as_ref().map(|tailing| tailing.tail.clone());
    let stream = match open(engine, request, &arguments, &context, tail)? {
        Opened::Stream(stream) => stream,
        Opened::Query(query) => plan(*query)?.stream,
    };
    let batch_size = arguments.non_negative("batchSize")?;
    let batch_size = batch_size.map_or(limits::FIRST_BATCH_DEFAULT, |size| size as usize);
    let single = arguments.truth("singleBatch").unwrap_or(false);
    let mut cursor = Cursor::new(namespace, stream, context);
    cursor.is_kept = arguments.truth("noCursorTimeout").unwrap_or(false);
    cursor.tailing = tailing;
    cursor_reply::first_batch(engine, cursor, Some(batch_size), single)
}

/// The plan of a find command.
pub(super) fn explain(engine: &Engine, request: &Request<'_>) -> Result<Explained> {
    let arguments = Arguments::of(request, FIELDS)?;
    let context = request.context_with_let()?;
    let filter = arguments.document("filter").unwrap_or(DocumentRef::EMPTY);
    let (stream, choice) = match open(engine, request, &arguments, &context, None)? {
        Opened::Stream(stream) => (stream, None),
        Opened::Query(query) => {
            let (plan, choice) = plan_and_rejected(&query)?;
            (plan.stream, Some(choice))
        }
    };
    Ok(Explained {
        namespace: request.namespace()?,
        filter: filter.into(),
        stream,
        choice,
        output: None,
        context,
    })
}

/// A view's pipeline that runs, or a query of a collection that is to be planned.
enum Opened {
    Stream(BoxStream),
    Query(Box<Query>),
}

/// What a find command reads, from a collection or a view.
fn open(
    engine: &Engine,
    request: &Request<'_>,
    arguments: &Arguments<'_>,
    context: &Context,
    tail: Option<Tail>,
) -> Result<Opened> {
    collation::refuse(arguments)?;
    if let Some(filter) = request.document.get("filter").filter(|f| f.is_nullish()) {
        let kind = filter.kind().alias();
        return Err(Error::type_mismatch(format_args!(
            "BSON field 'find.filter' must be an object, not {kind}"
        )));
    }
    let namespace = request.namespace()?;
    let collection = engine.collection(&namespace);
    if collection
        .as_ref()
        .is_some_and(|found| found.time_series().is_some())
    {
        of_collections_only(arguments)?;
        time_series::check_find(arguments.document("filter"))?;
    }
    if collection.as_ref().is_some_and(|found| found.is_view()) {
        of_collections_only(arguments)?;
        let stages = views::stages_of_find(arguments, context)?;
        let hint = selection::hint(arguments)?;
        let opened = views::open(engine, &namespace, &stages, hint, context)?;
        return Ok(Opened::Stream(opened.stream));
    }
    let filter = selection::filter(arguments.document("filter"), context)?;
    let mut query = Query::new(collection, filter);
    query.hint = selection::hint(arguments)?;
    query.tail = tail;
    match selection::sort(arguments.document("sort"))? {
        Some(Order::By(pattern)) => query.sort = Some(pattern),
        Some(Order::Natural(backward)) => query.hint = Some(Hint::Natural(backward)),
        None => {}
    }
    query.skip = arguments.non_negative("skip")?.unwrap_or(0);
    query.limit = arguments.non_negative("limit")?.filter(|&limit| limit > 0);
    query.projection = projection(arguments, context)?;
    where_found(arguments, &mut query)?;
    if let Some(wanted) = &query.projection {
        query.metadata = Metadata::asked_by(wanted.specification.as_ref());
        check_metadata(&query)?;
        let is_whole = query.returns_keys || query.metadata.is_of_plans();
        query.needed = needed(wanted).filter(|_| !is_whole);
    }
    Ok(Opened::Query(Box::new(query)))
}

/// Errors: 40218 for a score, `BadValue` (2) for the sort key of what is not sorted.
fn check_metadata(query: &Query) -> Result<()> {
    let scores = Metadata::SCORE.and(Metadata::SCORE_DETAILS);
    if query.metadata.has(scores) {
        return Err(metadata_unavailable("score"));
    }
    match query.metadata.has(Metadata::SORT_KEY) && query.sort.is_none() {
        true => Err(Error::bad_value(
            "cannot use sortKey $meta projection without a sort",
        )),
        false => Ok(()),
    }
}

/// `min`, `max`, `returnKey` and `showRecordId`.
///
/// Errors: 51173 for limits without a hint.
fn where_found(arguments: &Arguments<'_>, query: &mut Query) -> Result<()> {
    let limit = |name| {
        let limit = arguments.document(name).filter(|limit| !limit.is_empty());
        limit.map(DocumentBuf::from)
    };
    query.key_limits = KeyLimits {
        min: limit("min"),
        max: limit("max"),
    };
    query.returns_keys = arguments.truth("returnKey").unwrap_or(false);
    query.shows_records = arguments.truth("showRecordId").unwrap_or(false);
    if query.key_limits.is_set() && matches!(query.hint, None | Some(Hint::Natural(_))) {
        return Err(Error::new(
            51173,
            "When using min()/max() a hint of which index to use must be provided",
        ));
    }
    Ok(())
}

/// What the rows of a view's pipeline cannot tell.
///
/// Errors: `OptionNotSupportedOnView` (167).
fn of_collections_only(arguments: &Arguments<'_>) -> Result<()> {
    let is_asked = |name: &&str| match *name {
        "min" | "max" => arguments
            .document(name)
            .is_some_and(|limit| !limit.is_empty()),
        _ => arguments.truth(name).unwrap_or(false),
    };
    let names = ["min", "max", "returnKey", "showRecordId"];
    match names.iter().find(|name| is_asked(name)) {
        Some(name) => Err(Error::new(
            codes::OPTION_NOT_SUPPORTED_ON_VIEW,
            format_args!("the option '{name}' is not supported on a view"),
        )),
        None => Ok(()),
    }
}

fn projection(arguments: &Arguments<'_>, context: &Context) -> Result<Option<QueryProjection>> {
    let specification = arguments.document("projection");
    let Some(specification) = specification.filter(|spec| !spec.is_empty()) else {
        return Ok(None);
    };
    let scope = ParseScope::of(context);
    let projection = Projection::parse(specification, &scope, ProjectionKind::Find)?;
    let positional = projection.is_positional();
    let projection = Rc::new(projection);
    Ok(Some(QueryProjection {
        projection,
        specification: specification.into(),
        positional,
    }))
}

/// The fields that a projection looks at, if it does not need whole documents.
fn needed(wanted: &QueryProjection) -> Option<Vec<crate::value::FieldPath>> {
    if wanted.positional {
        return None;
    }
    let mut read = Dependencies::new();
    wanted.projection.dependencies(&mut read);
    (!read.whole_document).then(|| read.paths.into_iter().collect())
}
