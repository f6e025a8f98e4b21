//! `$count`: the number of documents.

use crate::accumulator::accumulate::Start;
use crate::accumulator::{Accumulate, Accumulator, State};
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Expression, ParseScope};
use crate::value::{Value, ValueRef};

struct Count(i64);

/// Errors: `TypeMismatch` (14: the argument is not an empty object).
pub fn parse(name: &'static str, argument: ValueRef<'_>, _: &ParseScope) -> Result<Accumulator> {
    if !argument
        .as_document()
        .is_some_and(|document| document.is_empty())
    {
        return Err(Error::type_mismatch(format_args!(
            "{name} takes no arguments, i.e. {name}:{{}}"
        )));
    }
    Ok(Accumulator {
        name,
        input: Expression::constant(Value::NULL),
        start: Start::Plain(|| State::Other(Box::new(Count(0)))),
    })
}

impl Accumulate for Count {
    fn add(&mut self, _: Option<ValueRef<'_>>) -> Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(Number::int_or_long(self.0).value()))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Count>()
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::{check, check_error};

    #[test]
    fn counts_documents() {
        check("{$count: {}}", "[{v: 1}, {}]", "2");
        check_error("{$count: '$v'}", 14);
    }
}
