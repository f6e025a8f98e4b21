//! `$reverseArray`: the elements, the last first.

use crate::error::Error;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{ArrayBuf, Value, ValueRef};

/// Errors: 34435 (not an array).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let Some(value) = call.evaluate(0, scope)? else {
        return Ok(Some(Value::NULL));
    };
    match value.as_ref() {
        ValueRef::Array(array) => {
            let mut elements: Vec<ValueRef<'_>> = array.iter().collect();
            elements.reverse();
            Ok(Some(Value::array(
                elements.into_iter().collect::<ArrayBuf>(),
            )))
        }
        other if other.is_nullish() => Ok(Some(Value::NULL)),
        other => {
            let alias = other.kind().alias();
            Err(Error::new(
                34435,
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
    fn turns_the_elements_round() {
        check(
            "{$reverseArray: '$a'}",
            "{a: [1, 'x', [2]]}",
            "[[2], 'x', 1]",
        );
        check("{$reverseArray: '$a'}", "{}", "null");
        check_error("{$reverseArray: 1}", "{}", 34435);
    }
}
