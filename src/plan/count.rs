//! Counting without reading: from the counts that trees keep.

use super::candidate::Candidate;
use super::index_scan::IndexScan;
use super::predicates::{conjuncts, requirements};
use super::stream::{Statistics, Stream, note};
use super::{Filter, Row};
use crate::catalog::Collection;
use crate::error::Result;
use crate::expression::Context;
use crate::index::Index;
use crate::value::DocumentBuf;

/// The number of documents that pass a filter, if the collection's trees know it.
pub fn count(collection: &Collection, filter: &Filter) -> Result<Option<Counted>> {
    if filter.matcher().is_trivial() {
        return Ok(Some(Counted {
            count: collection.records.len(),
            scan: None,
        }));
    }
    let conjuncts = conjuncts(filter.matcher());
    let needs = requirements(conjuncts);
    let seen = |index: &&Index| !index.spec.hidden && !index.spec.clustered;
    for index in collection.indexes.iter().filter(seen) {
        if !index
            .spec
            .fields
            .first()
            .is_some_and(|first| needs.iter().any(|need| need.path == first.path))
        {
            continue;
        }
        let partial = index.spec.partial.as_ref();
        if !partial.is_none_or(|partial| partial.is_implied_by(conjuncts.iter())) {
            continue;
        }
        let mut candidate = Candidate::new(index, &needs);
        // A document has one key at most with one value of one field, but may have several in a range.
        let once =
            !index.is_multikey() || candidate.sets.len() == 1 && candidate.sets[0].is_point();
        let counts = once && candidate.is_whole && candidate.tested_from.is_none();
        if counts && filter.without(&candidate.known).is_none() {
            candidate.count()?;
            let Candidate {
                ranges, sets, keys, ..
            } = candidate;
            return Ok(Some(Counted {
                count: keys,
                scan: Some(IndexScan::new(index, ranges, sets, false)),
            }));
        }
    }
    Ok(None)
}

/// A number of documents, and the part of an index that was counted.
pub struct Counted {
    pub count: u64,
    /// `None` if the whole collection was.
    scan: Option<IndexScan>,
}

impl Counted {
    /// True if the whole collection was counted.
    pub fn is_whole(&self) -> bool {
        self.scan.is_none()
    }
}

/// COUNT_SCAN: a number of documents that trees knew.
pub struct CountNode {
    counted: Counted,
    result: Option<DocumentBuf>,
    statistics: Statistics,
}

impl CountNode {
    /// Gives `result`, which tells of the count, if there is one.
    pub fn new(counted: Counted, result: Option<DocumentBuf>) -> CountNode {
        CountNode {
            counted,
            result,
            statistics: Statistics::default(),
        }
    }
}

impl Stream for CountNode {
    fn next(&mut self, _context: &Context) -> Result<Option<Row>> {
        let row = self.result.take().map(Row::from);
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        let Some(scan) = &self.counted.scan else {
            return out.append("stage", "RECORD_STORE_FAST_COUNT");
        };
        out.append("stage", "COUNT_SCAN");
        let mut description = DocumentBuf::new();
        scan.describe(&mut description);
        let own = description.as_ref().elements();
        own.filter(|element| element.name != "stage")
            .for_each(|element| out.append_element(&element));
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn counted(&self) -> u64 {
        self.counted.count
    }
}
