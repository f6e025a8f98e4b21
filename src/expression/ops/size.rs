//! `$size`: the number of elements.

use crate::error::Error;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

/// Errors: 17124 (not an array; null and missing are none either).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    match value.as_ref().map(Value::as_ref) {
        Some(ValueRef::Array(array)) => Ok(Some(Value::Ref(ValueRef::Int32(array.count() as i32)))),
        other => {
            let alias = other.map_or("missing", |value| value.kind().alias());
            Err(Error::new(
                17124,
                format_args!(
                    "The argument to {} must be an array, but was of type: {alias}",
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
    fn counts_elements() {
        check("{$size: '$a'}", "{a: [1, [2, 3]]}", "2");
        check_error("{$size: '$a'}", "{}", 17124);
        check_error("{$size: 'x'}", "{}", 17124);
    }
}
