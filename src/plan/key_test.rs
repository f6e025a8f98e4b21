//! Whether a key inside the ranges of a scan is inside the bounds of the later fields too, and
//! where to go on if it is not.

use super::bounds::{ABOVE, BELOW, IntervalSet};
use crate::index::Index;
use crate::keystring::component_end;

/// The bounds of an index's later fields, as bytes.
pub(super) struct KeyTest {
    descending: Vec<bool>,
    /// The first field that is tested.
    from: usize,
    /// Of each field from there on: from (inclusive) and to (exclusive), in the order of the keys.
    fields: Vec<Vec<(Vec<u8>, Vec<u8>)>>,
}

impl KeyTest {
    pub fn new(index: &Index, sets: &[IntervalSet], from: usize) -> KeyTest {
        let last = sets.iter().rposition(|set| !set.is_all()).unwrap_or(from);
        let fields = (from..=last).map(|at| {
            let descending = index.spec.fields[at].descending;
            let ends = sets[at].intervals.iter();
            let mut ends: Vec<_> = ends.map(|one| one.key_range(descending)).collect();
            if descending {
                ends.reverse();
            }
            ends
        });
        KeyTest {
            descending: index.spec.descending(),
            from,
            fields: fields.collect(),
        }
    }

    /// `None` for a key that is inside; else the place, behind it in the direction of the scan,
    /// before which no key is inside.
    pub fn seek(&self, key: &[u8], backward: bool) -> Option<Vec<u8>> {
        let mut at = 0;
        for &descending in &self.descending[..self.from] {
            at = component_end(key, at, descending)?;
        }
        for (ends, &descending) in self.fields.iter().zip(&self.descending[self.from..]) {
            let rest = &key[at..];
            // The first interval that does not end before the key.
            let place = ends.partition_point(|(_, to)| to.as_slice() <= rest);
            let found = ends.get(place);
            if found.is_none_or(|(from, _)| rest < from.as_slice()) {
                let next: &[u8] = match backward {
                    false => found.map_or(&[ABOVE], |(from, _)| from),
                    true => place
                        .checked_sub(1)
                        .map_or(&[BELOW], |before| &ends[before].1),
                };
                return Some([&key[..at], next].concat());
            }
            at = component_end(key, at, descending)?;
        }
        None
    }
}
