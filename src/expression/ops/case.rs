//! `$toLower`, `$toUpper`, `$strcasecmp`: letters of ASCII only, like MongoDB.

use crate::expression::text::require_text;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

/// Errors: 16007 (no text).
pub fn to_lower<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    let text = require_text(value.as_ref().map(Value::as_ref))?;
    Ok(Some(Value::string(&text.to_ascii_lowercase())))
}

/// Errors: 16007 (no text).
pub fn to_upper<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    let text = require_text(value.as_ref().map(Value::as_ref))?;
    Ok(Some(Value::string(&text.to_ascii_uppercase())))
}

/// `$strcasecmp`: -1, 0 or 1 by bytes. Errors: 16007 (no text).
pub fn strcasecmp<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (left, right) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let left = require_text(left.as_ref().map(Value::as_ref))?.to_ascii_uppercase();
    let right = require_text(right.as_ref().map(Value::as_ref))?.to_ascii_uppercase();
    let order = left.as_bytes().cmp(right.as_bytes());
    Ok(Some(Value::Ref(ValueRef::Int32(order as i32))))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn letters_of_ascii() {
        check("{$toLower: '$a'}", "{a: 'ABÉ'}", "'abÉ'");
        check("{$toUpper: 1.5}", "{}", "'1.5'");
        check("{$toUpper: '$a'}", "{}", "''");
        check("{$toLower: date(0)}", "{}", "'1970-01-01t00:00:00.000z'");
        check("{$strcasecmp: ['aB', 'Ab']}", "{}", "0");
        check("{$strcasecmp: ['b', 'A']}", "{}", "1");
        check_error("{$toLower: true}", "{}", 16007);
    }
}
