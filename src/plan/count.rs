//! Counting without reading: from the counts that trees keep.

use super::candidate::Candidate;
use super::predicates::{conjuncts, requirements};
use super::stream::{Statistics, Stream, note};
use super::{Filter, Row};
use crate::catalog::Collection;
use crate::error::Result;
use crate::expression::Context;
use crate::value::DocumentBuf;

/// The number of documents that pass a filter, if the collection's trees know it.
pub fn count(collection: &Collection, filter: &Filter) -> Result<Option<u64>> {
    if filter.matcher().is_trivial() {
        return Ok(Some(collection.records.len()));
    }
    let conjuncts = conjuncts(filter.matcher());
    let needs = requirements(conjuncts);
    for index in collection.indexes.iter().filter(|index| !index.spec.hidden) {
        if !index
            .spec
            .fields
            .first()
            .is_some_and(|first| needs.iter().any(|need| need.path == first.path))
        {
            continue;
        }
        let mut candidate = Candidate::new(index, &needs);
        // A document has one key at most with one value of one field, but may have several in a range.
        let once =
            !index.is_multikey() || candidate.sets.len() == 1 && candidate.sets[0].is_point();
        if once && filter.without(&candidate.known).is_none() {
            candidate.count()?;
            return Ok(Some(candidate.keys));
        }
    }
    Ok(None)
}

/// COUNT: a number of documents that trees knew.
pub struct CountNode {
    count: u64,
    result: Option<DocumentBuf>,
    filter: DocumentBuf,
    statistics: Statistics,
}

impl CountNode {
    /// Gives `result`, which tells of `count`, if there is one.
    pub fn new(count: u64, result: Option<DocumentBuf>, filter: &DocumentBuf) -> CountNode {
        CountNode {
            count,
            result,
            filter: filter.clone(),
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
        let whole = self.filter.as_ref().is_empty();
        out.append(
            "stage",
            if whole {
                "RECORD_STORE_FAST_COUNT"
            } else {
                "COUNT_SCAN"
            },
        );
        if !whole {
            out.append("filter", &self.filter);
        }
        out.append("nCounted", self.count as i64);
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
