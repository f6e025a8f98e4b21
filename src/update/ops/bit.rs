//! `$bit`: and, or, xor of whole numbers.
//!
//! Manual: "$bit". Several operations are applied in the order in which they are written.

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::value::ValueRef;

#[derive(Clone, Copy)]
enum Operand {
    Int(i32),
    Long(i64),
}

/// An operation and what it is given.
type Step = (fn(i64, i64) -> i64, Operand);

struct Bit {
    steps: Vec<Step>,
    path: Box<str>,
}

/// Takes `{and | or | xor: int or long, ...}`.
///
/// Errors: `BadValue` (2).
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    let ValueRef::Document(document) = operand else {
        return Err(Error::bad_value(format_args!(
            "The $bit modifier is not compatible with a {}. You must pass in an embedded document: {{$bit: {{field: {{and/or/xor: #}}}}}}",
            operand.kind().alias()
        )));
    };
    let mut steps: Vec<Step> = Vec::new();
    for (name, value) in document.iter() {
        let step: fn(i64, i64) -> i64 = match name {
            "and" => |one, two| one & two,
            "or" => |one, two| one | two,
            "xor" => |one, two| one ^ two,
            _ => {
                return Err(Error::bad_value(format_args!(
                    "The $bit modifier only supports 'and', 'or', and 'xor', not '{name}' which is an unknown operator: {{{name}: {value}}}"
                )));
            }
        };
        let operand = match value {
            ValueRef::Int32(number) => Operand::Int(number),
            ValueRef::Int64(number) => Operand::Long(number),
            _ => {
                return Err(Error::bad_value(format_args!(
                    "The $bit modifier field must be an Integer(32/64 bit); a '{}' is not supported here: {{{name}: {value}}}",
                    value.kind().alias()
                )));
            }
        };
        steps.push((step, operand));
    }
    if steps.is_empty() {
        return Err(Error::bad_value(format_args!(
            "You must pass in at least one bitwise operation. The format is: {{$bit: {{field: {{and/or/xor: #}}}}}}, at '{path}'"
        )));
    }
    Ok(Box::new(Bit {
        steps,
        path: path.into(),
    }))
}

impl Operator for Bit {
    fn apply(&self, found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        let (mut number, mut is_long) = match found {
            None => (0, false),
            Some(ValueRef::Int32(number)) => (i64::from(number), false),
            Some(ValueRef::Int64(number)) => (number, true),
            Some(other) => {
                return Err(Error::bad_value(format_args!(
                    "Cannot apply $bit to a value of non-integral type. The field '{}' has the type {}",
                    self.path,
                    other.kind().alias()
                )));
            }
        };
        for (step, operand) in &self.steps {
            let operand = match operand {
                Operand::Int(operand) => i64::from(*operand),
                Operand::Long(operand) => {
                    is_long = true;
                    *operand
                }
            };
            number = step(number, operand);
        }
        let value = match is_long {
            true => ValueRef::Int64(number),
            false => ValueRef::Int32(number as i32),
        };
        Ok(Outcome::Set(value.into()))
    }
}
