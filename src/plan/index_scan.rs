//! IXSCAN: the records whose keys lie in some ranges of an index.

use std::ops::Bound;

use super::bounds::{ABOVE, BELOW, IntervalSet};
use super::key_test::KeyTest;
use super::stream::{Statistics, Stream, note};
use super::{Document, Row};
use crate::error::Result;
use crate::expression::Context;
use crate::index::{Index, split_record};
use crate::keystring::{component_end, decode};
use crate::ordered::OrderedSet;
use crate::storage::{Cursor, Entry, RecordStore};
use crate::value::{ArrayWriter, DocumentBuf, ValueRef};

/// Keys from `from` (inclusive) to `to` (exclusive).
#[derive(Clone)]
pub struct KeyRange {
    pub from: Vec<u8>,
    pub to: Vec<u8>,
}

/// How many records a fetch is told of in advance when it meets a missing page.
const LOOK_AHEAD: usize = 1024;

/// Walks over ranges of an index, forward or backward.
pub struct IndexScan {
    index: Index,
    /// In ascending order and disjoint.
    ranges: Vec<KeyRange>,
    sets: Vec<IntervalSet>,
    backward: bool,
    walk: Walk,
    /// Records given so far, if one may have several keys.
    seen: Option<OrderedSet<u64>>,
    /// Gives documents of the indexed fields instead of bare records; null keys are fetched.
    covered: Option<Covered>,
    /// What keys in the ranges must meet besides.
    test: Option<KeyTest>,
    distinct: Option<Distinct>,
    statistics: Statistics,
}

/// Where a scan stands.
#[derive(Clone)]
struct Walk {
    cursor: Cursor,
    /// The number of ranges that are done.
    done: usize,
    /// True when the cursor stands inside the next range.
    inside: bool,
    seeks: u64,
}

/// One row per value of the first fields.
struct Distinct {
    fields: usize,
    /// The components of the last key, whose like are passed over.
    last: Option<Vec<u8>>,
}

struct Covered {
    records: RecordStore,
    descending: Vec<bool>,
    /// Whether nulls are given as they are: for a sort, to which missing is null.
    keeps_null: bool,
    /// A record whose entry was passed but whose document is still to be fetched.
    pending: Option<u64>,
}

impl IndexScan {
    /// Over an index whose bounds, for explain, are `sets`.
    pub fn new(
        index: &Index,
        ranges: Vec<KeyRange>,
        sets: Vec<IntervalSet>,
        backward: bool,
    ) -> Self {
        IndexScan {
            walk: Walk {
                cursor: index.tree.cursor(),
                done: 0,
                inside: false,
                seeks: 0,
            },
            seen: (index.is_multikey() || index.spec.wildcard.is_some()).then(OrderedSet::new),
            index: index.clone(),
            ranges,
            sets,
            backward,
            covered: None,
            test: None,
            distinct: None,
            statistics: Statistics::default(),
        }
    }

    /// Makes the scan give documents built from the keys. Documents with a null key, which may
    /// stand for a missing field, are taken from `records`.
    #[must_use]
    pub fn covering(mut self, records: &RecordStore) -> IndexScan {
        let descending = self.index.spec.descending();
        self.covered = Some(Covered {
            records: records.clone(),
            descending,
            keeps_null: false,
            pending: None,
        });
        self
    }

    /// Makes the scan leave out keys in the ranges that are outside the sets of the fields from
    /// this one on; it seeks from one part that may be inside to the next.
    #[must_use]
    pub fn testing(mut self, from: Option<usize>) -> IndexScan {
        self.test = from.map(|from| KeyTest::new(&self.index, &self.sets, from));
        self
    }

    /// Makes a covering scan give only one row per combination of values of the first fields, null
    /// aside, which may stand for a missing field.
    #[must_use]
    pub fn distinct(mut self, fields: usize) -> IndexScan {
        self.distinct = Some(Distinct { fields, last: None });
        self.seen = None;
        self
    }

    /// The next entry that the scan is about.
    fn next_entry(&mut self) -> Result<Option<Entry>> {
        loop {
            let Some(entry) = self.walk.next(&self.ranges, self.backward)? else {
                return Ok(None);
            };
            self.statistics.keys_examined += 1;
            let target = match self
                .distinct
                .as_ref()
                .and_then(|distinct| distinct.last.as_ref())
            {
                Some(last) if has_values(entry.key(), last) => {
                    let end = if self.backward { BELOW } else { ABOVE };
                    Some([last.as_slice(), &[end]].concat())
                }
                _ => self
                    .test
                    .as_ref()
                    .and_then(|test| test.seek(entry.key(), self.backward)),
            };
            let Some(target) = target else {
                return Ok(Some(entry));
            };
            self.statistics.works += 1;
            self.statistics.seeks += 1;
            self.walk.seek(&target, self.backward)?;
        }
    }

    /// Notes the values that a distinct scan gave.
    fn note_distinct(&mut self, key: &[u8], is_null: bool) {
        let Some(distinct) = &mut self.distinct else {
            return;
        };
        let mut at = 0;
        for field in &self.index.spec.fields[..distinct.fields] {
            match component_end(key, at, field.descending) {
                Some(end) => at = end,
                None => return,
            }
        }
        distinct.last = (!is_null).then(|| key[..at].to_vec());
    }

    /// As [`IndexScan::covering`], for readers to whom a missing field is null.
    #[must_use]
    pub fn keyed(mut self, records: &RecordStore) -> IndexScan {
        self = self.covering(records);
        if let Some(covered) = &mut self.covered {
            covered.keeps_null = true;
        }
        self
    }

    fn fetch_pending(&mut self, record: u64) -> Result<Option<Row>> {
        let Some(covered) = &mut self.covered else {
            return Ok(None);
        };
        covered.pending = Some(record);
        let document = covered.records.get(record)?;
        covered.pending = None;
        self.statistics.documents_examined += 1;
        Ok(document.map(|handle| Row {
            document: Document::Stored(handle),
            record,
        }))
    }

    fn advance(&mut self, context: &Context) -> Result<Option<Row>> {
        if let Some(record) = self.covered.as_ref().and_then(|covered| covered.pending) {
            return self.fetch_pending(record);
        }
        loop {
            context.step()?;
            let unique = self.index.spec.unique;
            let Some(entry) = self.next_entry()? else {
                return Ok(None);
            };
            let entry = split_record(unique, entry.key(), entry.value());
            let record = entry.record;
            if let Some(seen) = &mut self.seen
                && !seen.insert(record)
            {
                self.statistics.works += 1;
                self.statistics.dropped += 1;
                continue;
            }
            let Some(covered) = &self.covered else {
                return Ok(Some(Row {
                    document: Document::Bare,
                    record,
                }));
            };
            let values = decode(entry.key, entry.types, &covered.descending)?;
            // Of a distinct scan only one field is looked at.
            let read = match &self.distinct {
                Some(distinct) => &values[distinct.fields - 1..distinct.fields],
                None => &values,
            };
            let is_null =
                !covered.keeps_null && read.iter().any(|value| value.as_ref().is_nullish());
            self.note_distinct(entry.key, is_null);
            if is_null {
                return self.fetch_pending(record);
            }
            let mut document = DocumentBuf::new();
            let fields = self
                .index
                .spec
                .fields
                .iter()
                .map(|field| field.path.parts());
            let pairs: Vec<_> = fields
                .zip(values.iter().map(|value| value.as_ref()))
                .collect();
            nest(&mut document, &pairs, 0);
            return Ok(Some(Row {
                document: document.into(),
                record,
            }));
        }
    }
}

/// Whether a key starts with these whole components.
pub(super) fn has_values(key: &[u8], values: &[u8]) -> bool {
    // Otherwise the last of them is a text that goes on.
    let ends = |next: &u8| (BELOW..ABOVE).contains(next);
    key.starts_with(values) && key.get(values.len()).is_some_and(ends)
}

/// Builds `{a: {b: 1, c: 2}}` from the paths `a.b` and `a.c` below the first `depth` parts.
fn nest(out: &mut DocumentBuf, pairs: &[(&[Box<str>], ValueRef<'_>)], depth: usize) {
    let mut at = 0;
    while let Some((path, value)) = pairs.get(at) {
        let name = &path[depth];
        if path.len() == depth + 1 {
            out.append(name, *value);
            at += 1;
            continue;
        }
        let same = pairs[at..]
            .iter()
            .take_while(|(other, _)| other.get(depth) == Some(name));
        let count = same.count();
        let mut inner = DocumentBuf::new();
        nest(&mut inner, &pairs[at..at + count], depth + 1);
        out.append(name, &inner);
        at += count;
    }
}

impl Walk {
    /// Goes on at a key inside the range: forward behind it, backward before it.
    fn seek(&mut self, target: &[u8], backward: bool) -> Result<()> {
        if backward {
            self.cursor.seek_upper(Bound::Excluded(target))
        } else {
            self.cursor.seek(target)
        }
    }

    /// Passes over entries by counting; gives how many.
    fn skip(&mut self, ranges: &[KeyRange], backward: bool, count: u64) -> Result<u64> {
        let mut left = count;
        while left > 0 && self.done < ranges.len() {
            let at = if backward {
                ranges.len() - 1 - self.done
            } else {
                self.done
            };
            let range = &ranges[at];
            let (from, to) = (
                Bound::Included(&range.from[..]),
                Bound::Excluded(&range.to[..]),
            );
            let inside = self.cursor.tree().count_range(from, to)?;
            if inside <= left {
                left -= inside;
                self.done += 1;
                continue;
            }
            if backward {
                self.cursor.seek_upper(to)?;
                self.cursor.skip_back(left)?;
            } else {
                self.cursor.seek(&range.from)?;
                self.cursor.skip(left)?;
            }
            self.inside = true;
            self.seeks += 1;
            left = 0;
        }
        Ok(count - left)
    }

    /// The next entry inside the ranges.
    fn next(&mut self, ranges: &[KeyRange], backward: bool) -> Result<Option<Entry>> {
        loop {
            let at = if backward {
                ranges.len().checked_sub(self.done + 1)
            } else {
                Some(self.done)
            };
            let Some(range) = at.and_then(|at| ranges.get(at)) else {
                return Ok(None);
            };
            if !self.inside {
                if backward {
                    self.cursor.seek_upper(Bound::Excluded(&range.to))?;
                } else {
                    self.cursor.seek(&range.from)?;
                }
                self.inside = true;
                self.seeks += 1;
            }
            let entry = if backward {
                self.cursor.previous()?
            } else {
                self.cursor.next()?
            };
            let inside = |entry: &Entry| {
                if backward {
                    entry.key() >= range.from.as_slice()
                } else {
                    entry.key() < range.to.as_slice()
                }
            };
            match entry {
                Some(entry) if inside(&entry) => return Ok(Some(entry)),
                _ => {
                    self.inside = false;
                    self.done += 1;
                }
            }
        }
    }
}

impl Stream for IndexScan {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        if self.statistics.works == 0 {
            self.index.uses.count();
        }
        let row = self.advance(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        let spec = &self.index.spec;
        out.append(
            "stage",
            if self.distinct.is_some() {
                "DISTINCT_SCAN"
            } else {
                "IXSCAN"
            },
        );
        out.append("keyPattern", &spec.key);
        out.append("indexName", spec.name.as_str());
        out.append("isMultiKey", self.index.is_multikey());
        let mut paths = DocumentBuf::new();
        for (at, field) in spec.fields.iter().enumerate() {
            let bits = self.index.multikey.get(at).copied().unwrap_or(0);
            paths.append_array(field.path.as_str(), |list| {
                multikey_paths(field.path.parts(), bits, list)
            });
        }
        out.append("multiKeyPaths", &paths);
        out.append("isUnique", spec.unique);
        out.append("isSparse", spec.sparse);
        out.append("isPartial", spec.partial.is_some());
        out.append("indexVersion", 2);
        out.append(
            "direction",
            if self.backward { "backward" } else { "forward" },
        );
        out.append_document("indexBounds", |bounds| {
            for (field, set) in spec.fields.iter().zip(&self.sets) {
                let descending = field.descending != self.backward;
                let mut list = bounds.array(field.path.as_str());
                let mut shown: Vec<String> = set
                    .intervals
                    .iter()
                    .map(|interval| interval.describe(descending))
                    .collect();
                if descending {
                    shown.reverse();
                }
                shown.iter().for_each(|text| list.push(text.as_str()));
            }
        });
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            seeks: self.statistics.seeks + self.walk.seeks,
            ..self.statistics
        }
    }

    fn skip(&mut self, rows: u64) -> Result<u64> {
        if self.seen.is_some() || self.test.is_some() || self.distinct.is_some() {
            return Ok(0);
        }
        let mut walk = self.walk.clone();
        let skipped = walk.skip(&self.ranges, self.backward, rows)?;
        self.walk = walk;
        Ok(skipped)
    }

    fn upcoming(&self, out: &mut Vec<u64>) {
        let mut ahead = self.walk.clone();
        while out.len() < LOOK_AHEAD {
            let Ok(Some(entry)) = ahead.next(&self.ranges, self.backward) else {
                return;
            };
            out.push(split_record(self.index.spec.unique, entry.key(), entry.value()).record);
        }
    }
}

fn multikey_paths(parts: &[Box<str>], bits: u64, list: &mut ArrayWriter<'_>) {
    for end in 0..parts.len().min(64) {
        if bits >> end & 1 == 1 {
            list.push(parts[..=end].join(".").as_str());
        }
    }
}
