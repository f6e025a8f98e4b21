//! `$sum` and `$avg`: of what is a number; of nothing 0 and null.

use crate::accumulator::Accumulate;
use crate::error::Result;
use crate::expression::number::Number;
use crate::expression::statistics::Sum;
use crate::value::{Value, ValueRef};

struct Total(Sum);

struct Average(Sum);

pub fn start_sum() -> Box<dyn Accumulate> {
    Box::new(Total(Sum::default()))
}

pub fn start_avg() -> Box<dyn Accumulate> {
    Box::new(Average(Sum::default()))
}

impl Accumulate for Total {
    #[inline]
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        if let Some(value) = value {
            self.0.add(value);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(self.0.total().value()))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Total>()
    }
}

impl Accumulate for Average {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        if let Some(value) = value {
            self.0.add(value);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(self.0.average().map_or(Value::NULL, Number::value)))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Average>()
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::check;

    #[test]
    fn only_numbers_count() {
        check("{$sum: '$v'}", "[{v: 1}, {v: 2}, {v: 'x'}, {}]", "3");
        check("{$sum: '$v'}", "[]", "0");
        check("{$sum: '$v'}", "[{v: 1}, {v: 2.5}]", "3.5");
        check("{$sum: '$v'}", "[{v: 2147483647}, {v: 1}]", "2147483648L");
        check("{$avg: '$v'}", "[{v: 1}, {v: 2}, {v: null}]", "1.5");
        check("{$avg: '$v'}", "[{v: 1m}, {v: 2}]", "1.5m");
        check("{$avg: '$v'}", "[{}]", "null");
    }
}
