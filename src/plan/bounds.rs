//! Intervals of key components: what a condition on a field leaves of an index.

use crate::keystring::{component_end, decode, encode_one, type_end, type_start};
use crate::sorting::sort_by;
use crate::value::double::double_text;
use crate::value::{Kind, Value, ValueRef};

/// An interval of ascending components. An end need not be a whole component: a type's first byte
/// stands for the border between that type and the one below.
#[derive(Clone, PartialEq, Eq)]
pub struct Interval {
    pub low: Vec<u8>,
    pub low_inclusive: bool,
    pub high: Vec<u8>,
    pub high_inclusive: bool,
}

/// Above every byte that can follow a component in a key. A text that goes on after a zero has
/// this byte there.
pub(super) const ABOVE: u8 = 0xff;
/// Below every byte that can follow a component, and above the one that tells that an inverted
/// text goes on after a zero.
pub(super) const BELOW: u8 = 0x01;

fn inverted(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| !byte).collect()
}

impl Interval {
    /// One value.
    pub fn point(value: ValueRef<'_>) -> Interval {
        let low = encode_one(value);
        Interval {
            high: low.clone(),
            low,
            low_inclusive: true,
            high_inclusive: true,
        }
    }

    /// Everything.
    pub fn all() -> Interval {
        Interval {
            low: vec![type_start(Kind::MinKey)],
            low_inclusive: true,
            high: vec![type_start(Kind::MaxKey)],
            high_inclusive: true,
        }
    }

    /// All values that compare with values of a kind, or `None` for the kinds that stand alone.
    pub fn of_type(kind: Kind) -> Interval {
        let inclusive = |low: ValueRef<'_>, high: ValueRef<'_>| Interval {
            low: encode_one(low),
            low_inclusive: true,
            high: encode_one(high),
            high_inclusive: true,
        };
        match kind {
            Kind::Double | Kind::Int32 | Kind::Int64 | Kind::Decimal128 => inclusive(
                ValueRef::Double(f64::NEG_INFINITY),
                ValueRef::Double(f64::INFINITY),
            ),
            Kind::String | Kind::Symbol => Interval {
                low: encode_one(ValueRef::String("")),
                low_inclusive: true,
                high: vec![type_end(kind)],
                high_inclusive: false,
            },
            Kind::Boolean => inclusive(ValueRef::Boolean(false), ValueRef::Boolean(true)),
            Kind::Date => inclusive(ValueRef::Date(i64::MIN), ValueRef::Date(i64::MAX)),
            Kind::ObjectId => {
                inclusive(ValueRef::ObjectId([0; 12]), ValueRef::ObjectId([0xff; 12]))
            }
            _ => Interval {
                low: vec![type_start(kind) - 1],
                low_inclusive: false,
                high: vec![type_end(kind)],
                high_inclusive: false,
            },
        }
    }

    /// The strings that start with `prefix`, which holds no zero byte and is not empty.
    pub fn prefix(prefix: &str) -> Interval {
        let mut low = vec![type_start(Kind::String)];
        low.extend_from_slice(prefix.as_bytes());
        let mut high = low.clone();
        // No byte of UTF-8 is 0xff, so this cannot overflow.
        if let Some(last) = high.last_mut() {
            *last += 1;
        }
        Interval {
            low,
            low_inclusive: true,
            high,
            high_inclusive: false,
        }
    }

    /// True for a single value.
    pub fn is_point(&self) -> bool {
        self.low_inclusive && self.high_inclusive && self.low == self.high
    }

    /// The ends as positions among keys: from (inclusive) and to (exclusive).
    pub fn key_range(&self, descending: bool) -> (Vec<u8>, Vec<u8>) {
        if !descending {
            let (mut from, mut to) = (self.low.clone(), self.high.clone());
            from.extend((!self.low_inclusive).then_some(ABOVE));
            to.extend(self.high_inclusive.then_some(ABOVE));
            return (from, to);
        }
        let (mut from, mut to) = (inverted(&self.high), inverted(&self.low));
        from.push(if self.high_inclusive { BELOW } else { ABOVE });
        if self.low_inclusive {
            // A component that goes on after a part of one may begin so.
            let is_whole = component_end(&self.low, 0, false) == Some(self.low.len());
            to.extend((!is_whole).then_some(ABOVE));
            to.push(ABOVE);
        }
        (from, to)
    }

    /// A single value's component as it lies in a key.
    pub fn component(&self, descending: bool) -> Vec<u8> {
        if descending {
            inverted(&self.low)
        } else {
            self.low.clone()
        }
    }

    fn low_place(&self) -> (&[u8], bool) {
        (&self.low, !self.low_inclusive)
    }

    fn high_place(&self) -> (&[u8], bool) {
        (&self.high, self.high_inclusive)
    }

    fn intersect(&self, other: &Interval) -> Option<Interval> {
        let low = if self.low_place() >= other.low_place() {
            self
        } else {
            other
        };
        let high = if self.high_place() <= other.high_place() {
            self
        } else {
            other
        };
        let empty = match low.low.cmp(&high.high) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => !(low.low_inclusive && high.high_inclusive),
            std::cmp::Ordering::Greater => true,
        };
        (!empty).then(|| Interval {
            low: low.low.clone(),
            low_inclusive: low.low_inclusive,
            high: high.high.clone(),
            high_inclusive: high.high_inclusive,
        })
    }

    /// As explain shows it: `[1, 5)`.
    pub fn describe(&self, descending: bool) -> String {
        let low = (
            if self.low_inclusive { '[' } else { '(' },
            border(&self.low),
        );
        let high = (
            border(&self.high),
            if self.high_inclusive { ']' } else { ')' },
        );
        if descending {
            let open = if self.high_inclusive { '[' } else { '(' };
            let close = if self.low_inclusive { ']' } else { ')' };
            return format!("{open}{}, {}{close}", high.0, low.1);
        }
        format!("{}{}, {}{}", low.0, low.1, high.0, high.1)
    }
}

/// A component's value, if it is one and no border between types.
pub fn value_of(bytes: &[u8]) -> Option<Value<'_>> {
    // Every type byte says double; texts do not mind.
    let values = decode(bytes, &[2; 64], &[false]).ok()?;
    values.into_iter().next()
}

/// A component's value, or what stands at the border of its type. The type of a number is not
/// known here, so whole ones are shown as integers.
fn border(bytes: &[u8]) -> String {
    let value = value_of(bytes);
    match (value.as_ref().map(Value::as_ref), bytes) {
        (Some(ValueRef::Double(number)), _) if number.is_finite() && number.trunc() == number => {
            double_text(number)
        }
        (Some(value), _) => value.to_string(),
        (None, [first, rest @ ..]) if *first == type_start(Kind::String) => {
            format!("\"{}\"", String::from_utf8_lossy(rest))
        }
        (None, [first]) if *first == type_end(Kind::String) => "{}".to_owned(),
        (None, [first]) if *first == type_end(Kind::Document) => "[]".to_owned(),
        _ => "MaxKey".to_owned(),
    }
}

/// Disjoint intervals in ascending order.
#[derive(Clone, PartialEq, Eq)]
pub struct IntervalSet {
    pub intervals: Vec<Interval>,
}

impl IntervalSet {
    /// Everything.
    pub fn all() -> IntervalSet {
        IntervalSet {
            intervals: vec![Interval::all()],
        }
    }

    /// One interval.
    pub fn one(interval: Interval) -> IntervalSet {
        IntervalSet {
            intervals: vec![interval],
        }
    }

    /// The union of intervals in any order, overlapping ones merged.
    pub fn union(mut intervals: Vec<Interval>) -> IntervalSet {
        sort_by(&mut intervals, |one, two| {
            one.low_place().cmp(&two.low_place())
        });
        let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
        for interval in intervals {
            match merged.last_mut() {
                Some(last) if last.intersect(&interval).is_some() => {
                    if interval.high_place() > last.high_place() {
                        last.high = interval.high;
                        last.high_inclusive = interval.high_inclusive;
                    }
                }
                _ => merged.push(interval),
            }
        }
        IntervalSet { intervals: merged }
    }

    /// What is in both.
    pub fn intersect(&self, other: &IntervalSet) -> IntervalSet {
        let pairs = self.intervals.iter().flat_map(|one| {
            other
                .intervals
                .iter()
                .filter_map(move |two| one.intersect(two))
        });
        IntervalSet {
            intervals: pairs.collect(),
        }
    }

    /// What is not in it.
    pub fn complement(&self) -> IntervalSet {
        let all = Interval::all();
        let mut gap = all.clone();
        let mut intervals = Vec::with_capacity(self.intervals.len() + 1);
        for interval in &self.intervals {
            gap.high = interval.low.clone();
            gap.high_inclusive = !interval.low_inclusive;
            intervals.extend(all.intersect(&gap).and_then(|gap| gap.intersect(&gap)));
            gap.low = interval.high.clone();
            gap.low_inclusive = !interval.high_inclusive;
        }
        gap.high = all.high.clone();
        gap.high_inclusive = true;
        intervals.extend(all.intersect(&gap));
        IntervalSet { intervals }
    }

    /// True for the one interval that holds everything.
    pub fn is_all(&self) -> bool {
        self.intervals.len() == 1 && self.intervals[0] == Interval::all()
    }

    /// True if there are only single values.
    pub fn is_points(&self) -> bool {
        self.intervals.iter().all(Interval::is_point)
    }

    /// True for exactly one value.
    pub fn is_point(&self) -> bool {
        self.intervals.len() == 1 && self.intervals[0].is_point()
    }

    /// True if null, and so perhaps a missing field, is inside.
    pub fn has_null(&self) -> bool {
        let null = Interval::point(ValueRef::Null);
        self.intervals
            .iter()
            .any(|interval| interval.intersect(&null).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(low: i32, high: i32) -> Interval {
        Interval {
            low: encode_one(ValueRef::Int32(low)),
            low_inclusive: true,
            high: encode_one(ValueRef::Int32(high)),
            high_inclusive: false,
        }
    }

    fn show(set: &IntervalSet) -> String {
        set.intervals
            .iter()
            .map(|interval| interval.describe(false))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn intervals_are_merged_and_intersected() {
        let set = IntervalSet::union(vec![range(7, 9), range(1, 3), range(2, 5)]);
        assert_eq!(show(&set), "[1, 5) [7, 9)");
        let both = set.intersect(&IntervalSet::one(range(4, 8)));
        assert_eq!(show(&both), "[4, 5) [7, 8)");
        assert!(
            set.intersect(&IntervalSet::one(range(5, 7)))
                .intervals
                .is_empty()
        );
    }

    #[test]
    fn complements() {
        let check = |set: IntervalSet, expected: &str| {
            assert_eq!(show(&set.complement()), expected);
            assert!(set.complement().complement() == set);
        };
        check(IntervalSet::all(), "");
        check(IntervalSet::one(range(1, 3)), "[MinKey, 1) [3, MaxKey]");
        let null = IntervalSet::one(Interval::point(ValueRef::Null));
        check(null, "[MinKey, null) (null, MaxKey]");
    }

    #[test]
    fn shown_as_the_manual_does() {
        assert_eq!(Interval::all().describe(false), "[MinKey, MaxKey]");
        assert_eq!(Interval::all().describe(true), "[MaxKey, MinKey]");
        assert_eq!(
            Interval::point(ValueRef::String("x")).describe(false),
            "[\"x\", \"x\"]"
        );
        assert_eq!(Interval::prefix("ab").describe(false), "[\"ab\", \"ac\")");
        assert_eq!(
            Interval::of_type(Kind::String).describe(false),
            "[\"\", {})"
        );
        assert_eq!(
            Interval::of_type(Kind::Int32).describe(false),
            "[-inf, inf]"
        );
    }
}
