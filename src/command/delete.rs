//! delete: removes documents.
//!
//! Source: the manual, "delete".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use super::selection;
use super::write_reply::WriteErrors;
use crate::catalog::Namespace;
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::expression::Context;
use crate::limits;
use crate::plan::{Query, plan};
use crate::value::{ArrayRef, DocumentBuf, DocumentRef};

const FIELDS: &[Field] = &[
    required("deletes", Takes::Array),
    optional("ordered", Takes::Truth),
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

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    let context = request.context_with_let()?;
    let statements = arguments.array("deletes").unwrap_or(ArrayRef::EMPTY);
    let count = statements.count();
    if count == 0 || count > limits::WRITE_BATCH_MAX {
        let message =
            format!("Write batch sizes must be between 1 and 100000. Got {count} operations.");
        return Err(Error::new(codes::INVALID_LENGTH, message));
    }
    let mut parsed = Vec::with_capacity(count);
    for statement in statements.iter() {
        let document = statement.as_document().ok_or_else(|| {
            Error::type_mismatch("BSON field 'delete.deletes' must be an array of documents")
        })?;
        let statement = Arguments::inside("delete.deletes", document, STATEMENT_FIELDS)?;
        if !matches!(statement.number("limit"), Some(0 | 1)) {
            return Err(Error::failed_to_parse(
                "The limit field in delete objects must be 0 or 1.",
            ));
        }
        parsed.push(statement);
    }
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

/// Runs one statement: first finds the records in one version, then removes them.
fn delete(
    write: &mut Write<'_>,
    namespace: &Namespace,
    statement: &Arguments<'_>,
    context: &Context,
) -> Result<i32> {
    statement.refuse(&["collation"])?;
    let filter = selection::filter(statement.document("q"), context)?;
    let mut query = Query::new(write.snapshot(namespace), filter);
    query.hint = selection::hint(statement)?;
    query.limit = statement
        .number("limit")
        .filter(|&limit| limit == 1)
        .map(|_| 1);
    let mut stream = plan(query)?.stream;
    let mut rows = Vec::new();
    while let Some(row) = stream.next(context)? {
        rows.push(row);
    }
    drop(stream);
    for row in &rows {
        write.delete(
            namespace,
            row.record,
            DocumentRef::from_valid(row.document.as_ref().as_bytes()),
        )?;
    }
    Ok(rows.len() as i32)
}
