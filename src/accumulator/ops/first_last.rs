//! `$first`, `$last`, `$firstN`, `$lastN`: by the order of the documents; missing counts as
//! null.

use std::collections::VecDeque;

use crate::accumulator::{Accumulate, State};
use crate::error::Result;
use crate::value::{ArrayBuf, Value, ValueRef};

struct Last(Option<Value<'static>>);

pub fn start_first() -> State {
    State::First(None)
}

pub fn start_last() -> State {
    State::Other(Box::new(Last(None)))
}

fn copy(value: Option<ValueRef<'_>>) -> Value<'static> {
    value.map_or(Value::NULL, Value::copy_of)
}

impl Accumulate for Last {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        self.0 = Some(copy(value));
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(self.0.clone().unwrap_or(Value::NULL)))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Last>() + self.0.as_ref().map_or(0, Value::owned_bytes)
    }
}

/// The first or the last so many values.
struct Ends {
    count: usize,
    from_end: bool,
    values: VecDeque<Value<'static>>,
    bytes: usize,
}

pub fn first_n(count: usize) -> Box<dyn Accumulate> {
    Box::new(Ends {
        count,
        from_end: false,
        values: VecDeque::new(),
        bytes: 0,
    })
}

pub fn last_n(count: usize) -> Box<dyn Accumulate> {
    Box::new(Ends {
        count,
        from_end: true,
        values: VecDeque::new(),
        bytes: 0,
    })
}

impl Accumulate for Ends {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        if self.values.len() >= self.count {
            if !self.from_end {
                return Ok(());
            }
            if let Some(dropped) = self.values.pop_front() {
                self.bytes -= dropped.owned_bytes() + size_of::<Value<'_>>();
            }
        }
        let value = copy(value);
        self.bytes += value.owned_bytes() + size_of::<Value<'_>>();
        self.values.push_back(value);
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(Value::array(self.values.iter().collect::<ArrayBuf>())))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Ends>() + self.bytes
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::{check, check_error};

    #[test]
    fn missing_counts_as_null() {
        check("{$first: '$v'}", "[{}, {v: 1}]", "null");
        check("{$last: '$v'}", "[{v: 1}, {v: 2}]", "2");
        check(
            "{$firstN: {input: '$v', n: 2}}",
            "[{v: 1}, {}, {v: 3}]",
            "[1, null]",
        );
        check(
            "{$lastN: {input: '$v', n: 2}}",
            "[{v: 1}, {}, {v: 3}]",
            "[null, 3]",
        );
        check_error("{$first: ['$v']}", 40237);
        check_error("{$firstN: {input: '$v', n: 0}}", 7_548_606);
        check_error("{$firstN: {input: '$v', n: 'x'}}", 7_548_606);
        check_error("{$firstN: {input: '$v'}}", 5_787_906);
        check_error("{$firstN: '$v'}", 5_787_900);
    }
}
