//! `$addToSet` and `$setUnion`: each value once, in the order in which they came.

use std::cmp::Ordering;

use crate::accumulator::{Accumulate, State};
use crate::error::{Error, Result};
use crate::expression::check_bytes;
use crate::ordered::OrderedSet;
use crate::value::{ArrayBuf, Value, ValueRef, compare};

/// A value in MongoDB's order.
struct Ordered(Value<'static>);

impl PartialEq for Ordered {
    fn eq(&self, other: &Ordered) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Ordered) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Ordered) -> Ordering {
        compare(self.0.as_ref(), other.0.as_ref())
    }
}

#[derive(Default)]
struct Set {
    seen: OrderedSet<Ordered>,
    values: ArrayBuf,
    bytes: usize,
}

impl Set {
    fn insert(&mut self, value: ValueRef<'_>) {
        let owned = Value::copy_of(value);
        let bytes = owned.owned_bytes() + size_of::<Ordered>();
        if self.seen.insert(Ordered(owned)) {
            self.values.push(value);
            self.bytes += bytes;
        }
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Set>() + self.bytes + self.values.as_ref().as_bytes().len()
    }
}

struct AddToSet(Set);

struct Union(Set);

pub fn start() -> State {
    State::Other(Box::new(AddToSet(Set::default())))
}

pub fn start_union() -> State {
    State::Other(Box::new(Union(Set::default())))
}

impl Accumulate for AddToSet {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        if let Some(value) = value {
            self.0.insert(value);
        }
        check_bytes("$addToSet", self.0.memory_bytes())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(Value::array(self.0.values.clone())))
    }

    fn memory_bytes(&self) -> usize {
        self.0.memory_bytes()
    }
}

impl Accumulate for Union {
    /// Errors: `TypeMismatch` (14: not an array).
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        match value {
            None => Ok(()),
            Some(ValueRef::Array(array)) => {
                array.iter().for_each(|element| self.0.insert(element));
                check_bytes("$setUnion", self.0.memory_bytes())
            }
            Some(other) => Err(Error::type_mismatch(format_args!(
                "$setUnion requires array inputs, but input is of type {}",
                other.kind().alias()
            ))),
        }
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(Value::array(self.0.values.clone())))
    }

    fn memory_bytes(&self) -> usize {
        self.0.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::{check, check_fails};

    #[test]
    fn each_value_once() {
        check(
            "{$addToSet: '$v'}",
            "[{v: 2}, {v: 1}, {v: 2.0}, {}, {v: null}]",
            "[2, 1, null]",
        );
        check(
            "{$setUnion: '$v'}",
            "[{v: [2, 1]}, {v: [1, 3]}, {}]",
            "[2, 1, 3]",
        );
        check_fails("{$setUnion: '$v'}", "[{v: 1}]", 14);
    }
}
