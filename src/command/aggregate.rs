//! aggregate: runs a pipeline.
//!
//! Source: the manual, "aggregate (database command)".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::explain::{self, Explained};
use super::request::Request;
use super::{cursor_reply, pipeline_output, selection};
use crate::aggregate::{
    Pipeline, PipelineScope, Shape, Source, collectionless_namespace, needs_no_collection,
};
use crate::catalog::{Catalog, Collection, Namespace};
use crate::engine::{Batch, Cursor, Engine};
use crate::error::{Error, Result, codes};
use crate::expression::{Context, ParseScope};
use crate::limits;
use crate::plan::{Hint, Verbosity};
use crate::value::{ArrayRef, DocumentBuf, DocumentRef, Kind, ValueRef};

const FIELDS: &[Field] = &[
    required("pipeline", Takes::Array),
    optional("cursor", Takes::Document),
    optional("explain", Takes::Bool),
    optional("allowDiskUse", Takes::Bool),
    optional("bypassDocumentValidation", Takes::Truth),
    optional("collation", Takes::Document),
    optional("hint", Takes::Any),
    optional("let", Takes::Document),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let context = request.context_with_let()?;
    if arguments.truth("explain") == Some(true) {
        let explained = explain(engine, request)?;
        return explain::reply(engine, explained, Verbosity::QueryPlanner, request);
    }
    let prepared = prepare(engine.catalog(), request, &arguments, &context, false)?;
    let batch_size = batch_size(&arguments)?;
    let output = prepared.pipeline.output().cloned();
    if let Some(output) = &output {
        pipeline_output::check(engine, output)?;
    }
    let opened = prepared.pipeline.open(prepared.collection, prepared.hint)?;
    if let Some(output) = &output {
        pipeline_output::write(engine, output, opened.stream, &context, request)?;
        let nothing = Batch {
            documents: Vec::new(),
            is_last: true,
        };
        return Ok(cursor_reply::reply(
            "firstBatch",
            &prepared.namespace,
            0,
            &nothing,
        ));
    }
    let cursor = Cursor::new(prepared.namespace, opened.stream, context);
    cursor_reply::first_batch(engine, cursor, Some(batch_size), false)
}

/// The plan of an aggregate command.
pub(super) fn explain(engine: &Engine, request: &Request<'_>) -> Result<Explained> {
    let arguments = Arguments::of(request, FIELDS)?;
    let context = request.context_with_let()?;
    let prepared = prepare(engine.catalog(), request, &arguments, &context, true)?;
    let filter = match prepared
        .pipeline
        .stages()
        .first()
        .map(|stage| stage.stage.shape())
    {
        Some(Shape::Match { filter, .. }) => filter.source().clone(),
        _ => DocumentBuf::new(),
    };
    let output = prepared
        .pipeline
        .output()
        .is_some()
        .then(|| output_stage(&arguments));
    let opened = prepared.pipeline.open(prepared.collection, prepared.hint)?;
    let (namespace, stream) = (prepared.namespace, opened.stream);
    Ok(Explained {
        namespace,
        filter,
        stream,
        output: output.flatten(),
        context,
    })
}

/// The last stage, as it was written.
fn output_stage(arguments: &Arguments<'_>) -> Option<DocumentBuf> {
    let last = arguments.array("pipeline")?.iter().last()?;
    last.as_document().map(DocumentBuf::from)
}

/// A pipeline that is ready to run on a snapshot.
pub(super) struct Prepared {
    pub namespace: Namespace,
    pub pipeline: Pipeline,
    pub collection: Option<std::rc::Rc<Collection>>,
    pub hint: Option<Hint>,
}

/// Parses and checks an aggregate command.
pub(super) fn prepare(
    catalog: &Catalog,
    request: &Request<'_>,
    arguments: &Arguments<'_>,
    context: &Context,
    is_explained: bool,
) -> Result<Prepared> {
    check(request.document, arguments, is_explained)?;
    arguments.refuse(&["collation"])?;
    let stages = arguments.array("pipeline").unwrap_or(ArrayRef::EMPTY);
    let namespace = namespace(request, stages)?;
    let mut scope = PipelineScope::new(catalog, namespace.clone(), ParseScope::of(context));
    scope.has_collection = request.target.kind() == Kind::String;
    let own = Pipeline::parse(stages, &scope)?;
    let source = Source::resolve(&namespace, &scope)?;
    let mut pipeline = source.prefix;
    pipeline.extend(own);
    let pipeline = pipeline.rewritten()?;
    let hint = selection::hint(arguments)?;
    Ok(Prepared {
        namespace,
        pipeline,
        collection: source.collection,
        hint,
    })
}

/// Errors: `InvalidNamespace` (73), `FailedToParse` (9).
fn namespace(request: &Request<'_>, stages: ArrayRef<'_>) -> Result<Namespace> {
    if !request.target.is_number() {
        return request.namespace();
    }
    if request.target.to_f64() != Some(1.0) {
        return Err(Error::bad_value(
            "Invalid command format: the 'aggregate' field must specify a collection name or 1",
        ));
    }
    if !needs_no_collection(stages) {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            "{aggregate: 1} is not valid for a pipeline that does not begin with a stage that needs no collection",
        ));
    }
    Ok(collectionless_namespace(request.database))
}

/// Errors: `FailedToParse` (9), `TypeMismatch` (14).
fn check(command: DocumentRef<'_>, arguments: &Arguments<'_>, is_explained: bool) -> Result<()> {
    for name in ["allowDiskUse", "explain", "cursor"] {
        if let Some(value) = command.get(name).filter(ValueRef::is_nullish) {
            let message = format!(
                "BSON field 'aggregate.{name}' is the wrong type '{}'",
                value.kind().alias()
            );
            return Err(Error::type_mismatch(message));
        }
    }
    selection::check_hint(command)?;
    let explains = arguments.truth("explain") == Some(true);
    if explains && command.get("writeConcern").is_some() {
        return Err(Error::failed_to_parse(
            "Aggregation explain does not support the 'writeConcern' option",
        ));
    }
    if !is_explained && !explains && arguments.get("cursor").is_none() {
        return Err(Error::failed_to_parse(
            "The 'cursor' option is required, except for aggregate with the explain argument",
        ));
    }
    Ok(())
}

/// The size of the first batch.
///
/// Errors: 40415 for another field of `cursor`, `TypeMismatch` (14), 51024.
fn batch_size(arguments: &Arguments<'_>) -> Result<usize> {
    let Some(cursor) = arguments.document("cursor") else {
        return Ok(limits::FIRST_BATCH_DEFAULT);
    };
    let fields = [optional("batchSize", Takes::Number)];
    let cursor = Arguments::inside("aggregate.cursor", cursor, &fields)?;
    let size = cursor.non_negative("batchSize")?;
    Ok(size.map_or(limits::FIRST_BATCH_DEFAULT, |size| size as usize))
}
