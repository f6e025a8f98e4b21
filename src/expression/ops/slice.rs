//! `$slice`: a part of an array, by count, or by position and count.

use crate::error::{Error, Result};
use crate::expression::{Call, Outcome, Scope};
use crate::value::{ArrayBuf, ArrayRef, Value, ValueRef};

/// Errors: 28724 (not an array), 28725 and 28726 (second argument not a number, not a
/// 32-bit integer), 28727 and 28728 (the third), 28729 (count not positive).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (array, second) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let (Some(array), Some(second)) = (array, second) else {
        return Ok(Some(Value::NULL));
    };
    let (value, second) = (array.as_ref(), second.as_ref());
    if value.is_nullish() || second.is_nullish() {
        return Ok(Some(Value::NULL));
    }
    let ValueRef::Array(array) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            28724,
            format_args!(
                "First argument to {} must be an array, but is of type: {alias}",
                call.name()
            ),
        ));
    };
    let second = integer(call, "Second", second, (28725, 28726))?;
    if call.len() == 2 {
        return Ok(Some(take(array, second)));
    }
    let Some(third) = call.evaluate(2, scope)? else {
        return Ok(Some(Value::NULL));
    };
    if third.as_ref().is_nullish() {
        return Ok(Some(Value::NULL));
    }
    let count = integer(call, "Third", third.as_ref(), (28727, 28728))?;
    if count <= 0 {
        return Err(Error::new(
            28729,
            format_args!(
                "Third argument to {} must be positive: {count}",
                call.name()
            ),
        ));
    }
    let start = if second >= 0 {
        second as usize
    } else {
        array.count().saturating_sub(second.unsigned_abs() as usize)
    };
    Ok(Some(part(array, start, count as usize)))
}

fn take(array: ArrayRef<'_>, count: i64) -> Value<'static> {
    if count >= 0 {
        return part(array, 0, count as usize);
    }
    let start = array.count().saturating_sub(count.unsigned_abs() as usize);
    part(array, start, usize::MAX)
}

fn part(array: ArrayRef<'_>, start: usize, count: usize) -> Value<'static> {
    Value::array(array.iter().skip(start).take(count).collect::<ArrayBuf>())
}

fn integer(
    call: &Call,
    which: &str,
    value: ValueRef<'_>,
    (not_number, not_integer): (i32, i32),
) -> Result<i64> {
    if !value.is_number() {
        let alias = value.kind().alias();
        return Err(Error::new(
            not_number,
            format_args!(
                "{which} argument to {} must be numeric, but is of type: {alias}",
                call.name()
            ),
        ));
    }
    value
        .to_i64_exact()
        .filter(|whole| i32::try_from(*whole).is_ok())
        .ok_or_else(|| {
            Error::new(
                not_integer,
                format_args!(
                    "{which} argument to {} can't be represented as a 32-bit integer",
                    call.name()
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn counts_from_both_ends() {
        check("{$slice: ['$a', 2]}", "{a: [1, 2, 3]}", "[1, 2]");
        check("{$slice: ['$a', -2]}", "{a: [1, 2, 3]}", "[2, 3]");
        check("{$slice: ['$a', -5, 2]}", "{a: [1, 2, 3]}", "[1, 2]");
        check("{$slice: ['$a', 1, 9]}", "{a: [1, 2, 3]}", "[2, 3]");
        check("{$slice: ['$a', 5, 1]}", "{a: [1, 2, 3]}", "[]");
        check("{$slice: ['$b', 1]}", "{}", "null");
        check_error("{$slice: [[1], 0, 0]}", "{}", 28729);
        check_error("{$slice: [[1], 'x']}", "{}", 28725);
        check_error("{$slice: [1, 1]}", "{}", 28724);
    }
}
