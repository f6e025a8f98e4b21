//! `$concatArrays`: the elements of all arrays; missing is left out.

use crate::accumulator::{Accumulate, State};
use crate::error::{Error, Result};
use crate::expression::check_bytes;
use crate::value::{ArrayBuf, Value, ValueRef};

struct ConcatArrays(ArrayBuf);

pub fn start() -> State {
    State::Other(Box::new(ConcatArrays(ArrayBuf::new())))
}

impl Accumulate for ConcatArrays {
    /// Errors: `TypeMismatch` (14: not an array).
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        match value {
            None => Ok(()),
            Some(ValueRef::Array(array)) => {
                array.iter().for_each(|element| self.0.push(element));
                check_bytes("$concatArrays", self.0.as_ref().as_bytes().len())
            }
            Some(other) => Err(Error::type_mismatch(format_args!(
                "$concatArrays requires array inputs, but input is of type {}",
                other.kind().alias()
            ))),
        }
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(Value::array(self.0.clone())))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<ConcatArrays>() + self.0.as_ref().as_bytes().len()
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::{check, check_fails};

    #[test]
    fn joins_arrays() {
        check(
            "{$concatArrays: '$v'}",
            "[{v: [1]}, {}, {v: [[2], 1]}]",
            "[1, [2], 1]",
        );
        check_fails("{$concatArrays: '$v'}", "[{v: null}]", 14);
    }
}
