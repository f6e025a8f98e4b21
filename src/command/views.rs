//! Reading from a view: its pipeline first, then what a command asks for as further stages.

use super::arguments::Arguments;
use crate::aggregate::{Opened, Pipeline, PipelineScope, Source};
use crate::catalog::Namespace;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::expression::{Context, ParseScope};
use crate::plan::Hint;
use crate::projection::{Projection, ProjectionKind};
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, ValueRef};

/// Opens a view, or a collection, with stages behind it.
///
/// Errors: those of the view's pipeline and of the stages.
pub(super) fn open(
    engine: &Engine,
    namespace: &Namespace,
    stages: &ArrayBuf,
    hint: Option<Hint>,
    context: &Context,
) -> Result<Opened> {
    let variables = ParseScope::of(context);
    let scope = PipelineScope::new(engine.catalog(), namespace.clone(), variables);
    let own = Pipeline::parse(stages.as_ref(), &scope)?;
    let source = Source::resolve(namespace, &scope)?;
    let mut pipeline = source.prefix;
    pipeline.extend(own);
    pipeline.rewritten()?.open(source.collection, hint)
}

/// What a find asks for, as stages.
///
/// Errors: `InvalidPipelineOperator` (168) for projections that only collections have.
pub(super) fn stages_of_find(arguments: &Arguments<'_>, context: &Context) -> Result<ArrayBuf> {
    let mut stages = ArrayBuf::new();
    let mut add = |name: &str, value: ValueRef<'_>| {
        let mut stage = DocumentBuf::new();
        stage.append(name, value);
        stages.push(&stage);
    };
    let filter = arguments.document("filter").unwrap_or(DocumentRef::EMPTY);
    add("$match", ValueRef::Document(filter));
    if let Some(sort) = arguments.document("sort").filter(|sort| !sort.is_empty()) {
        // The order of a view's source is of no use to it.
        if sort.get("$natural").is_some() {
            let message = "$natural sort cannot be set to a value other than -1 or 1 on a view";
            return Err(Error::new(codes::INVALID_PIPELINE_OPERATOR, message));
        }
        add("$sort", ValueRef::Document(sort));
    }
    if let Some(skip) = arguments.non_negative("skip")?.filter(|&skip| skip > 0) {
        add("$skip", ValueRef::Int64(skip as i64));
    }
    if let Some(limit) = arguments.non_negative("limit")?.filter(|&limit| limit > 0) {
        add("$limit", ValueRef::Int64(limit as i64));
    }
    let projection = arguments
        .document("projection")
        .filter(|projection| !projection.is_empty());
    if let Some(projection) = projection {
        check_projection(projection, context)?;
        add("$project", ValueRef::Document(projection));
    }
    Ok(stages)
}

/// A projection that a find takes but a `$project` does not is one that views refuse.
fn check_projection(projection: DocumentRef<'_>, context: &Context) -> Result<()> {
    let scope = ParseScope::of(context);
    Projection::parse(projection, &scope, ProjectionKind::Find)?;
    let refused = ["$elemMatch", "$meta"];
    for (name, value) in projection.iter() {
        let operator = value
            .as_document()
            .and_then(DocumentRef::first)
            .map(|first| first.name);
        let is_refused =
            name.ends_with(".$") || operator.is_some_and(|operator| refused.contains(&operator));
        if is_refused {
            return Err(Error::new(
                codes::INVALID_PIPELINE_OPERATOR,
                format_args!("the projection of '{name}' is not supported on views"),
            ));
        }
    }
    Ok(())
}
