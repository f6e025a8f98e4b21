//! `$substrBytes` (and its old name `$substr`) and `$substrCP`: a part of a string.

use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::text::require_text;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Rounding, Value, ValueRef};

/// `$substrBytes`: a negative count means "to the end".
///
/// Errors: 16007 (no text), 16034, 16035 (start, count not a number), 31109 (not a 64-bit
/// number), 50752 (start below zero), 28656, 28657 (start, end inside a character).
pub fn bytes<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let text = call.evaluate(0, scope)?;
    let (start, count) = (call.evaluate(1, scope)?, call.evaluate(2, scope)?);
    let text = require_text(text.as_ref().map(Value::as_ref))?;
    let start = number(call, &start, "starting index", 16034)?;
    let count = number(call, &count, "length", 16035)?;
    let (start, count) = (whole(call, start)?, whole(call, count)?);
    if start < 0 {
        return Err(Error::new(
            50752,
            format_args!(
                "{}: starting index must be non-negative (got: {start})",
                call.name()
            ),
        ));
    }
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    if start >= text.len() {
        return Ok(Some(Value::string("")));
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let end = start.saturating_add(count).min(text.len());
    if !text.is_char_boundary(start) {
        return Err(Error::new(
            28656,
            format_args!(
                "{}: invalid range, starting index is a UTF-8 continuation byte.",
                call.name()
            ),
        ));
    }
    match text.get(start..end) {
        Some(part) => Ok(Some(Value::string(part))),
        None => Err(Error::new(
            28657,
            format_args!(
                "{}: invalid range, ending index is in the middle of a UTF-8 character.",
                call.name()
            ),
        )),
    }
}

fn number(call: &Call, value: &Option<Value<'_>>, what: &str, code: i32) -> Result<Number> {
    value
        .as_ref()
        .and_then(|value| Number::of(value.as_ref()))
        .ok_or_else(|| {
            let alias = value
                .as_ref()
                .map_or("missing", |value| value.kind().alias());
            Error::new(
                code,
                format_args!(
                    "{}: {what} must be a numeric type (is BSON type {alias})",
                    call.name()
                ),
            )
        })
}

/// A number as a 64-bit integer: doubles are cut, decimals rounded.
fn whole(call: &Call, number: Number) -> Result<i64> {
    match number {
        Number::Int(number) => Ok(i64::from(number)),
        Number::Long(number) => Ok(number),
        Number::Double(number) => {
            ValueRef::Double(number.trunc())
                .to_i64_exact()
                .ok_or_else(|| {
                    Error::new(
                        31109,
                        format_args!(
                            "{}: can't take a number out of range as a long",
                            call.name()
                        ),
                    )
                })
        }
        // What is no 64-bit integer counts as the least one.
        Number::Decimal(number) => {
            let whole = number.quantize(0, Rounding::HalfEven);
            Ok(whole.to_i64_exact().unwrap_or(i64::MIN))
        }
    }
}

/// `$substrCP`.
///
/// Errors: 16007 (no text), 34450, 34452 (start, count not a number), 34451, 34453 (not a
/// 32-bit integer), 34455, 34454 (below zero).
pub fn code_points<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let text = call.evaluate(0, scope)?;
    let (start, count) = (call.evaluate(1, scope)?, call.evaluate(2, scope)?);
    let text = require_text(text.as_ref().map(Value::as_ref))?;
    let start = integer(call, &start, "starting index", (34450, 34451))?;
    let count = integer(call, &count, "length", (34452, 34453))?;
    let negative = |code, what: &str| {
        Error::new(
            code,
            format_args!("{}: {what} must be a nonnegative integer", call.name()),
        )
    };
    let count = usize::try_from(count).map_err(|_| negative(34454, "length"))?;
    let start = usize::try_from(start).map_err(|_| negative(34455, "the starting index"))?;
    let part: String = text.chars().skip(start).take(count).collect();
    Ok(Some(Value::string(&part)))
}

fn integer(
    call: &Call,
    value: &Option<Value<'_>>,
    what: &str,
    (not_number, not_integer): (i32, i32),
) -> Result<i64> {
    let number = number(call, value, what, not_number)?.value();
    let whole = number.as_ref().to_i64_exact();
    whole
        .filter(|whole| i32::try_from(*whole).is_ok())
        .ok_or_else(|| {
            Error::new(
                not_integer,
                format_args!(
                    "{}: {what} cannot be represented as a 32-bit integral value",
                    call.name()
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn parts_of_strings() {
        check("{$substrBytes: ['$a', 1, 2]}", "{a: 'hello'}", "'el'");
        check("{$substr: ['$a', 1, -1]}", "{a: 'hello'}", "'ello'");
        check("{$substrBytes: ['$a', 9, 1]}", "{a: 'hello'}", "''");
        check("{$substrBytes: [12345, 1, 2]}", "{}", "'23'");
        check("{$substrCP: ['é€x', 1, 2]}", "{}", "'€x'");
        check("{$substrCP: ['$a', 0, 2]}", "{}", "''");
        check_error("{$substrBytes: ['é', 1, 1]}", "{}", 28656);
        check_error("{$substrBytes: ['é', 0, 1]}", "{}", 28657);
        check_error("{$substrBytes: ['a', -1, 1]}", "{}", 50752);
        check_error("{$substrCP: ['a', 0.5, 1]}", "{}", 34451);
        check_error("{$substrCP: ['a', -1, 1]}", "{}", 34455);
    }
}
