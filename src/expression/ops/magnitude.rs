//! `$abs`, `$ceil`, `$floor`, `$sqrt`: one number in, one number out.

use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Rounding, Value};

/// The number that the only argument gives, or null.
///
/// Errors: 28765 (not a number).
pub fn number_argument(call: &Call, scope: &Scope<'_, '_>) -> Result<Option<Number>> {
    let Some(value) = call.evaluate(0, scope)? else {
        return Ok(None);
    };
    let value = value.as_ref();
    match Number::of(value) {
        Some(number) => Ok(Some(number)),
        None if value.is_nullish() => Ok(None),
        None => Err(Error::new(
            28765,
            format_args!(
                "{} only supports numeric types, not {}",
                call.name(),
                value.kind().alias()
            ),
        )),
    }
}

/// Applies `operation` to the only argument; null stays null.
fn map<'a>(
    call: &Call,
    scope: &Scope<'a, '_>,
    operation: impl FnOnce(Number) -> Result<Number>,
) -> Outcome<'a> {
    Ok(Some(match number_argument(call, scope)? {
        Some(number) => operation(number)?.value(),
        None => Value::NULL,
    }))
}

/// `$abs`. Errors: 28680 (the least long has no positive counterpart).
pub fn abs<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    map(call, scope, |number| {
        Ok(match number {
            Number::Int(number) => Number::int_or_long(i64::from(number).abs()),
            Number::Long(number) => Number::Long(number.checked_abs().ok_or_else(|| {
                Error::new(
                    28680,
                    format_args!("can't take {} of the least long", call.name()),
                )
            })?),
            Number::Double(number) => Number::Double(number.abs()),
            Number::Decimal(number) => Number::Decimal(number.abs()),
        })
    })
}

pub fn ceil<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    map(call, scope, |number| {
        Ok(match number {
            Number::Double(number) => Number::Double(number.ceil()),
            Number::Decimal(number) => Number::Decimal(number.quantize(0, Rounding::Ceiling)),
            whole => whole,
        })
    })
}

pub fn floor<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    map(call, scope, |number| {
        Ok(match number {
            Number::Double(number) => Number::Double(number.floor()),
            Number::Decimal(number) => Number::Decimal(number.quantize(0, Rounding::Floor)),
            whole => whole,
        })
    })
}

/// `$sqrt`. Errors: 28714 (below zero).
pub fn sqrt<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    map(call, scope, |number| {
        let below_zero = match number {
            Number::Decimal(number) => number.is_negative() && !number.is_zero(),
            other => other.to_f64() < 0.0,
        };
        if below_zero {
            return Err(Error::new(
                28714,
                format_args!(
                    "{}'s argument must be greater than or equal to 0",
                    call.name()
                ),
            ));
        }
        Ok(match number {
            Number::Decimal(number) => Number::Decimal(number.square_root()),
            other => Number::Double(other.to_f64().sqrt()),
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn types_stay() {
        check("{$abs: -5}", "{}", "5");
        check("{$abs: -2147483648}", "{}", "2147483648L");
        check("{$abs: '$a'}", "{}", "null");
        check("{$ceil: 1.2}", "{}", "2.0");
        check("{$ceil: -1.5m}", "{}", "-1m");
        check("{$floor: -1.2}", "{}", "-2.0");
        check("{$floor: 7L}", "{}", "7L");
        check("{$sqrt: 16}", "{}", "4.0");
        check("{$sqrt: 2m}", "{}", "1.414213562373095048801688724209698m");
        check_error("{$sqrt: -1}", "{}", 28714);
        check_error("{$abs: -9223372036854775808L}", "{}", 28680);
        check_error("{$floor: 'x'}", "{}", 28765);
    }
}
