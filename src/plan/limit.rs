//! LIMIT and SKIP.

use super::Row;
use super::stream::{BoxStream, Statistics, Stream, note};
use crate::error::Result;
use crate::expression::Context;
use crate::value::DocumentBuf;

/// Gives at most so many rows.
pub struct Limit {
    input: BoxStream,
    limit: u64,
    left: u64,
    statistics: Statistics,
}

impl Limit {
    /// `limit` rows at most.
    pub fn new(input: BoxStream, limit: u64) -> Limit {
        Limit {
            input,
            limit,
            left: limit,
            statistics: Statistics::default(),
        }
    }
}

impl Stream for Limit {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = if self.left == 0 {
            None
        } else {
            self.input.next(context)?
        };
        self.left -= u64::from(row.is_some());
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "LIMIT");
        out.append("limitAmount", self.limit as i64);
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
    }
}

/// Leaves out the first rows.
pub struct Skip {
    input: BoxStream,
    skip: u64,
    left: u64,
    statistics: Statistics,
}

impl Skip {
    /// Leaves out `skip` rows.
    pub fn new(input: BoxStream, skip: u64) -> Skip {
        Skip {
            input,
            skip,
            left: skip,
            statistics: Statistics::default(),
        }
    }
}

impl Stream for Skip {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        if self.left == self.skip && self.left > 0 {
            self.left -= self.input.skip(self.left)?;
        }
        while self.left > 0 {
            if self.input.next(context)?.is_none() {
                self.left = 0;
                break;
            }
            self.left -= 1;
            self.statistics.works += 1;
        }
        let row = self.input.next(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "SKIP");
        out.append("skipAmount", self.skip as i64);
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
    }
}
