//! `$concatArrays`: the elements of all arrays, in order.

use crate::error::Error;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{ArrayBuf, Value, ValueRef};

use super::super::memory::check_bytes;

/// Errors: 28664 (not an array).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut all = ArrayBuf::new();
    for argument in call.arguments() {
        let Some(value) = argument.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        match value.as_ref() {
            ValueRef::Array(array) => {
                array.iter().for_each(|element| all.push(element));
                check_bytes(call.name(), all.as_ref().as_bytes().len())?;
            }
            other if other.is_nullish() => return Ok(Some(Value::NULL)),
            other => {
                return Err(Error::new(
                    28664,
                    format_args!(
                        "{} only supports arrays, not {}",
                        call.name(),
                        other.kind().alias()
                    ),
                ));
            }
        }
    }
    Ok(Some(Value::array(all)))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn null_makes_null() {
        check(
            "{$concatArrays: ['$a', [[3]]]}",
            "{a: [1, 2]}",
            "[1, 2, [3]]",
        );
        check("{$concatArrays: []}", "{}", "[]");
        check("{$concatArrays: [[1], '$a']}", "{}", "null");
        check_error("{$concatArrays: [[1], 2]}", "{}", 28664);
    }
}
