//! SORT: reads all rows, then gives them in order.

use super::Row;
use super::sort::{SortPattern, Sorter};
use super::stream::{BoxStream, Statistics, Stream, note};
use crate::error::Result;
use crate::expression::Context;
use crate::value::DocumentBuf;

/// Sorts its input, keeping only the first rows if there is a limit.
pub struct SortNode {
    input: BoxStream,
    sorter: Sorter,
    limit: Option<u64>,
    loaded: bool,
    statistics: Statistics,
}

impl SortNode {
    /// `limit` rows at most are kept.
    pub fn new(input: BoxStream, pattern: SortPattern, limit: Option<u64>) -> SortNode {
        let sorter = Sorter::new(pattern, limit);
        SortNode {
            input,
            sorter,
            limit,
            loaded: false,
            statistics: Statistics::default(),
        }
    }
}

impl Stream for SortNode {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        // A fault leaves the loop in the middle; what was collected stays in the sorter.
        while !self.loaded {
            match self.input.next(context)? {
                Some(row) => {
                    self.sorter.add(row)?;
                    self.statistics.works += 1;
                }
                None => {
                    self.sorter.finish();
                    self.loaded = true;
                }
            }
        }
        let row = self.sorter.next();
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "SORT");
        out.append("sortPattern", self.sorter.pattern().document());
        out.append("memLimit", crate::limits::STAGE_MEMORY_BYTES_MAX as i64);
        if let Some(limit) = self.limit {
            out.append("limitAmount", limit as i64);
        }
        out.append("type", "simple");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
    }
}
