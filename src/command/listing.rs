//! Lists that are given as cursors.

use super::arguments::{Arguments, Field, Takes, optional};
use super::cursor_reply;
use super::request::Request;
use crate::catalog::Namespace;
use crate::engine::{Cursor, Engine};
use crate::error::Result;
use crate::expression::Context;
use crate::plan::{BoxStream, Row, Statistics, Stream};
use crate::value::DocumentBuf;

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
