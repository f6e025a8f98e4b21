//! `$minMaxScaler`: a number's place between the smallest and the largest of its window.

use super::Partition;
use super::bounds::{Bounds, fields};
use super::functions::{Arguments, Results, WindowFunction};
use super::sliding::Extremes;
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Dependencies, Expression};
use crate::value::{Value, ValueRef};

struct Scaler {
    input: Expression,
    bounds: Bounds,
    min: Number,
    max: Number,
}

/// Errors: `FailedToParse` (9), `TypeMismatch` (14) for `min` and `max` that are no numbers,
/// `BadValue` (2) for a `max` that is not above `min`.
pub(super) fn parse(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    let name = arguments.name;
    let argument = fields(name, arguments.argument, &["input", "min", "max"])?;
    let Some(input) = argument.get("input") else {
        return Err(Error::failed_to_parse(format_args!(
            "{name} requires 'input'"
        )));
    };
    let number = |field: &str, otherwise: i32| match argument.get(field) {
        None => Ok(Number::Int(otherwise)),
        Some(value) => Number::of(value).ok_or_else(|| {
            Error::type_mismatch(format_args!("{name} requires '{field}' to be a number"))
        }),
    };
    let (min, max) = (number("min", 0)?, number("max", 1)?);
    if min.to_f64() >= max.to_f64() {
        return Err(Error::bad_value(format_args!(
            "{name} requires 'max' to be greater than 'min'"
        )));
    }
    Ok(Box::new(Scaler {
        input: Expression::parse(input, arguments.scope)?,
        bounds: arguments.bounds()?,
        min,
        max,
    }))
}

impl WindowFunction for Scaler {
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let frames = self.bounds.frames(partition)?;
        let values = partition.values(&self.input)?;
        let number = |value: Option<&Value<'_>>| {
            let value = value.map_or(ValueRef::Null, Value::as_ref);
            Number::of(value)
                .ok_or_else(|| Error::type_mismatch("the input of $minMaxScaler must be a number"))
        };
        for value in &values {
            number(value.as_ref())?;
        }
        let smallest = Extremes::over(&frames, &values, false)?;
        let largest = Extremes::over(&frames, &values, true)?;
        let mut results = Vec::with_capacity(values.len());
        for ((value, low), high) in values.iter().zip(&smallest).zip(&largest) {
            let own = number(value.as_ref())?;
            let (low, high) = (number(low.as_ref())?, number(high.as_ref())?);
            results.push(Some(self.scaled(own, low, high).value()));
        }
        Ok(results)
    }

    fn dependencies(&self, into: &mut Dependencies) {
        self.input.dependencies(into);
    }
}

impl Scaler {
    fn scaled(&self, own: Number, low: Number, high: Number) -> Number {
        let (part, whole) = (own.minus(low), high.minus(low));
        if whole.is_zero() {
            return self.min;
        }
        let width = self.max.minus(self.min);
        let share = match part.is_decimal() || whole.is_decimal() {
            true => Number::Decimal(part.to_decimal().divided_by(whole.to_decimal())),
            false => Number::Double(part.to_f64() / whole.to_f64()),
        };
        share.times(width).plus(self.min)
    }
}
