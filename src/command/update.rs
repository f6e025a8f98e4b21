//! update: changes documents.
//!
//! Source: the manual, "update".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use super::updating::{Parts, Statement, Updated};
use super::write_reply::{WriteErrors, check_batch_size, check_target};
use super::{collation, selection, time_series};
use crate::catalog::TimeSeries;
use crate::engine::{Engine, Write};
use crate::error::{Error, Result};
use crate::expression::Context;
use crate::value::{ArrayRef, DocumentBuf, Value, ValueRef};

const FIELDS: &[Field] = &[
    required("updates", Takes::Array),
    optional("ordered", Takes::Bool),
    optional("bypassDocumentValidation", Takes::Truth),
    optional("collectionUUID", Takes::Any),
    optional("let", Takes::Document),
    optional("stmtIds", Takes::Array),
    optional("stmtId", Takes::Number),
    optional("txnNumber", Takes::Number),
];

const STATEMENT_FIELDS: &[Field] = &[
    required("q", Takes::Document),
    required("u", Takes::Any),
    optional("c", Takes::Document),
    optional("upsert", Takes::Bool),
    optional("multi", Takes::Bool),
    optional("collation", Takes::Document),
    optional("arrayFilters", Takes::Array),
    optional("hint", Takes::Hint),
    optional("sort", Takes::Document),
    optional("upsertSupplied", Takes::Bool),
    optional("sampleId", Takes::Any),
];

/// The command's fields and those of its statements.
pub(super) fn arguments<'a>(request: &Request<'a>) -> Result<(Arguments<'a>, Vec<Arguments<'a>>)> {
    let arguments = Arguments::of(request, FIELDS)?;
    let statements = arguments.array("updates").unwrap_or(ArrayRef::EMPTY);
    check_batch_size(&arguments, statements)?;
    let mut parsed = Vec::new();
    for statement in statements.iter() {
        let document = statement.as_document().ok_or_else(|| {
            Error::type_mismatch("BSON field 'update.updates' must be an array of documents")
        })?;
        parsed.push(Arguments::inside(
            "update.updates",
            document,
            STATEMENT_FIELDS,
        )?);
    }
    Ok((arguments, parsed))
}

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let (arguments, parsed) = arguments(request)?;
    let namespace = request.namespace()?;
    let context = request.context_with_let()?;
    check_target(engine, &namespace, request)?;
    let series = engine.catalog().get(&namespace);
    let series = series.and_then(|found| found.info.rules.time_series.clone());
    let mut errors = WriteErrors::new(arguments.truth("ordered").unwrap_or(true));
    let mut tally = Tally::default();
    let mut write = Write::new(engine);
    write.bypass_validation(arguments.truth("bypassDocumentValidation").unwrap_or(false));
    for (at, statement) in parsed.iter().enumerate() {
        let series = series.as_deref();
        let outcome = parse(series, statement, &context)
            .and_then(|statement| statement.run(&mut write, &namespace, request));
        let outcome = outcome.map(|updated| tally.add(at, updated));
        if !errors.note(at, outcome)? {
            break;
        }
    }
    write.commit();
    Ok(tally.reply(&errors))
}

#[derive(Default)]
struct Tally {
    matched: i32,
    modified: i32,
    upserted: Vec<(usize, Value<'static>)>,
}

impl Tally {
    fn add(&mut self, at: usize, updated: Updated) {
        self.matched += updated.matched;
        self.modified += updated.modified;
        self.upserted.extend(updated.upserted.map(|id| (at, id)));
    }

    fn reply(&self, errors: &WriteErrors) -> DocumentBuf {
        let mut reply = DocumentBuf::new();
        reply.append("n", self.matched + self.upserted.len() as i32);
        if !self.upserted.is_empty() {
            reply.append_array("upserted", |list| {
                for (index, id) in &self.upserted {
                    let mut item = list.document();
                    item.append("index", *index as i32);
                    item.append("_id", id);
                }
            });
        }
        reply.append("nModified", self.modified);
        errors.append(&mut reply);
        reply
    }
}

/// Errors: those of [`Statement::parse`], and of what time series refuse.
pub(super) fn parse(
    series: Option<&TimeSeries>,
    statement: &Arguments<'_>,
    context: &Context,
) -> Result<Statement> {
    collation::refuse(statement)?;
    statement.refuse(&["upsertSupplied"])?;
    let flag = |name: &str| statement.truth(name).unwrap_or(false);
    let parts = Parts {
        filter: statement.document("q"),
        update: statement.get("u").unwrap_or(ValueRef::Null),
        constants: statement.document("c"),
        array_filters: statement.array("arrayFilters"),
        multi: flag("multi"),
        upsert: flag("upsert"),
        hint: selection::hint(statement)?,
        sort: statement.document("sort"),
    };
    time_series::check_update(series, &parts)?;
    Statement::parse(parts, context)
}
