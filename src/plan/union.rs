//! OR: the rows of several plans, each record once.

use super::Row;
use super::stream::{BoxStream, Statistics, Stream, note};
use crate::error::Result;
use crate::expression::Context;
use crate::ordered::OrderedSet;
use crate::value::DocumentBuf;

/// Reads its inputs one after the other.
pub struct Union {
    inputs: Vec<BoxStream>,
    at: usize,
    seen: OrderedSet<u64>,
    statistics: Statistics,
}

impl Union {
    /// Over plans on the same collection.
    pub fn new(inputs: Vec<BoxStream>) -> Union {
        Union {
            inputs,
            at: 0,
            seen: OrderedSet::new(),
            statistics: Statistics::default(),
        }
    }

    fn advance(&mut self, context: &Context) -> Result<Option<Row>> {
        while let Some(input) = self.inputs.get_mut(self.at) {
            match input.next(context)? {
                Some(row) if self.seen.insert(row.record) => return Ok(Some(row)),
                Some(_) => {
                    self.statistics.works += 1;
                    self.statistics.dropped += 1;
                }
                None => self.at += 1,
            }
        }
        Ok(None)
    }
}

impl Stream for Union {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.advance(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "OR");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        self.inputs.iter().map(|input| input.as_ref()).collect()
    }
}
