//! `$exp`, `$ln`, `$log10`, `$log`, `$sigmoid`: doubles, or decimals of a decimal.

use super::super::call::fold_if_constant;
use super::magnitude::number_argument;
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Call, Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Decimal128, Value, ValueRef};

/// Errors: 28765 (not a number).
pub fn exp<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    Ok(Some(match number_argument(call, scope)? {
        None => Value::NULL,
        Some(Number::Decimal(number)) => Number::Decimal(number.exp()).value(),
        Some(number) => Number::Double(number.to_f64().exp()).value(),
    }))
}

/// Errors: 28765 (not a number), 28766 (not positive).
pub fn ln<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    logarithm(call, scope, 28766, f64::ln, Decimal128::ln)
}

/// Errors: 28765 (not a number), 28761 (not positive).
pub fn log10<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    logarithm(call, scope, 28761, f64::log10, Decimal128::log10)
}

fn logarithm<'a>(
    call: &Call,
    scope: &Scope<'a, '_>,
    code: i32,
    double: fn(f64) -> f64,
    decimal: fn(Decimal128) -> Decimal128,
) -> Outcome<'a> {
    let Some(number) = number_argument(call, scope)? else {
        return Ok(Some(Value::NULL));
    };
    if !is_positive(number) {
        return Err(Error::new(
            code,
            format_args!("{}'s argument must be a positive number", call.name()),
        ));
    }
    Ok(Some(match number {
        // A decimal NaN is no positive decimal and becomes a double.
        Number::Decimal(number) if !number.is_nan() => Number::Decimal(decimal(number)).value(),
        other => Number::Double(double(other.to_f64())).value(),
    }))
}

/// True above zero, and of NaN.
fn is_positive(number: Number) -> bool {
    match number {
        Number::Decimal(number) => number.is_nan() || !(number.is_negative() || number.is_zero()),
        other => {
            let double = other.to_f64();
            double.is_nan() || double > 0.0
        }
    }
}

/// `$log`, to a base.
///
/// Errors: 28756, 28757 (not numbers), 28758 (the number is not positive), 28759 (the base
/// is not positive, or is one).
pub fn log<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (number, base) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let (Some(number), Some(base)) = (number, base) else {
        return Ok(Some(Value::NULL));
    };
    let (number, base) = (number.as_ref(), base.as_ref());
    if number.is_nullish() || base.is_nullish() {
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
    let number = read(number, "argument", 28756)?;
    let base = read(base, "base", 28757)?;
    if !is_positive(number) {
        return Err(Error::new(
            28758,
            format_args!("{}'s argument must be a positive number", call.name()),
        ));
    }
    let is_one = base.value().as_ref() == ValueRef::Int32(1);
    if !is_positive(base) || is_one {
        return Err(Error::new(
            28759,
            format_args!(
                "{}'s base must be a positive number not equal to 1",
                call.name()
            ),
        ));
    }
    let result = if number.is_decimal() || base.is_decimal() {
        Number::Decimal(number.to_decimal().ln().divided_by(base.to_decimal().ln()))
    } else {
        Number::Double(number.to_f64().ln() / base.to_f64().ln())
    };
    Ok(Some(result.value()))
}

struct Sigmoid(Expression);

/// `$sigmoid`; an array is a value here, not a list of arguments.
pub fn parse_sigmoid(
    _: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    fold_if_constant(Expression::operator(Sigmoid(Expression::parse(
        value, scope,
    )?)))
}

impl Evaluate for Sigmoid {
    /// Errors: `TypeMismatch` (14: not a number).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(value) = self.0.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let value = value.as_ref();
        if value.is_nullish() {
            return Ok(Some(Value::NULL));
        }
        Ok(Some(match Number::of(value) {
            Some(Number::Decimal(number)) => {
                let one = Decimal128::from(1);
                let grown = number.negated().exp().plus(one);
                Number::Decimal(one.divided_by(grown)).value()
            }
            Some(number) => Number::Double(1.0 / (1.0 + (-number.to_f64()).exp())).value(),
            None => {
                let alias = value.kind().alias();
                return Err(Error::type_mismatch(format_args!(
                    "$sigmoid only supports numeric types, not {alias}"
                )));
            }
        }))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn exponentials() {
        check("{$exp: 0}", "{}", "1.0");
        check("{$exp: 1m}", "{}", "2.718281828459045235360287471352662m");
        check("{$ln: 1}", "{}", "0.0");
        check("{$log10: 100}", "{}", "2.0");
        check("{$log10: 100m}", "{}", "2m");
        check("{$log: [8, 2]}", "{}", "3.0");
        check(
            "{$log: [1000, 10m]}",
            "{}",
            "3.000000000000000000000000000000000m",
        );
        check("{$log: ['$a', 2]}", "{}", "null");
        check("{$sigmoid: 0}", "{}", "0.5");
        check(
            "{$sigmoid: 1m}",
            "{}",
            "0.7310585786300048792511592418218362m",
        );
        check_error("{$ln: 0}", "{}", 28766);
        check_error("{$log10: -1}", "{}", 28761);
        check_error("{$log: [0, 2]}", "{}", 28758);
        check_error("{$log: [2, 1]}", "{}", 28759);
        check_error("{$sigmoid: [1]}", "{}", 14);
    }
}
