//! `$divide`: a double, or a decimal if either number is one.

use crate::error::{Error, codes};
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::Value;

/// Errors: `TypeMismatch` (14), `BadValue` (2: by zero).
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
        return Err(Error::type_mismatch(format_args!(
            "{} only supports numeric types, not {} and {}",
            call.name(),
            left.kind().alias(),
            right.kind().alias()
        )));
    };
    if two.is_zero() {
        // Grouping has codes of its own for its arithmetic.
        let code = if scope.context.is_grouping {
            4_848_401
        } else {
            codes::BAD_VALUE
        };
        return Err(Error::new(
            code,
            format_args!("can't {} by zero", call.name()),
        ));
    }
    let quotient = if one.is_decimal() || two.is_decimal() {
        Number::Decimal(one.to_decimal().divided_by(two.to_decimal()))
    } else {
        Number::Double(one.to_f64() / two.to_f64())
    };
    Ok(Some(quotient.value()))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn quotients_are_doubles_or_decimals() {
        check("{$divide: [4, 2]}", "{}", "2.0");
        check(
            "{$divide: [1, 3m]}",
            "{}",
            "0.3333333333333333333333333333333333m",
        );
        check("{$divide: ['$a', 2]}", "{}", "null");
        check_error("{$divide: [1, 0]}", "{}", 2);
        check_error("{$divide: [1, 0m]}", "{}", 2);
        check_error("{$divide: [1, 'x']}", "{}", 14);
    }
}
