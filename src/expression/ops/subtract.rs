//! `$subtract`: numbers, two dates (milliseconds), or a date and milliseconds.

use crate::error::{Error, codes};
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

use super::add::whole_millis;

/// Errors: `TypeMismatch` (14), `Overflow` (15: a date out of range).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (left, right) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let (Some(left), Some(right)) = (left, right) else {
        return Ok(Some(Value::NULL));
    };
    let (left, right) = (left.as_ref(), right.as_ref());
    if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
        return Ok(Some(left.minus(right).value()));
    }
    if left.is_nullish() || right.is_nullish() {
        return Ok(Some(Value::NULL));
    }
    let overflow = || {
        Error::new(
            codes::OVERFLOW,
            format_args!("date overflow in {}", call.name()),
        )
    };
    Ok(Some(Value::Ref(match (left, right) {
        (ValueRef::Date(one), ValueRef::Date(two)) => {
            ValueRef::Int64(one.checked_sub(two).ok_or_else(overflow)?)
        }
        (ValueRef::Date(date), right) if right.is_number() => {
            let millis = Number::of(right).and_then(whole_millis);
            let moved = millis.and_then(|millis| date.checked_sub(millis));
            ValueRef::Date(moved.ok_or_else(overflow)?)
        }
        (left, right) => {
            return Err(Error::type_mismatch(format_args!(
                "can't {} {} from {}",
                call.name(),
                right.kind().alias(),
                left.kind().alias()
            )));
        }
    })))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn numbers_and_dates() {
        check("{$subtract: ['$a', 1]}", "{a: -2147483648}", "-2147483649L");
        check("{$subtract: [10.5, 2.5m]}", "{}", "8.0000000000000m");
        check("{$subtract: [date(10), date(3)]}", "{}", "7L");
        check("{$subtract: [date(10), 2.5]}", "{}", "date(7)");
        check("{$subtract: ['$a', 'x']}", "{a: null}", "null");
        check_error("{$subtract: [1, date(3)]}", "{}", 14);
        check_error("{$subtract: [date(3), NaN]}", "{}", 15);
    }
}
