//! `$range`: integers from a start to before an end.

use crate::error::{Error, Result, codes};
use crate::expression::{Call, Outcome, Scope};
use crate::limits;
use crate::value::{ArrayBuf, Value, ValueRef};

/// Errors: 34443, 34445, 34447 (start, end, step not a number), 34444, 34446, 34448 (not a
/// 32-bit integer), 34449 (step zero), `ExceededMemoryLimit` (146).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let start = integer(call, 0, ("starting", 34443, 34444), scope)?;
    let end = integer(call, 1, ("ending", 34445, 34446), scope)?;
    let step = match call.len() {
        3 => integer(call, 2, ("step", 34447, 34448), scope)?,
        _ => 1,
    };
    if step == 0 {
        return Err(Error::new(
            34449,
            format_args!("{} requires a non-zero step value", call.name()),
        ));
    }
    let count = if (end > start) == (step > 0) {
        (end - start).unsigned_abs()
    } else {
        0
    };
    let count = count.div_ceil(step.unsigned_abs());
    // An element takes a type, its position's digits, a zero and four bytes.
    if count.saturating_mul(10) > limits::STAGE_MEMORY_BYTES_MAX as u64 {
        return Err(Error::new(
            codes::EXCEEDED_MEMORY_LIMIT,
            format_args!("{} would use too much memory", call.name()),
        ));
    }
    let mut array = ArrayBuf::new();
    for position in 0..count as i64 {
        scope.context.step()?;
        array.push((start + position * step) as i32);
    }
    Ok(Some(Value::array(array)))
}

fn integer(
    call: &Call,
    argument: usize,
    (what, not_number, not_integer): (&str, i32, i32),
    scope: &Scope<'_, '_>,
) -> Result<i64> {
    let value = call.evaluate(argument, scope)?;
    let value = value.as_ref().map(Value::as_ref);
    let Some(number) = value.filter(ValueRef::is_number) else {
        let alias = value.map_or("missing", |value| value.kind().alias());
        return Err(Error::new(
            not_number,
            format_args!(
                "{} requires a numeric {what} value, found value of type: {alias}",
                call.name()
            ),
        ));
    };
    let whole = number
        .to_i64_exact()
        .filter(|whole| i32::try_from(*whole).is_ok());
    whole.ok_or_else(|| {
        Error::new(
            not_integer,
            format_args!(
                "{} requires a {what} value that can be represented as a 32-bit integer",
                call.name()
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn counts_up_and_down() {
        check("{$range: [0, 3]}", "{}", "[0, 1, 2]");
        check("{$range: [0, 10, 4]}", "{}", "[0, 4, 8]");
        check("{$range: [3, 0, -2]}", "{}", "[3, 1]");
        check("{$range: [0, 3, -1]}", "{}", "[]");
        check_error("{$range: [0, 3, 0]}", "{}", 34449);
        check_error("{$range: ['x', 3]}", "{}", 34443);
        check_error("{$range: [0, 1.5]}", "{}", 34446);
        check_error("{$range: [0, 2147483647]}", "{}", 146);
    }
}
