//! `$and`, `$or`, `$not`: by MongoDB's truth; `$and` and `$or` stop as soon as they know.

use crate::error::Result;
use crate::expression::{Call, Expression, Outcome, Scope};
use crate::value::{Value, ValueRef};

fn is_true(expression: &Expression, scope: &Scope<'_, '_>) -> Result<bool> {
    Ok(expression
        .evaluate(scope)?
        .is_some_and(|value| value.as_ref().is_truthy()))
}

fn flag<'a>(flag: bool) -> Outcome<'a> {
    Ok(Some(Value::Ref(ValueRef::Boolean(flag))))
}

pub fn and<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    for argument in call.arguments() {
        if !is_true(argument, scope)? {
            return flag(false);
        }
    }
    flag(true)
}

pub fn or<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    for argument in call.arguments() {
        if is_true(argument, scope)? {
            return flag(true);
        }
    }
    flag(false)
}

pub fn not<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    flag(!value.is_some_and(|value| value.as_ref().is_truthy()))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn truth_is_mongodbs() {
        check("{$and: []}", "{}", "true");
        check("{$or: []}", "{}", "false");
        check("{$and: ['$a', 1, '', []]}", "{a: {}}", "true");
        check("{$and: ['$a']}", "{}", "false");
        check("{$or: ['$a', 0, null]}", "{a: 0.0}", "false");
        check(
            "{$or: ['$a', {$switch: {branches: [{case: '$b', then: 1}]}}]}",
            "{a: 1}",
            "true",
        );
        check("{$not: ['$a']}", "{a: 0}", "true");
        check("{$not: [[0]]}", "{}", "false");
        check_error("{$not: [1, 2]}", "{}", 16020);
    }
}
