//! `$allElementsTrue` and `$anyElementTrue`.

use crate::error::{Error, Result};
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

/// The number of true elements and of all. Errors: `code` (not an array).
fn count(call: &Call, scope: &Scope<'_, '_>, code: i32) -> Result<(usize, usize)> {
    let value = call.evaluate(0, scope)?;
    let Some(ValueRef::Array(array)) = value.as_ref().map(Value::as_ref) else {
        let alias = value.map_or("missing", |value| value.kind().alias());
        return Err(Error::new(
            code,
            format_args!(
                "{}'s argument must be an array, but is {alias}",
                call.name()
            ),
        ));
    };
    Ok((
        array.iter().filter(ValueRef::is_truthy).count(),
        array.count(),
    ))
}

/// Errors: 17040 (not an array).
pub fn all<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (of_true, of_all) = count(call, scope, 17040)?;
    Ok(Some(Value::Ref(ValueRef::Boolean(of_true == of_all))))
}

/// Errors: 17041 (not an array).
pub fn any<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (of_true, _) = count(call, scope, 17041)?;
    Ok(Some(Value::Ref(ValueRef::Boolean(of_true > 0))))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn truth_of_elements() {
        check("{$allElementsTrue: ['$a']}", "{a: [1, 'x', []]}", "true");
        check("{$allElementsTrue: [[]]}", "{}", "true");
        check("{$anyElementTrue: ['$a']}", "{a: [0, null]}", "false");
        check_error("{$allElementsTrue: ['$a']}", "{}", 17040);
        check_error("{$anyElementTrue: [1]}", "{}", 17041);
    }
}
