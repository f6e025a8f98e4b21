//! A way to read what a query asks for, and what that costs.

use super::candidate::{Candidate, SortOrder};
use super::planner::Query;
use crate::expression::Dependencies;

/// A way of reading, with its cost: keys, documents (twice, as they are looked up), sorting.
pub(super) struct Access<'c> {
    pub cost: f64,
    pub kind: AccessKind<'c>,
    /// Whether the rows come in the order of the sort.
    pub is_sorted: bool,
    /// Whether explain shows it among the rejected plans.
    pub is_shown: bool,
}

pub(super) enum AccessKind<'c> {
    Scan {
        backward: bool,
    },
    Index {
        candidate: Candidate<'c>,
        order: SortOrder,
    },
    /// A tree of indexes that leaves these conjuncts of the filter known.
    Combined {
        part: Part<'c>,
        known: Vec<usize>,
        /// Merge the sorted parts instead of reading one after the other.
        merges: bool,
    },
}

/// Records from one index or several.
#[derive(Clone)]
pub(super) enum Part<'c> {
    Index(Candidate<'c>, SortOrder),
    Or(Vec<Part<'c>>),
    And(Vec<Candidate<'c>>),
}

impl Part<'_> {
    /// Keys that are read.
    pub fn keys(&self) -> u64 {
        match self {
            Part::Index(candidate, _) => candidate.keys,
            Part::Or(parts) => parts.iter().map(Part::keys).sum(),
            Part::And(candidates) => candidates.iter().map(|candidate| candidate.keys).sum(),
        }
    }
}

impl SortOrder {
    /// One scan from the first key to the last.
    pub const FORWARD: SortOrder = SortOrder {
        backward: false,
        exploded: 0,
    };
}

/// The cost of sorting rows that do not come in order.
fn sort_cost(query: &Query, rows: f64) -> f64 {
    match (&query.sort, query.limit) {
        (None, _) => 0.0,
        (Some(_), Some(_)) => rows * 0.5,
        (Some(_), None) => rows * 0.1 * (rows + 2.0).log2(),
    }
}

/// The part of the rows that is read before a limit is met, if they come in order. `counts` says
/// that those to skip are counted, not read.
fn part_until_limit(query: &Query, matches: u64, counts: bool) -> f64 {
    let skipped = if counts { query.skip.min(matches) } else { 0 };
    let read = match query.limit {
        Some(limit) => query.skip.saturating_add(limit).min(matches),
        None => matches,
    };
    read.saturating_sub(skipped) as f64 / matches.max(1) as f64
}

/// What a scan with a filter costs at least.
const SCAN_COST_MIN: f64 = 64.0;

/// A key and its document.
const FETCH_COST: f64 = 3.0;

/// Reading all documents.
pub(super) fn scan_access<'c>(query: &Query, total: u64, matches: u64) -> Access<'c> {
    let is_sorted = query.sort.is_none();
    let part = if is_sorted {
        part_until_limit(query, matches, query.filter.matcher().is_trivial())
    } else {
        1.0
    };
    // In a collection of a few documents every way is as good; there an index that narrows the
    // search is what MongoDB would show.
    let at_least = match (query.filter.matcher().is_trivial(), &query.sort) {
        (false, _) => SCAN_COST_MIN,
        // Nor does it sort what an index has in order: a sort keeps all in memory, and may fail for that.
        (true, Some(_)) => total as f64 * FETCH_COST + SCAN_COST_MIN,
        (true, None) => 0.0,
    };
    let cost = (total as f64 * part).max(at_least) + sort_cost(query, matches as f64);
    Access {
        cost,
        kind: AccessKind::Scan { backward: false },
        is_sorted,
        is_shown: false,
    }
}

/// Reading a part of an index.
pub(super) fn index_access<'c>(
    query: &Query,
    candidate: Candidate<'c>,
    matches: u64,
) -> Access<'c> {
    let order = match &query.sort {
        None => Some(SortOrder::FORWARD),
        Some(sort) => candidate.sort_order(sort),
    };
    let is_sorted = order.is_some();
    let keys = candidate.keys as f64;
    let part = if let Some(order) = order {
        let is_filtered = !query.filter.matcher().is_trivial()
            && query.filter.without(&candidate.known).is_some();
        let counts = order.exploded == 0
            && !is_filtered
            && !candidate.index.is_multikey()
            && candidate.tested_from.is_none();
        part_until_limit(query, matches.min(candidate.keys), counts)
    } else {
        1.0
    };
    let per_key = if is_covered(query, &candidate) {
        1.0
    } else {
        FETCH_COST
    };
    let merging = match order {
        Some(order) if order.exploded > 0 => keys * part + 8.0,
        Some(_) => 0.0,
        None => sort_cost(query, keys),
    };
    // More for an index that neither bounds nor sorts, so that it beats no scan by a hair, and none
    // of a few documents.
    let idle = if candidate.is_bounded() || query.sort.is_some() && is_sorted {
        0.0
    } else {
        SCAN_COST_MIN + 1.0
    };
    let is_shown = candidate.is_bounded() || query.sort.is_some() && is_sorted;
    Access {
        cost: keys * part * per_key + merging + idle,
        kind: AccessKind::Index {
            candidate,
            order: order.unwrap_or(SortOrder::FORWARD),
        },
        is_sorted,
        is_shown,
    }
}

/// Reading several indexes one after the other, or merged if all of them are sorted.
pub(super) fn union_access<'c>(
    query: &Query,
    part: Part<'c>,
    known: Vec<usize>,
    merges: bool,
) -> Access<'c> {
    let keys = part.keys() as f64;
    let cost = if merges {
        keys * part_until_limit(query, part.keys(), false) * (FETCH_COST + 1.0) + 8.0
    } else {
        keys * FETCH_COST + sort_cost(query, keys)
    };
    Access {
        cost,
        kind: AccessKind::Combined {
            part,
            known,
            merges,
        },
        is_sorted: merges || query.sort.is_none(),
        is_shown: true,
    }
}

/// Reading two indexes and only the documents that are in both.
pub(super) fn intersection_access<'c>(
    query: &Query,
    pair: [Candidate<'c>; 2],
    total: u64,
) -> Access<'c> {
    let [one, two] = &pair;
    let (first, second) = (one.keys as f64, two.keys as f64);
    let both = first * second / total.max(1) as f64;
    let cost = first * 1.5 + second * 1.2 + both * FETCH_COST + sort_cost(query, both);
    let mut known = [one.known.as_slice(), two.known.as_slice()].concat();
    crate::sorting::sort(&mut known);
    known.dedup();
    Access {
        cost,
        kind: AccessKind::Combined {
            part: Part::And(pair.into()),
            known,
            merges: false,
        },
        is_sorted: query.sort.is_none(),
        is_shown: true,
    }
}

/// True if the index's keys hold all that is asked for.
pub(super) fn is_covered(query: &Query, candidate: &Candidate<'_>) -> bool {
    let Some(needed) = query
        .needed
        .as_ref()
        .filter(|_| !candidate.index.spec.clustered)
    else {
        return false;
    };
    let mut read = Dependencies::new();
    if query.filter.without(&candidate.known).is_some() {
        query.filter.matcher().dependencies(&mut read);
    }
    if let Some(sort) = query
        .sort
        .as_ref()
        .filter(|sort| candidate.sort_order(sort).is_none())
    {
        sort.fields.iter().for_each(|field| read.add(&field.path));
    }
    !read.whole_document
        && (needed.is_empty() && read.paths.is_empty()
            || candidate.covers(needed.iter().chain(read.paths.iter())))
}
