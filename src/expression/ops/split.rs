//! `$split`: the parts of a string between separators.

use crate::error::Error;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{ArrayBuf, Value, ValueRef};

/// Errors: 40085 (not a string), 10503900 (the separator not a string), 40087
/// (an empty separator).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (text, separator) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let (Some(text), Some(separator)) = (text, separator) else {
        return Ok(Some(Value::NULL));
    };
    let (text, separator) = (text.as_ref(), separator.as_ref());
    if text.is_nullish() || separator.is_nullish() {
        return Ok(Some(Value::NULL));
    }
    let Some(text) = text.as_str() else {
        let alias = text.kind().alias();
        return Err(Error::new(
            40085,
            format_args!(
                "{} requires an expression that evaluates to a string as a first argument, found: {alias}",
                call.name()
            ),
        ));
    };
    match separator {
        ValueRef::String("") => Err(Error::new(
            40087,
            format_args!("{} requires a non-empty separator", call.name()),
        )),
        ValueRef::String(separator) => Ok(Some(Value::array(
            text.split(separator).collect::<ArrayBuf>(),
        ))),
        other => {
            let alias = other.kind().alias();
            Err(Error::new(
                10_503_900,
                format_args!(
                    "{} requires an expression that evaluates to a string as a second argument, found: {alias}",
                    call.name()
                ),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn splits() {
        check(
            "{$split: ['$a', '-']}",
            "{a: 'a-b--c'}",
            "['a', 'b', '', 'c']",
        );
        check("{$split: ['', '-']}", "{}", "['']");
        check("{$split: ['$a', '-']}", "{}", "null");
        check_error("{$split: [1, '-']}", "{}", 40085);
        check_error("{$split: ['a', 1]}", "{}", 10_503_900);
        check_error("{$split: ['a', '']}", "{}", 40087);
    }
}
