//! MULTI_ITERATOR: some documents of a collection, drawn by lot and read where they lie.

use super::stream::{Statistics, Stream, note};
use super::{Document, Row};
use crate::catalog::Collection;
use crate::env::Env;
use crate::error::Result;
use crate::expression::Context;
use crate::ordered::OrderedSet;
use crate::storage::RecordCursor;
use crate::value::DocumentBuf;

/// Drawing by lot is for a part of a collection of at least so many documents: as in MongoDB, of a
/// larger part all are read.
const DOCUMENTS_MIN: u64 = 100;
const PART: u64 = 20;

/// Draws positions among the records, each once.
pub struct Sample {
    cursor: RecordCursor,
    count: u64,
    left: usize,
    drawn: OrderedSet<u64>,
    /// A position that was drawn but whose document is still to be read.
    pending: Option<u64>,
    statistics: Statistics,
}

impl Sample {
    /// `size` documents; `None` if that is too large a part of the collection.
    pub fn new(collection: &Collection, size: usize) -> Option<Sample> {
        let count = collection.records.len();
        let is_part = count > DOCUMENTS_MIN && (size as u64) < count / PART;
        is_part.then(|| Sample {
            cursor: collection.records.cursor(),
            count,
            left: size,
            drawn: OrderedSet::new(),
            pending: None,
            statistics: Statistics::default(),
        })
    }

    fn advance(&mut self, context: &Context) -> Result<Option<Row>> {
        if self.left == 0 {
            return Ok(None);
        }
        let position = match self.pending {
            Some(position) => position,
            None => loop {
                context.step()?;
                let position = below(context.env.as_ref(), self.count);
                if self.drawn.insert(position) {
                    break position;
                }
            },
        };
        self.pending = Some(position);
        self.cursor.seek_to_position(position)?;
        let found = self.cursor.next()?;
        self.pending = None;
        self.left -= 1;
        self.statistics.documents_examined += 1;
        Ok(found.map(|(record, handle)| Row {
            document: Document::Stored(handle),
            record,
        }))
    }
}

/// A random number below `end`; the bias of `end` out of 2^64 is far too small to see.
pub fn below(env: &dyn Env, end: u64) -> u64 {
    ((u128::from(env.random()) * u128::from(end)) >> 64) as u64
}

impl Stream for Sample {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.advance(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "MULTI_ITERATOR");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
