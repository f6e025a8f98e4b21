//! AND_HASH: the records that all of several plans give.

use super::Row;
use super::stream::{BoxStream, Statistics, Stream, note};
use crate::error::Result;
use crate::expression::Context;
use crate::ordered::OrderedSet;
use crate::value::DocumentBuf;

/// Keeps the records of its first inputs in memory and gives those of the last that are in all.
pub struct Intersection {
    inputs: Vec<BoxStream>,
    at: usize,
    /// The records that all inputs before this one gave.
    kept: OrderedSet<u64>,
    /// Those of them that this one gave too.
    common: OrderedSet<u64>,
    statistics: Statistics,
}

impl Intersection {
    /// Over plans on the same collection, which give a record once; the smallest first.
    pub fn new(inputs: Vec<BoxStream>) -> Intersection {
        Intersection {
            inputs,
            at: 0,
            kept: OrderedSet::new(),
            common: OrderedSet::new(),
            statistics: Statistics::default(),
        }
    }

    fn advance(&mut self, context: &Context) -> Result<Option<Row>> {
        while self.at < self.inputs.len() {
            let is_last = self.at + 1 == self.inputs.len();
            let Some(row) = self.inputs[self.at].next(context)? else {
                self.kept = std::mem::take(&mut self.common);
                self.at += 1;
                continue;
            };
            let is_common = self.at == 0 || self.kept.contains(&row.record);
            if is_common && is_last {
                return Ok(Some(row));
            }
            self.statistics.works += 1;
            if is_common {
                self.common.insert(row.record);
            }
        }
        Ok(None)
    }
}

impl Stream for Intersection {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.advance(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "AND_HASH");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        self.inputs.iter().map(|input| input.as_ref()).collect()
    }
}
