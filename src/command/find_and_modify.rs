//! findAndModify: changes or removes one document and gives it back.
//!
//! Source: the manual, "findAndModify".

use std::rc::Rc;

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use super::selection::{self, Order};
use super::updating::{Parts, Statement, Updated};
use super::write_reply::check_target;
use super::{collation, time_series};
use crate::catalog::{Collection, Namespace};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result};
use crate::expression::{Context, ParseScope};
use crate::matcher::Matcher;
use crate::plan::{Hint, Query, plan};
use crate::projection::{Projection, ProjectionKind};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

const FIELDS: &[Field] = &[
    optional("query", Takes::Document),
    optional("sort", Takes::Document),
    optional("remove", Takes::Truth),
    optional("update", Takes::Any),
    optional("new", Takes::Truth),
    optional("fields", Takes::Document),
    optional("upsert", Takes::Truth),
    optional("bypassDocumentValidation", Takes::Truth),
    optional("collectionUUID", Takes::Any),
    optional("collation", Takes::Document),
    optional("arrayFilters", Takes::Array),
    optional("hint", Takes::Hint),
    optional("let", Takes::Document),
    optional("stmtId", Takes::Number),
    optional("txnNumber", Takes::Number),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    check(&arguments)?;
    collation::refuse(&arguments)?;
    let context = request.context_with_let()?;
    check_target(engine, &namespace, request)?;
    let target = engine.catalog().get(&namespace);
    if target.is_some_and(|found| found.time_series().is_some()) {
        time_series::check_find_and_modify(&arguments)?;
    }
    let projection = projection(&arguments, &context)?;
    let matcher = selection::filter(arguments.document("query"), &context)?
        .matcher()
        .clone();
    let mut write = Write::new(engine);
    write.bypass_validation(arguments.truth("bypassDocumentValidation").unwrap_or(false));
    let removes = arguments.truth("remove").unwrap_or(false);
    let (mut last_error, value) = if removes {
        remove(&mut write, &namespace, &arguments, &context)?
    } else {
        update(&mut write, &namespace, &arguments, &context, request)?
    };
    // A projection that fails must leave nothing behind.
    let value = match (value, projection) {
        (Some(value), Some(projection)) => Some(project(&value, &projection, &matcher, &context)?),
        (value, _) => value,
    };
    write.commit();
    let mut reply = DocumentBuf::new();
    reply.append("lastErrorObject", &std::mem::take(&mut last_error));
    match &value {
        Some(value) => reply.append("value", value),
        None => reply.append("value", ValueRef::Null),
    }
    Ok(reply)
}

/// Errors: `FailedToParse` (9) for combinations that make no sense.
fn check(arguments: &Arguments<'_>) -> Result<()> {
    let flag = |name: &str| arguments.truth(name).unwrap_or(false);
    let update = arguments.get("update");
    let refuse = |what: &str| Err(Error::failed_to_parse(what));
    if flag("remove") {
        if update.is_some() {
            return refuse("Cannot specify both an update and remove=true");
        }
        if flag("upsert") {
            return refuse("Cannot specify both upsert=true and remove=true ");
        }
        if flag("new") {
            return refuse(
                "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
            );
        }
        if arguments.get("arrayFilters").is_some() {
            return refuse("Cannot specify arrayFilters and remove=true");
        }
    } else if update.is_none() {
        return refuse("Either an update or remove=true must be specified");
    }
    match update {
        None | Some(ValueRef::Document(_) | ValueRef::Array(_)) => Ok(()),
        Some(_) => refuse("Update argument must be either an object or an array"),
    }
}

fn projection(arguments: &Arguments<'_>, context: &Context) -> Result<Option<Rc<Projection>>> {
    let fields = arguments
        .document("fields")
        .filter(|fields| !fields.is_empty());
    let Some(fields) = fields else {
        return Ok(None);
    };
    let scope = ParseScope::of(context);
    Projection::parse(fields, &scope, ProjectionKind::Find)
        .map(Rc::new)
        .map(Some)
}

fn project(
    value: &DocumentBuf,
    projection: &Projection,
    matcher: &Matcher,
    context: &Context,
) -> Result<DocumentBuf> {
    let details = match projection.is_positional() {
        true => matcher.matches_with_position(value.as_ref(), context)?,
        false => None,
    };
    projection.apply(value.as_ref(), context, details.as_ref())
}

/// `lastErrorObject` and the document to give back.
type Outcome = (DocumentBuf, Option<DocumentBuf>);

fn remove(
    write: &mut Write<'_>,
    namespace: &Namespace,
    arguments: &Arguments<'_>,
    context: &Context,
) -> Result<Outcome> {
    let query = select(write.snapshot(namespace), arguments, context)?;
    let row = plan(query)?.stream.next(context)?;
    let value = match &row {
        Some(row) => {
            write.delete(namespace, row.record, row.document.as_ref())?;
            Some(DocumentBuf::from(row.document.as_ref()))
        }
        None => None,
    };
    let mut last_error = DocumentBuf::new();
    last_error.append("n", i32::from(value.is_some()));
    Ok((last_error, value))
}

/// The query that finds the document.
fn select(
    collection: Option<Rc<Collection>>,
    arguments: &Arguments<'_>,
    context: &Context,
) -> Result<Query> {
    let filter = selection::filter(arguments.document("query"), context)?;
    let mut query = Query::new(collection, filter);
    query.hint = selection::hint(arguments)?;
    match selection::sort(arguments.document("sort"))? {
        Some(Order::By(pattern)) => query.sort = Some(pattern),
        Some(Order::Natural(backward)) => query.hint = Some(Hint::Natural(backward)),
        None => {}
    }
    query.limit = Some(1);
    Ok(query)
}

/// The query of a command that is explained.
pub(super) fn query(engine: &Engine, request: &Request<'_>) -> Result<(Query, Context)> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    check(&arguments)?;
    collation::refuse(&arguments)?;
    let context = request.context_with_let()?;
    let collection = engine.catalog().regular(&namespace)?.cloned();
    if arguments.get("update").is_some() {
        parse(&arguments, &context)?;
    }
    Ok((select(collection, &arguments, &context)?, context))
}

fn parse(arguments: &Arguments<'_>, context: &Context) -> Result<Statement> {
    let flag = |name: &str| arguments.truth(name).unwrap_or(false);
    let parts = Parts {
        filter: arguments.document("query"),
        update: arguments
            .get("update")
            .unwrap_or(ValueRef::Document(DocumentRef::EMPTY)),
        constants: None,
        array_filters: arguments.array("arrayFilters"),
        multi: false,
        upsert: flag("upsert"),
        hint: selection::hint(arguments)?,
        sort: arguments.document("sort"),
    };
    Statement::parse(parts, context)
}

fn update(
    write: &mut Write<'_>,
    namespace: &Namespace,
    arguments: &Arguments<'_>,
    context: &Context,
    request: &Request<'_>,
) -> Result<Outcome> {
    let updated: Updated = parse(arguments, context)?.run(write, namespace, request)?;
    let mut last_error = DocumentBuf::new();
    last_error.append("n", updated.matched + i32::from(updated.upserted.is_some()));
    last_error.append("updatedExisting", updated.matched > 0);
    if let Some(id) = &updated.upserted {
        last_error.append("upserted", id);
    }
    let value = if arguments.truth("new").unwrap_or(false) {
        updated.after
    } else {
        updated.before
    };
    Ok((last_error, value))
}
