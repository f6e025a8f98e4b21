//! `$and`, `$or`, `$not`: by MongoDB's truth; `$and` and `$or` stop as soon as they know.

use crate::error::Result;
use crate::expression::{Call, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

use super::super::call::parse_arguments;

fn is_true(expression: &Expression, scope: &Scope<'_, '_>) -> Result<bool> {
    Ok(expression
        .evaluate(scope)?
        .is_some_and(|value| value.as_ref().is_truthy()))
}

fn flag<'a>(flag: bool) -> Outcome<'a> {
    Ok(Some(Value::Ref(ValueRef::Boolean(flag))))
}

/// `$and`: a constant that is not true decides alone.
pub fn parse_and(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    let arguments = parse_arguments(value, scope)?;
    if arguments
        .iter()
        .any(|argument| constant_truth(argument) == Some(false))
    {
        return Ok(Expression::constant(Value::from(false)));
    }
    Call::build(name, and, arguments)
}

/// `$or`: a constant that is true decides alone.
pub fn parse_or(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let arguments = parse_arguments(value, scope)?;
    if arguments
        .iter()
        .any(|argument| constant_truth(argument) == Some(true))
    {
        return Ok(Expression::constant(Value::from(true)));
    }
    Call::build(name, or, arguments)
}

fn constant_truth(expression: &Expression) -> Option<bool> {
    expression.as_constant().map(|value| value.is_truthy())
}

fn and<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    for argument in call.arguments() {
        if !is_true(argument, scope)? {
            return flag(false);
        }
    }
    flag(true)
}

fn or<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
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
