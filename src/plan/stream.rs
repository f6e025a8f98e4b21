//! What every node of a plan is: a stream of rows that can say what it did.

use super::{Document, Row};
use crate::error::Result;
use crate::expression::Context;
use crate::value::DocumentBuf;

/// What a node did so far.
#[derive(Clone, Copy, Default)]
pub struct Statistics {
    /// Calls of `next`, and steps inside them that gave nothing.
    pub works: u64,
    /// Rows given.
    pub advanced: u64,
    pub keys_examined: u64,
    pub documents_examined: u64,
    /// Descents into an index.
    pub seeks: u64,
    /// Rows left out because their record was given before.
    pub dropped: u64,
    /// True once the end was reached.
    pub is_end: bool,
}

/// Takes the documents of rows that are given one after the other. It may keep a clone.
pub type Sink<'s> = dyn FnMut(&Document) -> Result<()> + 's;

/// A node of a plan.
pub trait Stream {
    /// The next row, or `None` at the end. After a fault the call can be repeated.
    fn next(&mut self, context: &Context) -> Result<Option<Row>>;

    /// See [`drain`]; false, and nothing is done, if rows are best asked for.
    fn try_drain(&mut self, _context: &Context, _sink: &mut Sink<'_>) -> Result<bool> {
        Ok(false)
    }

    /// The stage's name and properties in the manner of the manual, "Explain Results".
    fn describe(&self, out: &mut DocumentBuf);

    /// What explain tells of a pipeline's stage once it has run.
    fn report(&self, _out: &mut DocumentBuf) {}

    /// What this node itself did.
    fn statistics(&self) -> Statistics;

    /// Records that the next rows will come from, as far as it is cheap to say: what to load
    /// together when one of them is missing.
    fn upcoming(&self, _out: &mut Vec<u64>) {}

    /// Passes over rows without reading them, as far as counts of a tree allow; gives how many.
    /// To be called before the first row. After a fault the call can be repeated.
    fn skip(&mut self, _rows: u64) -> Result<u64> {
        Ok(0)
    }

    /// How many rows there are, if that is known before they are read; else zero.
    fn rows(&self) -> u64 {
        0
    }

    /// How many documents trees counted that are given as a number, not as rows.
    fn counted(&self) -> u64 {
        0
    }

    /// The nodes it reads from.
    fn inputs(&self) -> Vec<&dyn Stream> {
        Vec::new()
    }
}

/// A node on the heap.
pub type BoxStream = Box<dyn Stream>;

/// Gives the documents of all rows that are left to `sink`: what asking for one row after the other does, with less
/// between two of them. After an error of the stream or of `sink` the call can be repeated if that was a fault; it goes
/// on behind the document that was given last.
pub fn drain(stream: &mut dyn Stream, context: &Context, sink: &mut Sink<'_>) -> Result<()> {
    if stream.try_drain(context, sink)? {
        return Ok(());
    }
    while let Some(row) = stream.next(context)? {
        sink(&row.document)?;
    }
    Ok(())
}

/// Counts a call and its outcome.
pub(super) fn note(statistics: &mut Statistics, row: &Option<Row>) {
    statistics.works += 1;
    match row {
        Some(_) => statistics.advanced += 1,
        None => statistics.is_end = true,
    }
}
