//! `$strLenBytes` and `$strLenCP`: the length in bytes of UTF-8, and in code points.

use crate::error::{Error, Result};
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

fn length(
    call: &Call,
    scope: &Scope<'_, '_>,
    code: i32,
    measure: fn(&str) -> usize,
) -> Result<i32> {
    let value = call.evaluate(0, scope)?;
    match value.as_ref().map(Value::as_ref) {
        Some(ValueRef::String(text)) => Ok(measure(text) as i32),
        other => {
            let alias = other.map_or("missing", |value| value.kind().alias());
            Err(Error::new(
                code,
                format_args!("{} requires a string argument, found: {alias}", call.name()),
            ))
        }
    }
}

/// Errors: 34473 (not a string).
pub fn bytes<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    Ok(Some(Value::from(length(call, scope, 34473, str::len)?)))
}

/// Errors: 34471 (not a string).
pub fn code_points<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    Ok(Some(Value::from(length(call, scope, 34471, |text| {
        text.chars().count()
    })?)))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn lengths() {
        check("{$strLenBytes: '$a'}", "{a: 'é€'}", "5");
        check("{$strLenCP: '$a'}", "{a: 'é€'}", "2");
        check_error("{$strLenBytes: '$a'}", "{}", 34473);
        check_error("{$strLenCP: 5}", "{}", 34471);
    }
}
