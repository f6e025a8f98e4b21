//! `$mod`: what division cut toward zero leaves, with the dividend's sign.

use crate::error::Error;
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::Value;

/// Errors: 16611 (not numbers), 16610 (by zero), 5733415 (by a decimal zero).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (left, right) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let (Some(left), Some(right)) = (left, right) else {
        return Ok(Some(Value::NULL));
    };
    let (left, right) = (left.as_ref(), right.as_ref());
    let (Some(one), Some(two)) = (Number::of(left), Number::of(right)) else {
        if left.is_nullish() || right.is_nullish() {
            return Ok(Some(Value::NULL));
        }
        return Err(Error::new(
            16611,
            format_args!(
                "{} only supports numeric types, not {} and {}",
                call.name(),
                left.kind().alias(),
                right.kind().alias()
            ),
        ));
    };
    let is_decimal = one.is_decimal() || two.is_decimal();
    if two.is_zero() {
        // Grouping has a code of its own for its arithmetic.
        let code = match scope.context.is_grouping {
            true => 4_848_403,
            false if is_decimal => 5_733_415,
            false => 16610,
        };
        return Err(Error::new(
            code,
            format_args!("can't {} by zero", call.name()),
        ));
    }
    let rest = match (one, two) {
        (Number::Int(one), Number::Int(two)) => Number::Int(one.wrapping_rem(two)),
        _ => match (one.integer(), two.integer()) {
            (Some(one), Some(two)) => Number::Long(one.wrapping_rem(two)),
            _ if is_decimal => Number::Decimal(one.to_decimal().remainder(two.to_decimal())),
            _ => Number::Double(one.to_f64() % two.to_f64()),
        },
    };
    Ok(Some(rest.value()))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn the_sign_is_the_dividends() {
        check("{$mod: [-7, 3]}", "{}", "-1");
        check("{$mod: [7, -3L]}", "{}", "1L");
        check("{$mod: [7.5, 2]}", "{}", "1.5");
        check("{$mod: [10.5, 3m]}", "{}", "1.5000000000000m");
        check("{$mod: [-2147483648, -1]}", "{}", "0");
        check_error("{$mod: [1, 0]}", "{}", 16610);
        check_error("{$mod: [1, 0m]}", "{}", 5_733_415);
        check_error("{$mod: [1, 'x']}", "{}", 16611);
    }
}
