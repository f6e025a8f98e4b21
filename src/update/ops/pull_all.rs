//! `$pullAll`: takes the elements off an array that equal one of some values.
//!
//! Manual: "$pullAll".

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::value::{ArrayBuf, Value, ValueRef, compare};

struct PullAll {
    values: Vec<Value<'static>>,
}

/// Takes an array.
///
/// Errors: `BadValue` (2).
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    _path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    let ValueRef::Array(values) = operand else {
        return Err(Error::bad_value(format_args!(
            "$pullAll requires an array argument but was given a {}",
            operand.kind().alias()
        )));
    };
    Ok(Box::new(PullAll {
        values: values.iter().map(Value::copy_of).collect(),
    }))
}

impl Operator for PullAll {
    fn apply(&self, found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        let array = match found {
            None => return Ok(Outcome::Keep),
            Some(ValueRef::Array(array)) => array,
            Some(_) => {
                return Err(Error::bad_value(
                    "Cannot apply $pullAll to a non-array value",
                ));
            }
        };
        let is_kept = |element: &ValueRef<'_>| {
            !self
                .values
                .iter()
                .any(|value| compare(value.as_ref(), *element).is_eq())
        };
        let kept = array.iter().filter(is_kept).collect::<ArrayBuf>();
        Ok(match kept.len() == array.count() {
            true => Outcome::Keep,
            false => Outcome::Set(Value::array(kept)),
        })
    }

    fn creates(&self) -> bool {
        false
    }
}
