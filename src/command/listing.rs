//! Lists that are given as cursors.

use super::arguments::{Arguments, Field, Takes, optional};
use super::cursor_reply;
use super::request::Request;
use crate::catalog::Namespace;
use crate::engine::{Cursor, Engine};
use crate::error::{Error, Result};
use crate::expression::Context;
use crate::plan::{BoxStream, Row, Statistics, Stream};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

const CURSOR_FIELDS: &[Field] = &[optional("batchSize", Takes::Number)];

/// The batch size in a command's `cursor` document.
pub(super) fn batch_size(owner: &str, arguments: &Arguments<'_>) -> Result<Option<usize>> {
    let Some(cursor) = arguments.document("cursor") else {
        return Ok(None);
    };
    let owner = format!("{owner}.cursor");
    let cursor = Arguments::inside(&owner, cursor, CURSOR_FIELDS)?;
    Ok(cursor.non_negative("batchSize")?.map(|size| size as usize))
}

/// Checks a list's filter: the servers' lists know no `$$NOW`, even where it would not be reached.
///
/// Errors: 51144.
pub(super) fn check_filter(filter: Option<DocumentRef<'_>>) -> Result<()> {
    match filter.is_some_and(asks_now) {
        true => Err(Error::new(
            51144,
            "Builtin variable '$$NOW' is not available",
        )),
        false => Ok(()),
    }
}

fn asks_now(filter: DocumentRef<'_>) -> bool {
    filter.iter().any(|(name, value)| match (name, value) {
        ("$expr", value) => reads_now(value),
        ("$and" | "$or" | "$nor", ValueRef::Array(all)) => {
            let mut all = all.iter();
            all.any(|one| matches!(one, ValueRef::Document(filter) if asks_now(filter)))
        }
        _ => false,
    })
}

fn reads_now(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::String(text) => {
            let rest = text.strip_prefix("$$NOW");
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
        ValueRef::Document(inside) => {
            let mut inside = inside.iter();
            inside.any(|(name, value)| name != "$literal" && reads_now(value))
        }
        ValueRef::Array(inside) => inside.iter().any(reads_now),
        _ => false,
    }
}

/// The first batch of a list.
pub(super) fn reply(
    engine: &mut Engine,
    request: &Request<'_>,
    namespace: Namespace,
    entries: Vec<DocumentBuf>,
    batch_size: Option<usize>,
) -> Result<DocumentBuf> {
    // A list that fits is over: nobody has to ask for an empty batch.
    let batch_size = batch_size.filter(|&size| entries.len() > size);
    let cursor = Cursor::new(namespace, stream(entries), request.context.clone());
    cursor_reply::first_batch(engine, cursor, batch_size, false)
}

/// A stream of documents that are there already.
pub(super) fn stream(entries: Vec<DocumentBuf>) -> BoxStream {
    Box::new(Listed {
        entries: entries.into_iter(),
        statistics: Statistics::default(),
    })
}

/// Documents that are there already.
struct Listed {
    entries: std::vec::IntoIter<DocumentBuf>,
    statistics: Statistics,
}

impl Stream for Listed {
    fn next(&mut self, _context: &Context) -> Result<Option<Row>> {
        Ok(self.entries.next().map(Row::from))
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "VIRTUAL_SCAN");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
