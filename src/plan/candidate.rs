//! One way to serve a query from an index, with the exact number of keys it reads.

use std::ops::Bound;

use super::bounds::{ABOVE, BELOW, Interval, IntervalSet};
use super::index_scan::KeyRange;
use super::predicates::{Exact, Requirement};
use super::sort::SortPattern;
use crate::error::Result;
use crate::index::{FieldKind, Index, IndexField};
use crate::keystring::{TYPE_DOUBLE, TYPE_INT64, decode, encode_one};
use crate::value::path::array_position;
use crate::value::{DocumentRef, FieldPath, Kind, Value, ValueRef, hashed_index_key};

/// The most ranges an index scan is given; beyond, later fields are tested key by key.
const RANGES_MAX: usize = 4096;

/// The most scans that are merged for a sort, as in MongoDB.
const SCANS_TO_EXPLODE_MAX: usize = 200;

/// An index and the part of it that a query needs.
#[derive(Clone)]
pub(super) struct Candidate<'c> {
    pub index: &'c Index,
    /// Per indexed field.
    pub sets: Vec<IntervalSet>,
    pub ranges: Vec<KeyRange>,
    /// Whether keys in the ranges must be tested against the sets of later fields.
    pub tested_from: Option<usize>,
    /// True if the index has all documents that meet the requirements.
    pub is_whole: bool,
    /// The conjuncts of the filter that hold for every record in the ranges.
    pub known: Vec<usize>,
    /// Keys in the ranges, once they were counted.
    pub keys: u64,
}

/// How an index gives the order of a sort.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct SortOrder {
    pub backward: bool,
    /// Each combination of values of so many leading fields needs a scan of its own; the scans
    /// are merged. Zero for one scan.
    pub exploded: usize,
}

impl<'c> Candidate<'c> {
    /// The best use of an index for the requirements; all of it if there are none.
    pub fn new(index: &'c Index, requirements: &[Requirement]) -> Candidate<'c> {
        let mut sets: Vec<IntervalSet> = Vec::with_capacity(index.spec.fields.len());
        let mut used: Vec<Vec<&Requirement>> = Vec::with_capacity(index.spec.fields.len());
        let mut is_whole = !index.spec.sparse && index.spec.wildcard.is_none();
        for (at, field) in index.spec.fields.iter().enumerate() {
            let mut own = usable(index, at, requirements, &used);
            match field.kind {
                FieldKind::Value => {}
                FieldKind::Hashed => {
                    is_whole |= needs_field(&own);
                    sets.push(hashed(&own));
                    used.push(Vec::new());
                    continue;
                }
                // What it is depends on the value, which comes next.
                FieldKind::WildcardPath | FieldKind::Wildcard => {
                    sets.push(IntervalSet::all());
                    used.push(Vec::new());
                    continue;
                }
            }
            let mut set = intersection(&own);
            if at > 0 && index.spec.fields[at - 1].kind == FieldKind::WildcardPath {
                let below = wildcard_paths(index, &field.path, &own, &set);
                is_whole = below.is_some() || is_prefix_bounded(&sets[..at - 1]);
                if below.as_ref().is_none_or(|paths| !paths.is_point()) {
                    own.clear();
                    set = IntervalSet::all();
                }
                sets[at - 1] = below.unwrap_or_else(IntervalSet::all);
            } else if index.spec.wildcard.is_none() {
                is_whole |= needs_field(&own);
            }
            sets.push(set);
            used.push(own);
        }
        let (ranges, depth) = ranges(index, &sets);
        let known = fully_proven(index, requirements, &used);
        Candidate {
            index,
            ranges,
            tested_from: tested_from(&sets, depth),
            sets,
            is_whole,
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
        let fields = self.index.spec.fields.iter();
        let paths = fields.take_while(|field| field.kind == FieldKind::WildcardPath);
        let first = self.sets.get(..=paths.count());
        first.is_some_and(|sets| sets.iter().all(IntervalSet::is_points))
    }

    /// True if the ranges are less than the whole index.
    pub fn is_bounded(&self) -> bool {
        self.sets.first().is_some_and(|set| !set.is_all())
    }

    /// Whether and how reading the index gives the order of a sort.
    pub fn sort_order(&self, sort: &SortPattern) -> Option<SortOrder> {
        let fields = &self.index.spec.fields;
        let is_multikey = |at: usize| bits(self.index, at) != 0;
        let mut backward: Option<bool> = None;
        let mut exploded = 0;
        let mut at = 0;
        for wanted in &sort.fields {
            // A field that has one value in each scan sorts nothing.
            let is_constant = |before: usize| {
                fields[before].path == wanted.path
                    && fields[before].kind == FieldKind::Value
                    && !is_multikey(before)
                    && (before < exploded || self.sets[before].is_point())
            };
            if (0..at.min(fields.len())).any(is_constant) {
                continue;
            }
            let is_other =
                |field: &IndexField| field.path != wanted.path || field.kind != FieldKind::Value;
            while is_other(fields.get(at)?) {
                if !self.sets[at].is_point() {
                    if !self.sets[..=at].iter().all(IntervalSet::is_points) {
                        return None;
                    }
                    exploded = at + 1;
                }
                at += 1;
            }
            if is_multikey(at) && !self.gives_ends_of_arrays(at) {
                return None;
            }
            let turned = fields[at].descending != wanted.descending;
            if *backward.get_or_insert(turned) != turned {
                return None;
            }
            at += 1;
        }
        let scans = self.sets[..exploded].iter().fold(1usize, |scans, set| {
            scans.saturating_mul(set.intervals.len())
        });
        let merges = exploded > 0;
        let paths = sort.fields.iter().map(|field| &field.path);
        if merges && (scans > SCANS_TO_EXPLODE_MAX || !self.covers(paths)) {
            return None;
        }
        Some(SortOrder {
            backward: backward.unwrap_or(false),
            exploded,
        })
    }

    /// An array sorts by its smallest or largest element, which comes first if all are there.
    fn gives_ends_of_arrays(&self, at: usize) -> bool {
        self.sets[at].is_all()
            && (0..self.sets.len())
                .all(|other| self.sets[other].is_all() || !shares_array(self.index, other, at))
    }

    /// The scans that are merged for a sort: one per combination of values of the first fields.
    pub fn explode(&self, fields: usize) -> Vec<Candidate<'c>> {
        let mut whole = self.clone();
        whole.ranges = Vec::new();
        let mut scans = vec![whole];
        for at in 0..fields {
            let split = |mut scan: Candidate<'c>| {
                let points = std::mem::take(&mut scan.sets[at].intervals);
                points.into_iter().map(move |point| {
                    let mut one = scan.clone();
                    one.sets[at] = IntervalSet::one(point);
                    one
                })
            };
            scans = scans.into_iter().flat_map(split).collect();
        }
        for scan in &mut scans {
            let (ranges, depth) = ranges(scan.index, &scan.sets);
            scan.ranges = ranges;
            scan.tested_from = tested_from(&scan.sets, depth);
        }
        scans
    }

    /// True if the keys hold all of these fields.
    pub fn covers<'p>(&self, mut paths: impl Iterator<Item = &'p FieldPath>) -> bool {
        let fields = &self.index.spec.fields;
        if !self.index.spec.holds_values() {
            return false;
        }
        let is_apart = |at: usize| {
            let path = &fields[at].path;
            fields
                .iter()
                .all(|other| other.path == *path || !other.path.is_prefix_of(path))
        };
        let place = |path: &FieldPath| fields.iter().position(|field| field.path == *path);
        (0..fields.len()).all(is_apart)
            && paths.all(|path| place(path).is_some_and(|at| is_plain(self.index, at)))
    }

    /// The place of a field in the keys, if no array is on its path.
    pub fn plain_field(&self, path: &FieldPath) -> Option<usize> {
        let fields = &self.index.spec.fields;
        if !self.index.spec.holds_values() {
            return None;
        }
        let at = fields.iter().position(|field| field.path == *path)?;
        is_plain(self.index, at).then_some(at)
    }
}

/// The requirements of a field that can be used together.
fn usable<'r>(
    index: &Index,
    at: usize,
    requirements: &'r [Requirement],
    used: &[Vec<&'r Requirement>],
) -> Vec<&'r Requirement> {
    let is_plain = is_plain(index, at);
    let path = &index.spec.fields[at].path;
    let own: Vec<&Requirement> = requirements
        .iter()
        .filter(|requirement| requirement.path == *path)
        .filter(|requirement| is_plain || !requirement.bounds.plain_only)
        .collect();
    match bits(index, at) {
        0 => own,
        _ => choose_for_multikey(index, at, own, used),
    }
}

fn needs_field(own: &[&Requirement]) -> bool {
    own.iter()
        .any(|requirement| requirement.bounds.needs_field())
}

/// The hashes of single values; everything where there are others.
fn hashed(own: &[&Requirement]) -> IntervalSet {
    let set = intersection(own);
    let hashes = set.intervals.iter().map(|interval| {
        let value = interval.is_point().then(|| exact_value(&interval.low))??;
        let hash = hashed_index_key(Some(value.as_ref()));
        Some(Interval::point(ValueRef::Int64(hash)))
    });
    match hashes.collect::<Option<Vec<_>>>() {
        Some(hashes) => IntervalSet::union(hashes),
        None => IntervalSet::all(),
    }
}

/// The value of a component, if its bytes alone tell what it hashes to.
fn exact_value(component: &[u8]) -> Option<Value<'static>> {
    // Whole numbers hash alike whatever their type: as doubles if they fit, else as integers.
    for types in [[TYPE_DOUBLE; 64], [TYPE_INT64; 64]] {
        let value = decode(component, &types, &[false]).ok()?.pop()?;
        match value.as_ref() {
            ValueRef::Document(_) | ValueRef::Array(_) => return None,
            ValueRef::Double(number) if number.abs() >= LARGEST_EXACT && number.is_finite() => {}
            ValueRef::Int64(_) if encode_one(value.as_ref()) != component => return None,
            _ => return Some(value),
        }
    }
    None
}

/// Doubles below are exact where they are whole.
const LARGEST_EXACT: f64 = 9007199254740992.0;

/// The paths in a wildcard index whose keys serve the requirements of a field: its own if its
/// values are no documents, else also those below. `None` if the index may lack a document.
fn wildcard_paths(
    index: &Index,
    path: &FieldPath,
    own: &[&Requirement],
    set: &IntervalSet,
) -> Option<IntervalSet> {
    if !needs_field(own) {
        return None;
    }
    let point = Interval::point(ValueRef::String(path.as_str()));
    let empty = Interval::point(ValueRef::Document(DocumentRef::EMPTY));
    let documents = IntervalSet::one(Interval::of_type(Kind::Document)).intersect(set);
    if documents
        .intervals
        .iter()
        .all(|interval| *interval == empty)
    {
        return Some(IntervalSet::one(point));
    }
    let wildcard = index.spec.wildcard.as_ref()?;
    let below = Interval::prefix(&format!("{}.", path.as_str()));
    wildcard
        .holds_below(path)
        .then(|| IntervalSet::union(vec![point, below]))
}

/// Fields before a wildcard that bound the scan: every document has a key with its values there.
fn is_prefix_bounded(sets: &[IntervalSet]) -> bool {
    sets.first().is_some_and(|set| !set.is_all())
}

fn bits(index: &Index, at: usize) -> u64 {
    index.multikey.get(at).copied().unwrap_or(0)
}

/// True if no array is on the way to the field. A number in the path may be a position.
fn is_plain(index: &Index, at: usize) -> bool {
    let parts = index.spec.fields[at].path.parts();
    bits(index, at) == 0 && !parts.iter().any(|part| array_position(part).is_some())
}

fn intersection(own: &[&Requirement]) -> IntervalSet {
    match own {
        [only] => only.bounds.set.clone(),
        _ => own.iter().fold(IntervalSet::all(), |set, requirement| {
            set.intersect(&requirement.bounds.set)
        }),
    }
}

/// The first field behind the ranges whose set is to be tested.
fn tested_from(sets: &[IntervalSet], depth: usize) -> Option<usize> {
    sets[depth..]
        .iter()
        .any(|set| !set.is_all())
        .then_some(depth)
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
    let best = own.iter().min_by_key(|requirement| {
        let set = &requirement.bounds.set;
        (set.is_all(), !set.is_points())
    });
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
    let paths = |at: usize| index.spec.fields[at].path.parts();
    let common = paths(one)
        .iter()
        .zip(paths(two))
        .take_while(|(a, b)| a == b)
        .count();
    (0..common.min(64)).any(|part| (bits(index, one) & bits(index, two)) >> part & 1 == 1)
}

/// The conjuncts of which every requirement was used and is exact. A conjunct that also holds
/// conditions no index serves has no exact requirements (see `predicates`).
fn fully_proven(
    index: &Index,
    requirements: &[Requirement],
    used: &[Vec<&Requirement>],
) -> Vec<usize> {
    let is_proven = |wanted: &Requirement| {
        used.iter().enumerate().any(|(at, own)| {
            let needed = if is_plain(index, at) {
                Exact::Plain
            } else {
                Exact::Always
            };
            wanted.bounds.exact >= needed
                && own
                    .iter()
                    .any(|requirement| std::ptr::eq(*requirement, wanted))
        })
    };
    let mut known: Vec<usize> = Vec::new();
    for (at, requirement) in requirements.iter().enumerate() {
        let conjunct = requirement.conjunct;
        // The requirements of one conjunct lie together.
        if at > 0 && requirements[at - 1].conjunct == conjunct {
            continue;
        }
        let mut own = requirements[at..]
            .iter()
            .take_while(|requirement| requirement.conjunct == conjunct);
        if own.all(is_proven) {
            known.push(conjunct);
        }
    }
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
        if !set.is_points() {
            let mut ends: Vec<(Vec<u8>, Vec<u8>)> = set
                .intervals
                .iter()
                .map(|interval| interval.key_range(field.descending))
                .collect();
            if field.descending {
                ends.reverse();
            }
            let join = |prefix: &[u8], end: &[u8]| [prefix, end].concat();
            let all = prefixes.iter().flat_map(|prefix| {
                ends.iter().map(move |(from, to)| KeyRange {
                    from: join(prefix, from),
                    to: join(prefix, to),
                })
            });
            return (all.collect(), at + 1);
        }
        let mut ends: Vec<Vec<u8>> = set
            .intervals
            .iter()
            .map(|interval| interval.component(field.descending))
            .collect();
        if field.descending {
            ends.reverse();
        }
        let points = prefixes.iter().flat_map(|prefix| {
            ends.iter()
                .map(move |point| [prefix.as_slice(), point].concat())
        });
        prefixes = points.collect();
    }
    (whole(prefixes), sets.len())
}

/// All keys that start with the prefixes.
fn whole(prefixes: Vec<Vec<u8>>) -> Vec<KeyRange> {
    let range = |prefix: Vec<u8>| {
        let (mut from, mut to) = (prefix.clone(), prefix);
        from.push(BELOW);
        to.push(ABOVE);
        KeyRange { from, to }
    };
    prefixes.into_iter().map(range).collect()
}
