//! `$pop`: takes the first or last element off an array.
//!
//! Manual: "$pop".

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::value::{ArrayBuf, Value, ValueRef};

struct Pop {
    first: bool,
    path: Box<str>,
}

/// Takes 1 (last) or -1 (first).
///
/// Errors: `FailedToParse` (9).
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    match operand.to_i64_exact() {
        Some(end @ (1 | -1)) => Ok(Box::new(Pop {
            first: end == -1,
            path: path.into(),
        })),
        Some(_) => Err(Error::failed_to_parse(format_args!(
            "$pop expects 1 or -1, found: {operand}"
        ))),
        None => Err(Error::failed_to_parse(format_args!(
            "Expected a number in: {path}: {operand}"
        ))),
    }
}

impl Operator for Pop {
    fn apply(&self, found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        let array = match found {
            None => return Ok(Outcome::Keep),
            Some(ValueRef::Array(array)) => array,
            Some(other) => {
                return Err(Error::type_mismatch(format_args!(
                    "Path '{}' contains an element of non-array type '{}'",
                    self.path,
                    other.kind().alias()
                )));
            }
        };
        let count = array.count();
        if count == 0 {
            return Ok(Outcome::Keep);
        }
        let kept = array.iter().skip(usize::from(self.first)).take(count - 1);
        Ok(Outcome::Set(Value::array(kept.collect::<ArrayBuf>())))
    }

    fn creates(&self) -> bool {
        false
    }
}
