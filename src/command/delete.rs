//! delete: removes documents.
//!
//! Source: the manual, "delete".

use std::rc::Rc;

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use super::write_reply::{WriteErrors, check_batch_size, check_target};
use super::{collation, selection, updating};
use crate::catalog::{Collection, Namespace};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result};
use crate::expression::Context;
use crate::plan::{Query, plan};
use crate::value::{ArrayRef, DocumentBuf, DocumentRef};

const FIELDS: &[Field] = &[
    optional("collectionUUID", Takes::Any),
    required("deletes", Takes::Array),
    optional("ordered", Takes::Bool),
    optional("let", Takes::Document),
    optional("stmtIds", Takes::Array),
    optional("stmtId", Takes::Number),
    optional("txnNumber", Takes::Number),
];

const STATEMENT_FIELDS: &[Field] = &[
    required("q", Takes::Document),
    required("limit", Takes::Number),
    optional("collation", Takes::Document),
    optional("hint", Takes::Hint),
];

/// The command's fields and those of its statements.
pub(super) fn arguments<'a>(request: &Request<'a>) -> Result<(Arguments<'a>, Vec<Arguments<'a>>)> {
    let arguments = Arguments::of(request, FIELDS)?;
    let statements = arguments.array("deletes").unwrap_or(ArrayRef::EMPTY);
    check_batch_size(&arguments, statements)?;
    let mut parsed = Vec::new();
    for statement in statements.iter() {
        let document = statement.as_document().ok_or_else(|| {
            Error::type_mismatch("BSON field 'delete.deletes' must be an array of documents")
        })?;
        let statement = Arguments::inside("delete.deletes", document, STATEMENT_FIELDS)?;
        let limit = statement
            .get("limit")
            .and_then(|limit| limit.to_i64_exact());
        if !matches!(limit, Some(0 | 1)) {
            return Err(Error::failed_to_parse(
                "The limit field in delete objects must be 0 or 1.",
            ));
        }
        parsed.push(statement);
    }
    Ok((arguments, parsed))
}

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let (arguments, parsed) = arguments(request)?;
    let namespace = request.namespace()?;
    let context = request.context_with_let()?;
    check_target(engine, &namespace, request)?;
    let mut errors = WriteErrors::new(arguments.truth("ordered").unwrap_or(true));
    let mut deleted = 0;
    let mut write = Write::new(engine);
    for (at, statement) in parsed.iter().enumerate() {
        let outcome = delete(&mut write, &namespace, statement, &context);
        deleted += outcome.as_ref().copied().unwrap_or(0);
        if !errors.note(at, outcome.map(drop))? {
            break;
        }
    }
    write.commit();
    let mut reply = DocumentBuf::new();
    reply.append("n", deleted);
    errors.append(&mut reply);
    Ok(reply)
}

/// The query that finds what is to be removed, at most `limit`; the hint is one of the arguments.
pub(super) fn query(
    collection: Option<Rc<Collection>>,
    arguments: &Arguments<'_>,
    filter: Option<DocumentRef<'_>>,
    limit: Option<u64>,
    context: &Context,
) -> Result<Query> {
    collation::refuse(arguments)?;
    let mut query = Query::new(collection, selection::filter(filter, context)?);
    query.hint = selection::hint(arguments)?;
    query.limit = limit;
    Ok(query)
}

/// Runs one statement: first finds the records in one version, then removes them.
fn delete(
    write: &mut Write<'_>,
    namespace: &Namespace,
    statement: &Arguments<'_>,
    context: &Context,
) -> Result<i32> {
    let limit = statement
        .number("limit")
        .filter(|&limit| limit == 1)
        .map(|_| 1);
    remove(
        write,
        namespace,
        statement,
        statement.document("q"),
        limit,
        context,
    )
}

/// Removes the documents that match, at most `limit`; the hint is one of the arguments.
pub(super) fn remove(
    write: &mut Write<'_>,
    namespace: &Namespace,
    arguments: &Arguments<'_>,
    filter: Option<DocumentRef<'_>>,
    limit: Option<u64>,
    context: &Context,
) -> Result<i32> {
    let query = query(write.snapshot(namespace), arguments, filter, limit, context)?;
    let mut stream = plan(query)?.stream;
    let mut rows = Vec::new();
    while let Some(row) = stream.next(context)? {
        rows.push(row);
    }
    drop(stream);
    for row in &rows {
        if let Err(error) = write.delete(namespace, row.record, row.document.as_ref()) {
            return Err(updating::with_all_pages(write, namespace, &rows, error));
        }
    }
    Ok(rows.len() as i32)
}
