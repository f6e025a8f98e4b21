//! `$min`, `$max` and `$minN`, `$maxN`: by the order across types; null and missing are left
//! out.

use std::cmp::Ordering;

use crate::accumulator::{Accumulate, State};
use crate::error::Result;
use crate::value::{ArrayBuf, Value, ValueRef, compare};

struct Extreme {
    wanted: Ordering,
    best: Option<Value<'static>>,
}

pub fn start_min() -> State {
    State::Other(Box::new(Extreme {
        wanted: Ordering::Less,
        best: None,
    }))
}

pub fn start_max() -> State {
    State::Other(Box::new(Extreme {
        wanted: Ordering::Greater,
        best: None,
    }))
}

impl Accumulate for Extreme {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        let Some(value) = value.filter(|value| !value.is_nullish()) else {
            return Ok(());
        };
        let is_better = match &self.best {
            Some(best) => compare(value, best.as_ref()) == self.wanted,
            None => true,
        };
        if is_better {
            self.best = Some(Value::copy_of(value));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(self.best.clone().unwrap_or(Value::NULL)))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Extreme>() + self.best.as_ref().map_or(0, Value::owned_bytes)
    }
}

/// The best so far, the best first.
struct Extremes {
    wanted: Ordering,
    count: usize,
    best: Vec<Value<'static>>,
    bytes: usize,
}

pub fn min_n(count: usize) -> Box<dyn Accumulate> {
    Box::new(Extremes {
        wanted: Ordering::Less,
        count,
        best: Vec::new(),
        bytes: 0,
    })
}

pub fn max_n(count: usize) -> Box<dyn Accumulate> {
    Box::new(Extremes {
        wanted: Ordering::Greater,
        count,
        best: Vec::new(),
        bytes: 0,
    })
}

impl Accumulate for Extremes {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        let Some(value) = value.filter(|value| !value.is_nullish()) else {
            return Ok(());
        };
        let is_before = |other: &Value<'_>| compare(value, other.as_ref()) != self.wanted;
        let at = self.best.partition_point(is_before);
        if at >= self.count {
            return Ok(());
        }
        let value = Value::copy_of(value);
        self.bytes += value.owned_bytes() + size_of::<Value<'_>>();
        self.best.insert(at, value);
        if self.best.len() > self.count
            && let Some(dropped) = self.best.pop()
        {
            self.bytes -= dropped.owned_bytes() + size_of::<Value<'_>>();
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(Value::array(self.best.iter().collect::<ArrayBuf>())))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Extremes>() + self.bytes
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::check;

    #[test]
    fn null_and_missing_are_left_out() {
        check("{$min: '$v'}", "[{v: 2}, {v: null}, {}, {v: 1}]", "1");
        check("{$max: '$v'}", "[{v: 2}, {v: 'x'}, {v: 3}]", "'x'");
        check("{$max: '$v'}", "[{v: null}]", "null");
        check(
            "{$minN: {input: '$v', n: 2}}",
            "[{v: 3}, {v: 1}, {}, {v: 2}]",
            "[1, 2]",
        );
        check(
            "{$maxN: {input: '$v', n: 2}}",
            "[{v: 3}, {v: 1}, {v: 2}]",
            "[3, 2]",
        );
    }
}
