//! One way to serve a query from an index, with the exact number of keys it reads.

use std::ops::Bound;

use super::bounds::IntervalSet;
use super::index_scan::KeyRange;
use super::predicates::Requirement;
use super::sort::SortPattern;
use crate::error::Result;
use crate::index::Index;
use crate::value::FieldPath;
use crate::value::path::array_position;

/// The most ranges an index scan is given; beyond, later fields are left to the filter.
const RANGES_MAX: usize = 4096;

/// An index and the part of it that a query needs.
pub(super) struct Candidate<'c> {
    pub index: &'c Index,
    /// Per indexed field.
    pub sets: Vec<IntervalSet>,
    pub ranges: Vec<KeyRange>,
    /// The conjuncts of the filter that hold for every record in the ranges.
    pub known: Vec<usize>,
    /// Keys in the ranges, once they were counted.
    pub keys: u64,
}

impl<'c> Candidate<'c> {
    /// The best use of an index for the requirements; all of it if there are none.
    pub fn new(index: &'c Index, requirements: &[Requirement]) -> Candidate<'c> {
        let mut sets: Vec<IntervalSet> = Vec::new();
        let mut used: Vec<Vec<&Requirement>> = Vec::new();
        for (at, field) in index.spec.fields.iter().enumerate() {
            let mut own: Vec<&Requirement> = requirements
                .iter()
                .filter(|requirement| requirement.path == field.path)
                .collect();
            let bits = index.multikey.get(at).copied().unwrap_or(0);
            if bits != 0 {
                own = choose_for_multikey(index, at, own, &used);
            }
            let combine =
                |set: IntervalSet, requirement: &&Requirement| set.intersect(&requirement.set);
            sets.push(own.iter().fold(IntervalSet::all(), combine));
            used.push(own);
        }
        let (ranges, depth) = ranges(index, &sets);
        // A field after the last one that narrowed the ranges proves nothing.
        let proven = used
            .iter()
            .take(depth)
            .flatten()
            .filter(|requirement| requirement.exact);
        let proven: Vec<usize> = proven.map(|requirement| requirement.conjunct).collect();
        let known = fully_proven(requirements, &used[..depth], &proven);
        Candidate {
            index,
            sets,
            ranges,
            known,
            keys: 0,
        }
    }

    /// Counts the keys in the ranges.
    pub fn count(&mut self) -> Result<()> {
        self.keys = 0;
        for range in &self.ranges {
            let (from, to) = (range.from.as_slice(), range.to.as_slice());
            let range = (Bound::Included(from), Bound::Excluded(to));
            self.keys += self.index.tree.count_range(range.0, range.1)?;
        }
        Ok(())
    }

    /// True if the first field has single values only.
    pub fn is_equality(&self) -> bool {
        self.sets.first().is_some_and(IntervalSet::is_points)
    }

    /// True if the ranges are less than the whole index.
    pub fn is_bounded(&self) -> bool {
        self.sets.first().is_some_and(|set| !set.is_all())
    }

    /// Whether reading the index (forward: `Some(false)`, backward: `Some(true)`) gives the order
    /// of a sort.
    pub fn sort_direction(&self, sort: &SortPattern) -> Option<bool> {
        let fields = &self.index.spec.fields;
        let mut backward: Option<bool> = None;
        let mut at = 0;
        for wanted in &sort.fields {
            // Fields that have one value everywhere do not disturb the order.
            while fields
                .get(at)
                .is_some_and(|field| field.path != wanted.path)
                && self.sets[at].is_point()
            {
                at += 1;
            }
            let field = fields.get(at).filter(|field| field.path == wanted.path)?;
            if self.index.multikey.get(at).is_some_and(|&bits| bits != 0) {
                return None;
            }
            let turned = field.descending != wanted.descending;
            if *backward.get_or_insert(turned) != turned {
                return None;
            }
            at += 1;
        }
        backward.or(Some(false))
    }

    /// True if the keys hold all of these fields.
    pub fn covers<'p>(&self, mut paths: impl Iterator<Item = &'p FieldPath>) -> bool {
        let fields = &self.index.spec.fields;
        !self.index.is_multikey()
            && !self.index.spec.sparse
            && paths.all(|path| fields.iter().any(|field| field.path == *path))
    }
}

/// On a multikey field different conditions may be met by different keys: one of them can bound
/// the scan, or those of one `$elemMatch` together.
fn choose_for_multikey<'r>(
    index: &Index,
    at: usize,
    own: Vec<&'r Requirement>,
    used: &[Vec<&'r Requirement>],
) -> Vec<&'r Requirement> {
    let parts = index.spec.fields[at].path.parts();
    // A number in the path may be a position or a name; the index knows only one of them.
    if parts.iter().any(|part| array_position(part).is_some()) {
        return Vec::new();
    }
    // An earlier bounded field of the same array ties this one to its elements.
    let tied = used.iter().enumerate().find(|(before, requirements)| {
        !requirements.is_empty() && shares_array(index, *before, at)
    });
    if let Some((_, before)) = tied {
        let group = before[0].group;
        let same = |requirement: &&Requirement| group != 0 && requirement.group == group;
        return own.into_iter().filter(same).collect();
    }
    let best = own
        .iter()
        .min_by_key(|requirement| !requirement.set.is_points());
    let Some(best) = best.copied() else {
        return Vec::new();
    };
    if best.group == 0 {
        return vec![best];
    }
    own.into_iter()
        .filter(|requirement| requirement.group == best.group)
        .collect()
}

/// Whether two fields of an index go through the same array.
fn shares_array(index: &Index, one: usize, two: usize) -> bool {
    let bits = |at: usize| index.multikey.get(at).copied().unwrap_or(0);
    let paths = |at: usize| index.spec.fields[at].path.parts();
    let common = paths(one)
        .iter()
        .zip(paths(two))
        .take_while(|(a, b)| a == b)
        .count();
    (0..common.min(64)).any(|part| bits(one) >> part & 1 == 1 && bits(two) >> part & 1 == 1)
}

/// The conjuncts of which every requirement was used and is exact. A conjunct that also holds
/// conditions no index serves has no exact requirements (see `predicates`).
fn fully_proven(
    requirements: &[Requirement],
    used: &[Vec<&Requirement>],
    proven: &[usize],
) -> Vec<usize> {
    let is_used = |wanted: &Requirement| {
        used.iter()
            .flatten()
            .any(|requirement| std::ptr::eq(*requirement, wanted))
    };
    let mut known: Vec<usize> = proven.to_vec();
    known.sort_unstable();
    known.dedup();
    known.retain(|&conjunct| {
        requirements
            .iter()
            .filter(|requirement| requirement.conjunct == conjunct)
            .all(|requirement| requirement.exact && is_used(requirement))
    });
    known
}

/// The ranges of keys, in ascending order, and how many fields they narrow.
fn ranges(index: &Index, sets: &[IntervalSet]) -> (Vec<KeyRange>, usize) {
    let mut prefixes: Vec<Vec<u8>> = vec![Vec::new()];
    for (at, (field, set)) in index.spec.fields.iter().zip(sets).enumerate() {
        if set.is_all() {
            return (whole(prefixes), at);
        }
        let count = prefixes.len() * set.intervals.len();
        if at > 0 && count > RANGES_MAX {
            return (whole(prefixes), at);
        }
        let mut ends: Vec<(Vec<u8>, Vec<u8>)> = set
            .intervals
            .iter()
            .map(|interval| interval.key_range(field.descending))
            .collect();
        if field.descending {
            ends.reverse();
        }
        if !set.is_points() {
            let join = |prefix: &[u8], end: &[u8]| [prefix, end].concat();
            let all = prefixes.iter().flat_map(|prefix| {
                ends.iter().map(move |(from, to)| KeyRange {
                    from: join(prefix, from),
                    to: join(prefix, to),
                })
            });
            return (all.collect(), at + 1);
        }
        let points = prefixes.iter().flat_map(|prefix| {
            ends.iter()
                .map(move |(point, _)| [prefix.as_slice(), point].concat())
        });
        prefixes = points.collect();
    }
    (whole(prefixes), sets.len())
}

/// All keys that start with the prefixes.
fn whole(prefixes: Vec<Vec<u8>>) -> Vec<KeyRange> {
    let range = |prefix: Vec<u8>| {
        let mut to = prefix.clone();
        to.push(0xff);
        KeyRange { from: prefix, to }
    };
    prefixes.into_iter().map(range).collect()
}
