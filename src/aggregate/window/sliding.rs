//! Sums and extremes of windows that let go: in constant time for each document, on average.
//!
//! Sums are kept as two stacks: what is older as running sums from the window's beginning, what is
//! younger as one sum. Nothing is ever taken away from a sum, so that no digit and no infinity stays
//! behind.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::bounds::Frame;
use super::functions::Results;
use crate::error::Result;
use crate::expression::number::Number;
use crate::expression::statistics::Sum;
use crate::value::{Value, ValueRef, compare};

/// The sum of a window.
#[derive(Default)]
pub(super) struct Totals {
    /// Sums from a document to the end of the older part; the last is the window's first.
    older: Vec<Sum>,
    /// The documents of the younger part, and their sum.
    younger: usize,
    sum: Sum,
}

impl Totals {
    pub(super) fn sums(frames: &[Frame], values: &[Option<Value<'_>>]) -> Result<Results> {
        Ok(Totals::over(frames, values, |sum| sum.total().value()))
    }

    pub(super) fn averages(frames: &[Frame], values: &[Option<Value<'_>>]) -> Result<Results> {
        Ok(Totals::over(frames, values, |sum| {
            sum.average().map_or(Value::NULL, Number::value)
        }))
    }

    fn over(
        frames: &[Frame],
        values: &[Option<Value<'_>>],
        result: fn(&Sum) -> Value<'static>,
    ) -> Results {
        let mut totals = Totals::default();
        let (mut start, mut end) = (0, 0);
        let mut results = Vec::with_capacity(frames.len());
        for frame in frames {
            while start < frame.start {
                if start < end {
                    totals.drop_first(values.get(end - totals.younger..end).unwrap_or_default());
                } else {
                    end = start + 1;
                }
                start += 1;
            }
            while end < frame.end {
                totals.add(values.get(end));
                end += 1;
            }
            let mut sum = totals.sum.clone();
            if let Some(older) = totals.older.last() {
                sum.merge(older);
            }
            results.push(Some(result(&sum)));
        }
        results
    }

    fn add(&mut self, value: Option<&Option<Value<'_>>>) {
        add(&mut self.sum, value);
        self.younger += 1;
    }

    /// `younger` are the values of the younger part, which becomes the older when there is none.
    fn drop_first(&mut self, younger: &[Option<Value<'_>>]) {
        if self.older.is_empty() {
            let mut sum = Sum::default();
            for value in younger.iter().rev() {
                add(&mut sum, Some(value));
                self.older.push(sum.clone());
            }
            self.younger = 0;
            self.sum = Sum::default();
        }
        self.older.pop();
    }
}

fn add(sum: &mut Sum, value: Option<&Option<Value<'_>>>) {
    if let Some(Some(value)) = value {
        sum.add(value.as_ref());
    }
}

/// The smallest or largest value of a window.
pub(super) struct Extremes;

impl Extremes {
    /// Keeps the places of values that may yet be the extreme, the best first.
    pub(super) fn over(
        frames: &[Frame],
        values: &[Option<Value<'_>>],
        is_max: bool,
    ) -> Result<Results> {
        let counts = |at: usize| -> Option<ValueRef<'_>> {
            let value = values.get(at)?.as_ref().map(Value::as_ref)?;
            (!value.is_nullish()).then_some(value)
        };
        let wanted = match is_max {
            true => Ordering::Greater,
            false => Ordering::Less,
        };
        let mut places: VecDeque<usize> = VecDeque::new();
        let mut end = 0;
        let mut results = Vec::with_capacity(frames.len());
        for frame in frames {
            end = end.max(frame.start);
            while end < frame.end {
                if let Some(new) = counts(end) {
                    // Of equal ones the first stays, as in a group.
                    while places
                        .back()
                        .and_then(|&last| counts(last))
                        .is_some_and(|last| compare(new, last) == wanted)
                    {
                        places.pop_back();
                    }
                    places.push_back(end);
                }
                end += 1;
            }
            while places.front().is_some_and(|&first| first < frame.start) {
                places.pop_front();
            }
            let best = places.front().and_then(|&first| values.get(first));
            let best = best.cloned().flatten().map(Value::into_owned);
            results.push(Some(best.unwrap_or(Value::NULL)));
        }
        Ok(results)
    }
}
