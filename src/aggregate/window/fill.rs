//! `$linearFill` and `$locf`: what stands in where a value is null or missing.

use super::Partition;
use super::functions::{Arguments, Results, WindowFunction};
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Dependencies, Expression};
use crate::index::IndexField;
use crate::value::{Value, ValueRef, compare};
use std::cmp::Ordering;

struct Last(Expression);

struct Linear {
    input: Expression,
    field: IndexField,
}

/// The last value before, observation carried forward.
pub(super) fn parse_last(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    Ok(Box::new(Last(Expression::parse(
        arguments.argument,
        arguments.scope,
    )?)))
}

/// Errors: 605001 (no `sortBy` of one field).
pub(super) fn parse_linear(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    Ok(Box::new(Linear {
        input: Expression::parse(arguments.argument, arguments.scope)?,
        field: arguments
            .setting
            .single_sort(arguments.name, 605_001)?
            .clone(),
    }))
}

fn is_there(value: Option<&Value<'_>>) -> bool {
    value.is_some_and(|value| !value.as_ref().is_nullish())
}

impl WindowFunction for Last {
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let mut last = Value::NULL;
        let mut results = Vec::with_capacity(partition.len());
        for value in partition.values(&self.0)? {
            if let Some(value) = value.filter(|value| is_there(Some(value))) {
                last = value.into_owned();
            }
            results.push(Some(last.clone()));
        }
        Ok(results)
    }

    fn dependencies(&self, into: &mut Dependencies) {
        self.0.dependencies(into);
    }
}

impl Linear {
    /// Errors: `TypeMismatch` (14) for a place that is neither number nor date.
    fn places(&self, partition: &Partition<'_>) -> Result<Vec<Number>> {
        let mut places: Vec<Number> = Vec::with_capacity(partition.len());
        for at in 0..partition.len() {
            let place = match partition.sort_value(at, &self.field) {
                Some(ValueRef::Date(millis)) => Number::Long(millis),
                value => value.and_then(Number::of).ok_or_else(|| {
                    Error::type_mismatch("the sortBy of $linearFill must be numeric or a date")
                })?,
            };
            let is_repeated = places.last().is_some_and(|last| {
                compare(last.value().as_ref(), place.value().as_ref()) == Ordering::Equal
            });
            if is_repeated {
                return Err(Error::new(
                    6_050_106,
                    "there can be no repeated values in the sortBy field of $linearFill",
                ));
            }
            places.push(place);
        }
        Ok(places)
    }
}

impl WindowFunction for Linear {
    /// Errors: `TypeMismatch` (14) for a value that is no number, 6050106 for places that are
    /// repeated.
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let places = self.places(partition)?;
        let mut known: Vec<(usize, Number)> = Vec::new();
        let values = partition.values(&self.input)?;
        for (at, value) in values.iter().enumerate() {
            if !is_there(value.as_ref()) {
                continue;
            }
            match value.as_ref().and_then(|value| Number::of(value.as_ref())) {
                Some(number) => known.push((at, number)),
                None => {
                    return Err(Error::type_mismatch(
                        "the value that $linearFill fills must be numeric or nullish",
                    ));
                }
            }
        }
        let mut results: Results = vec![Some(Value::NULL); values.len()];
        for (at, number) in &known {
            if let Some(result) = results.get_mut(*at) {
                *result = Some(number.value());
            }
        }
        for pair in known.windows(2) {
            let [(from, low), (to, high)] = *pair else {
                continue;
            };
            for at in from + 1..to {
                let (Some(&left), Some(&right), Some(&own)) =
                    (places.get(from), places.get(to), places.get(at))
                else {
                    continue;
                };
                let value = between(low, high, own.minus(left), right.minus(left));
                if let Some(result) = results.get_mut(at) {
                    *result = Some(value.value());
                }
            }
        }
        Ok(results)
    }

    fn dependencies(&self, into: &mut Dependencies) {
        self.input.dependencies(into);
    }
}

/// The point on the line, so far of so far.
fn between(low: Number, high: Number, part: Number, whole: Number) -> Number {
    let rise = high.minus(low);
    let is_decimal = [low, high, part, whole]
        .iter()
        .any(|number| number.is_decimal());
    match is_decimal {
        true => {
            let step = rise.to_decimal().divided_by(whole.to_decimal());
            Number::Decimal(low.to_decimal().plus(step.times(part.to_decimal())))
        }
        false => Number::Double(low.to_f64() + part.to_f64() * (rise.to_f64() / whole.to_f64())),
    }
}
