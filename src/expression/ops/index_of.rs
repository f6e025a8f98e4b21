//! `$indexOfBytes` and `$indexOfCP`: where a string holds another, from 0, else -1.

use crate::error::{Error, Result};
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

use super::in_array::bounds;

/// Errors: 40091, 40092 (not strings), 40096, 40097 (bounds).
pub fn bytes<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    run(call, scope, (40091, 40092), |text, token, from, to| {
        let to = to.min(text.len());
        let within = text.as_bytes().get(from..to)?;
        let at = find(within, token.as_bytes())?;
        Some(from + at)
    })
}

/// Errors: 40093, 40094 (not strings), 40096, 40097 (bounds).
pub fn code_points<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    run(call, scope, (40093, 40094), |text, token, from, to| {
        // The empty string is found before characters only, or in the empty string.
        if text.is_empty() && token.is_empty() && from == 0 {
            return Some(0);
        }
        if from >= to || text.chars().nth(from).is_none() {
            return None;
        }
        let byte_of = |index: usize| {
            let mut starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            starts.nth(index)
        };
        // Only where it begins must be within the bounds.
        let start = byte_of(from)?;
        let at = text.get(start..)?.find(token)?;
        let position = from + text.get(start..start + at)?.chars().count();
        (position < to).then_some(position)
    })
}

fn find(text: &[u8], token: &[u8]) -> Option<usize> {
    if token.is_empty() {
        return Some(0);
    }
    text.windows(token.len()).position(|window| window == token)
}

fn run<'a>(
    call: &Call,
    scope: &Scope<'a, '_>,
    codes: (i32, i32),
    search: fn(&str, &str, usize, usize) -> Option<usize>,
) -> Outcome<'a> {
    let Some(text) = call.evaluate(0, scope)? else {
        return Ok(Some(Value::NULL));
    };
    if text.as_ref().is_nullish() {
        return Ok(Some(Value::NULL));
    }
    let text = string(call, Some(text.as_ref()), "first", codes.0)?;
    let token = call.evaluate(1, scope)?;
    let token = string(call, token.as_ref().map(Value::as_ref), "second", codes.1)?;
    let (from, to) = bounds(call, [40096, 40097], scope)?;
    let found = if from > to {
        None
    } else {
        search(text, token, from, to)
    };
    let position = found.map_or(-1, |at| at as i32);
    Ok(Some(Value::Ref(ValueRef::Int32(position))))
}

fn string<'v>(call: &Call, value: Option<ValueRef<'v>>, which: &str, code: i32) -> Result<&'v str> {
    value.and_then(|value| value.as_str()).ok_or_else(|| {
        let alias = value.map_or("missing", |value| value.kind().alias());
        Error::new(
            code,
            format_args!(
                "{} requires a string as the {which} argument, found: {alias}",
                call.name()
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn finds_strings_in_strings() {
        check("{$indexOfBytes: ['$a', 'b']}", "{a: 'éb'}", "2");
        check("{$indexOfCP: ['$a', 'b']}", "{a: 'éb'}", "1");
        check("{$indexOfCP: ['abab', 'b', 2]}", "{}", "3");
        check("{$indexOfBytes: ['abab', 'b', 0, 1]}", "{}", "-1");
        check("{$indexOfBytes: ['ab', '', 2]}", "{}", "2");
        check("{$indexOfBytes: ['ab', '', 3]}", "{}", "-1");
        check("{$indexOfCP: ['$a', 'b']}", "{}", "null");
        check_error("{$indexOfBytes: ['a', null]}", "{}", 40092);
        check_error("{$indexOfCP: [1, 'a']}", "{}", 40093);
        check_error("{$indexOfCP: ['a', 'a', -1]}", "{}", 40097);
    }
}
