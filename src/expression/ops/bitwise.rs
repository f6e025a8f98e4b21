//! `$bitAnd`, `$bitOr`, `$bitXor`, `$bitNot`: on ints and longs.

use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::Value;

pub fn and<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    combine(call, scope, -1, |all, number| all & number)
}

pub fn or<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    combine(call, scope, 0, |all, number| all | number)
}

pub fn xor<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    combine(call, scope, 0, |all, number| all ^ number)
}

/// Errors: `TypeMismatch` (14: neither int nor long).
fn combine<'a>(
    call: &Call,
    scope: &Scope<'a, '_>,
    start: i64,
    operation: fn(i64, i64) -> i64,
) -> Outcome<'a> {
    let (mut all, mut only_ints) = (start, true);
    for argument in call.arguments() {
        let Some(value) = argument.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let value = value.as_ref();
        if value.is_nullish() {
            return Ok(Some(Value::NULL));
        }
        let Some((number, integer)) =
            Number::of(value).and_then(|number| Some((number, number.integer()?)))
        else {
            let alias = value.kind().alias();
            return Err(Error::type_mismatch(format_args!(
                "{} only supports int and long operands, not {alias}",
                call.name()
            )));
        };
        only_ints &= number.is_int();
        all = operation(all, integer);
    }
    // Operations on ints give what fits an int.
    Ok(Some(match only_ints {
        true => Number::Int(all as i32).value(),
        false => Number::Long(all).value(),
    }))
}

/// `$bitNot`. Errors: 28765 (neither int nor long).
pub fn not<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let number = super::magnitude::number_argument(call, scope)?;
    Ok(Some(match number {
        None => Value::NULL,
        Some(Number::Int(number)) => Number::Int(!number).value(),
        Some(Number::Long(number)) => Number::Long(!number).value(),
        Some(other) => return wrong_type(call, other),
    }))
}

#[cold]
fn wrong_type<'a>(call: &Call, number: Number) -> Result<Option<Value<'a>>> {
    let alias = number.value().kind().alias();
    Err(Error::new(
        28765,
        format_args!("{} only supports int and long, not: {alias}", call.name()),
    ))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn bits() {
        check("{$bitAnd: [6, 3]}", "{}", "2");
        check("{$bitOr: [6, 1L]}", "{}", "7L");
        check("{$bitXor: ['$a', 3]}", "{a: 6}", "5");
        check("{$bitAnd: []}", "{}", "-1");
        check("{$bitOr: []}", "{}", "0");
        check("{$bitNot: 0}", "{}", "-1");
        check("{$bitAnd: ['$a', 1]}", "{}", "null");
        check_error("{$bitAnd: [1.0, 1]}", "{}", 14);
        check_error("{$bitNot: 1.5}", "{}", 28765);
    }
}
