//! `minimum`, `maximum` and their exclusive forms, `multipleOf`.

use super::{Keyword, Operand};
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::value::{Decimal128, Value, ValueRef, compare_numbers};

/// A bound on numbers.
struct Bound {
    bound: Value<'static>,
    lower: bool,
    exclusive: bool,
}

pub(super) fn parse_minimum(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    parse_bound(operand, "exclusiveMinimum", true)
}

pub(super) fn parse_maximum(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    parse_bound(operand, "exclusiveMaximum", false)
}

fn parse_bound(
    operand: &Operand<'_>,
    exclusive: &str,
    lower: bool,
) -> Result<Option<Box<dyn Keyword>>> {
    if !operand.value.is_number() {
        return Err(operand.mismatch("a number"));
    }
    Ok(Some(Box::new(Bound {
        bound: Value::copy_of(operand.value),
        lower,
        exclusive: matches!(operand.schema.get(exclusive), Some(ValueRef::Boolean(true))),
    })))
}

pub(super) fn parse_exclusive_minimum(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    parse_exclusive(operand, "minimum")
}

pub(super) fn parse_exclusive_maximum(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    parse_exclusive(operand, "maximum")
}

/// Checked here; the bound itself reads it.
fn parse_exclusive(operand: &Operand<'_>, bound: &str) -> Result<Option<Box<dyn Keyword>>> {
    operand.bool()?;
    if operand.schema.element(bound).is_none() {
        return Err(operand.refuse(&format!("requires '{bound}' to also be present")));
    }
    Ok(None)
}

impl Keyword for Bound {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let bound = self.bound.as_ref();
        let Some(order) = compare_numbers(value, bound) else {
            return Ok(true);
        };
        if value.is_nan() || bound.is_nan() {
            return Ok(order.is_eq() && !self.exclusive);
        }
        let order = if self.lower { order } else { order.reverse() };
        Ok(order.is_gt() || order.is_eq() && !self.exclusive)
    }
}

struct MultipleOf {
    /// The divisor, if it is a 64-bit integer.
    whole: Option<i64>,
    divisor: Decimal128,
}

pub(super) fn parse_multiple_of(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let number = Number::of(operand.value).ok_or_else(|| operand.mismatch("a number"))?;
    let divisor = number.to_decimal();
    if divisor.is_zero() || divisor.is_negative() {
        return Err(operand.refuse("must have a positive value"));
    }
    if divisor.is_nan() || divisor.is_infinite() {
        return Err(Error::bad_value(
            "$jsonSchema keyword 'multipleOf' must be a finite number",
        ));
    }
    Ok(Some(Box::new(MultipleOf {
        whole: operand.value.to_i64_exact(),
        divisor,
    })))
}

impl Keyword for MultipleOf {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        if let (ValueRef::Int32(_) | ValueRef::Int64(_), Some(divisor)) = (value, self.whole) {
            let number = value.to_i64_exact().unwrap_or(0);
            return Ok(number.wrapping_rem(divisor) == 0);
        }
        Ok(Number::of(value)
            .is_none_or(|number| number.to_decimal().remainder(self.divisor).is_zero()))
    }
}
