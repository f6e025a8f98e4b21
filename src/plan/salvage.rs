//! All documents of a collection, or all that can be read when some of its pages are damaged.

use super::stream::{Statistics, Stream, note};
use super::{Document, Row};
use crate::error::Result;
use crate::expression::Context;
use crate::storage::RecordCursor;
use crate::value::DocumentBuf;

/// Reads a collection from its start to its end, past the pages that cannot be read if it is told so.
pub struct Salvage {
    cursor: RecordCursor,
    passes_damage: bool,
    statistics: Statistics,
}

impl Salvage {
    /// Over a cursor that stands at its start.
    pub fn new(cursor: RecordCursor, passes_damage: bool) -> Salvage {
        Salvage {
            cursor,
            passes_damage,
            statistics: Statistics::default(),
        }
    }
}

impl Stream for Salvage {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = loop {
            context.step()?;
            match self.cursor.next() {
                Ok(entry) => {
                    break entry.map(|(record, handle)| Row {
                        document: Document::Stored(handle),
                        record,
                    });
                }
                Err(error) if self.passes_damage => self.cursor.pass_damage(error)?,
                Err(error) => return Err(error),
            }
        };
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "COLLSCAN");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
