//! SORT_MERGE: the rows of several sorted plans as one sorted stream, each record once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Row;
use super::sort::SortPattern;
use super::stream::{BoxStream, Statistics, Stream, note};
use crate::error::Result;
use crate::expression::Context;
use crate::index::KeySet;
use crate::ordered::OrderedSet;
use crate::value::DocumentBuf;

/// Merges its inputs, which give documents that hold the fields of the sort.
pub struct Merge {
    inputs: Vec<BoxStream>,
    pattern: SortPattern,
    /// The next row of each input, by its place in the order.
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    rows: Vec<Option<Row>>,
    /// The inputs whose next row is not known.
    unread: Vec<usize>,
    seen: OrderedSet<u64>,
    scratch: KeySet,
    statistics: Statistics,
}

impl Merge {
    /// Over plans on the same collection.
    pub fn new(inputs: Vec<BoxStream>, pattern: SortPattern) -> Merge {
        Merge {
            rows: inputs.iter().map(|_| None).collect(),
            unread: (0..inputs.len()).collect(),
            inputs,
            pattern,
            heads: BinaryHeap::new(),
            seen: OrderedSet::new(),
            scratch: KeySet::default(),
            statistics: Statistics::default(),
        }
    }

    fn advance(&mut self, context: &Context) -> Result<Option<Row>> {
        loop {
            while let Some(&at) = self.unread.last() {
                // After a fault the same input is asked again.
                let row = self.inputs[at].next(context)?;
                self.unread.pop();
                let Some(row) = row else { continue };
                let mut key = Vec::new();
                self.pattern
                    .key(row.document.as_ref(), &mut self.scratch, &mut key)?;
                self.heads.push(Reverse((key, at)));
                self.rows[at] = Some(row);
            }
            let Some(Reverse((_, at))) = self.heads.pop() else {
                return Ok(None);
            };
            self.unread.push(at);
            match self.rows[at].take() {
                Some(row) if self.seen.insert(row.record) => return Ok(Some(row)),
                _ => {
                    self.statistics.works += 1;
                    self.statistics.dropped += 1;
                }
            }
        }
    }
}

impl Stream for Merge {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.advance(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "SORT_MERGE");
        out.append("sortPattern", self.pattern.document());
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        self.inputs.iter().map(|input| input.as_ref()).collect()
    }
}
