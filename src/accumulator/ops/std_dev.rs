//! `$stdDevPop` and `$stdDevSamp`: of what is a number, as doubles.

use crate::accumulator::{Accumulate, State};
use crate::error::Result;
use crate::expression::statistics::Deviation;
use crate::value::{Value, ValueRef};

struct StdDev {
    deviation: Deviation,
    result: fn(&Deviation) -> Option<f64>,
}

pub fn start_population() -> State {
    State::Other(Box::new(StdDev {
        deviation: Deviation::default(),
        result: Deviation::population,
    }))
}

pub fn start_sample() -> State {
    State::Other(Box::new(StdDev {
        deviation: Deviation::default(),
        result: Deviation::sample,
    }))
}

impl Accumulate for StdDev {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        if let Some(value) = value {
            self.deviation.add(value);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(
            (self.result)(&self.deviation).map_or(Value::NULL, Value::from),
        ))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<StdDev>()
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::check;

    #[test]
    fn deviations() {
        check("{$stdDevSamp: '$v'}", "[{v: 10}, {v: 20}, {v: 30}]", "10.0");
        check("{$stdDevPop: '$v'}", "[{v: 1}, {v: 3}, {v: 'x'}]", "1.0");
        check("{$stdDevSamp: '$v'}", "[{v: 1}]", "null");
    }
}
