//! `$concat`: strings behind each other.

use crate::error::Error;
use crate::expression::{Call, Outcome, Scope};
use crate::limits;
use crate::value::{Value, ValueRef};

/// Errors: 16702 (not a string), 16493 (the result would be too long).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut text = String::new();
    for argument in call.arguments() {
        let Some(value) = argument.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        match value.as_ref() {
            ValueRef::String(part) => text.push_str(part),
            ValueRef::Null | ValueRef::Undefined => return Ok(Some(Value::NULL)),
            other => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    16702,
                    format_args!("{} only supports strings, not {alias}", call.name()),
                ));
            }
        }
        if text.len() > limits::STRING_BYTES_MAX {
            return Err(Error::new(
                16493,
                format_args!("{} gives too long a string", call.name()),
            ));
        }
    }
    Ok(Some(Value::string(&text)))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn null_makes_null() {
        check("{$concat: ['$a', '-', 'b']}", "{a: 'x'}", "'x-b'");
        check("{$concat: []}", "{}", "''");
        check("{$concat: ['a', '$a']}", "{}", "null");
        check_error("{$concat: ['a', 1]}", "{}", 16702);
    }
}
