//! `$sin`, `$cos`, `$tan`, their inverses, the hyperbolic ones, and degrees: doubles, or
//! decimals of a decimal.

use super::magnitude::number_argument;
use crate::error::Error;
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Decimal128, Value, ValueRef};

/// Where a function is defined.
#[derive(Clone, Copy)]
enum Domain {
    All,
    Finite,
    /// -1 to 1.
    Unit,
    FromOne,
}

impl Domain {
    fn holds(self, number: f64) -> bool {
        number.is_nan()
            || match self {
                Domain::All => true,
                Domain::Finite => number.is_finite(),
                Domain::Unit => number.abs() <= 1.0,
                Domain::FromOne => number >= 1.0,
            }
    }

    fn holds_decimal(self, number: Decimal128) -> bool {
        let one = Decimal128::from(1);
        number.is_nan()
            || match self {
                Domain::All => true,
                Domain::Finite => !number.is_infinite(),
                Domain::Unit => number.abs().compare(one).is_le(),
                Domain::FromOne => number.compare(one).is_ge(),
            }
    }

    fn describe(self) -> &'static str {
        match self {
            Domain::All | Domain::Finite => "(-inf,inf)",
            Domain::Unit => "[-1,1]",
            Domain::FromOne => "[1,inf]",
        }
    }
}

/// Errors: 28765 (not a number), 50989 (outside the function's domain).
fn apply<'a>(
    call: &Call,
    scope: &Scope<'a, '_>,
    domain: Domain,
    double: fn(f64) -> f64,
    decimal: fn(Decimal128) -> Decimal128,
) -> Outcome<'a> {
    let Some(number) = number_argument(call, scope)? else {
        return Ok(Some(Value::NULL));
    };
    let (holds, result) = match number {
        Number::Decimal(number) => (
            domain.holds_decimal(number),
            Number::Decimal(decimal(number)),
        ),
        other => {
            let number = other.to_f64();
            (domain.holds(number), Number::Double(double(number)))
        }
    };
    if !holds {
        return Err(Error::new(
            50989,
            format_args!(
                "cannot apply {} to {}, value must be in {}",
                call.name(),
                number.value().as_ref(),
                domain.describe()
            ),
        ));
    }
    Ok(Some(result.value()))
}

macro_rules! functions {
    ($($function:ident: $domain:ident, $double:expr, $decimal:expr;)*) => {
        $(pub fn $function<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
            apply(call, scope, Domain::$domain, $double, $decimal)
        })*
    };
}

functions! {
    sin: Finite, f64::sin, Decimal128::sin;
    cos: Finite, f64::cos, Decimal128::cos;
    tan: Finite, f64::tan, Decimal128::tan;
    asin: Unit, f64::asin, Decimal128::asin;
    acos: Unit, f64::acos, Decimal128::acos;
    atan: All, f64::atan, Decimal128::atan;
    sinh: All, f64::sinh, Decimal128::sinh;
    cosh: All, f64::cosh, Decimal128::cosh;
    tanh: All, f64::tanh, Decimal128::tanh;
    asinh: All, double_asinh, Decimal128::asinh;
    acosh: FromOne, f64::acosh, Decimal128::acosh;
    atanh: Unit, double_atanh, Decimal128::atanh;
    degrees_to_radians: All, |degrees| degrees * (std::f64::consts::PI / 180.0),
        Decimal128::degrees_to_radians;
    radians_to_degrees: All, |radians| radians * (180.0 / std::f64::consts::PI),
        Decimal128::radians_to_degrees;
}

/// The inverse hyperbolic sine; minus zero stays.
fn double_asinh(number: f64) -> f64 {
    if number == 0.0 {
        number
    } else {
        number.asinh()
    }
}

/// The inverse hyperbolic tangent; infinite of one.
fn double_atanh(number: f64) -> f64 {
    if number.abs() == 1.0 {
        return f64::INFINITY.copysign(number);
    }
    if number == 0.0 {
        number
    } else {
        number.atanh()
    }
}

/// `$atan2`. Errors: 51044, 51045 (not numbers).
pub fn atan2<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (y, x) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let (Some(y), Some(x)) = (y, x) else {
        return Ok(Some(Value::NULL));
    };
    let (y, x) = (y.as_ref(), x.as_ref());
    if y.is_nullish() || x.is_nullish() {
        return Ok(Some(Value::NULL));
    }
    let read = |value: ValueRef<'_>, code| {
        Number::of(value).ok_or_else(|| {
            let alias = value.kind().alias();
            Error::new(
                code,
                format_args!("{} only supports numeric types, not {alias}", call.name()),
            )
        })
    };
    let (y, x) = (read(y, 51044)?, read(x, 51045)?);
    let angle = if y.is_decimal() || x.is_decimal() {
        Number::Decimal(y.to_decimal().atan2(x.to_decimal()))
    } else {
        Number::Double(y.to_f64().atan2(x.to_f64()))
    };
    Ok(Some(angle.value()))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn functions_of_numbers() {
        check("{$sin: 0}", "{}", "0.0");
        check("{$cos: 0L}", "{}", "1.0");
        check("{$tan: 0.0}", "{}", "0.0");
        check("{$asin: 1}", "{}", "1.5707963267948966");
        check("{$acos: 1m}", "{}", "0m");
        check("{$atan: 1m}", "{}", "0.7853981633974483096156608458198757m");
        check("{$atan2: [1, 1]}", "{}", "0.7853981633974483");
        check("{$atanh: 1}", "{}", "Infinity");
        check("{$degreesToRadians: 180}", "{}", "3.141592653589793");
        check("{$radiansToDegrees: '$a'}", "{}", "null");
        check_error("{$sin: Infinity}", "{}", 50989);
        check_error("{$acosh: 0.5}", "{}", 50989);
        check_error("{$asin: 'x'}", "{}", 28765);
        check_error("{$atan2: ['x', 1]}", "{}", 51044);
    }
}
