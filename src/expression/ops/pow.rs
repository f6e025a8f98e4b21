//! `$pow`: integers while they fit, else doubles; decimals of a decimal.

use crate::error::Error;
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

/// Errors: 28762, 28763 (not numbers), 28764 (zero to a negative power).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (base, exponent) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let (Some(base), Some(exponent)) = (base, exponent) else {
        return Ok(Some(Value::NULL));
    };
    let (base, exponent) = (base.as_ref(), exponent.as_ref());
    if base.is_nullish() || exponent.is_nullish() {
        return Ok(Some(Value::NULL));
    }
    let read = |value: ValueRef<'_>, what: &str, code| {
        Number::of(value).ok_or_else(|| {
            let alias = value.kind().alias();
            Error::new(
                code,
                format_args!("{}'s {what} must be numeric, not {alias}", call.name()),
            )
        })
    };
    let base = read(base, "base", 28762)?;
    let exponent = read(exponent, "exponent", 28763)?;
    let is_negative = match exponent {
        Number::Decimal(number) => number.is_negative() && !number.is_zero(),
        other => other.to_f64() < 0.0,
    };
    if base.is_zero() && is_negative {
        return Err(Error::new(
            28764,
            format_args!(
                "{} cannot take a base of 0 and a negative exponent",
                call.name()
            ),
        ));
    }
    let power = if base.is_decimal() || exponent.is_decimal() {
        Number::Decimal(base.to_decimal().power(exponent.to_decimal()))
    } else {
        let whole = base.integer().zip(exponent.integer());
        match whole.and_then(|(base, exponent)| integer_power(base, exponent)) {
            Some(power) if base.is_int() && exponent.is_int() => Number::int_or_long(power),
            Some(power) => Number::Long(power),
            None => Number::Double(base.to_f64().powf(exponent.to_f64())),
        }
    };
    Ok(Some(power.value()))
}

/// The power, if it is a 64-bit integer.
fn integer_power(base: i64, exponent: i64) -> Option<i64> {
    match (base, exponent) {
        (1, _) => Some(1),
        (-1, exponent) => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        (0, exponent) if exponent > 0 => Some(0),
        _ => base.checked_pow(u32::try_from(exponent).ok()?),
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn powers() {
        check("{$pow: [2, 10]}", "{}", "1024");
        check("{$pow: [2, 40]}", "{}", "1099511627776L");
        check("{$pow: [2, 63]}", "{}", "9223372036854775808.0");
        check("{$pow: [2L, 3]}", "{}", "8L");
        check("{$pow: [10, -2]}", "{}", "0.01");
        check("{$pow: [-1, -3]}", "{}", "-1");
        check("{$pow: [0, 0]}", "{}", "1");
        check("{$pow: [4, 0.5]}", "{}", "2.0");
        check(
            "{$pow: [2, 3m]}",
            "{}",
            "8.000000000000000000000000000000000m",
        );
        check("{$pow: ['$a', 2]}", "{}", "null");
        check_error("{$pow: [0, -1]}", "{}", 28764);
        check_error("{$pow: ['x', 1]}", "{}", 28762);
        check_error("{$pow: [1, 'x']}", "{}", 28763);
    }
}
