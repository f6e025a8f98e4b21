//! `$push`: all values, in the order of the documents; missing ones are left out.

use crate::accumulator::{Accumulate, State};
use crate::error::Result;
use crate::expression::check_bytes;
use crate::value::{ArrayBuf, Value, ValueRef};

struct Push {
    values: ArrayBuf,
    bytes: usize,
}

pub fn start() -> State {
    State::Other(Box::new(Push {
        values: ArrayBuf::new(),
        bytes: size_of::<Push>(),
    }))
}

impl Accumulate for Push {
    /// Errors: `ExceededMemoryLimit` (146).
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        if let Some(value) = value {
            self.values.push(value);
        }
        check_bytes("$push", self.values.as_ref().as_bytes().len())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(Value::array(self.values.clone())))
    }

    fn memory_bytes(&self) -> usize {
        self.bytes + self.values.as_ref().as_bytes().len()
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::check;

    #[test]
    fn null_stays_and_missing_goes() {
        check(
            "{$push: '$v'}",
            "[{v: 2}, {}, {v: null}, {v: 2}]",
            "[2, null, 2]",
        );
        check("{$push: {a: '$v'}}", "[{v: 2}, {}]", "[{a: 2}, {}]");
        check("{$push: '$v'}", "[]", "[]");
    }
}
