//! `$cmp`, `$eq`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte`: the order across types, missing lowest.

use std::cmp::Ordering;

use crate::error::Result;
use crate::expression::{Call, Expression, Outcome, Scope};
use crate::value::{Value, ValueRef};

#[inline]
fn order(call: &Call, scope: &Scope<'_, '_>) -> Result<Ordering> {
    let left = call.evaluate(0, scope)?;
    // A constant is compared where it lies.
    if let Some(constant) = call.arguments().get(1).and_then(Expression::as_constant) {
        return Ok(scope.compare(left.as_ref().map(Value::as_ref), Some(constant)));
    }
    let right = call.evaluate(1, scope)?;
    let (left, right) = (
        left.as_ref().map(Value::as_ref),
        right.as_ref().map(Value::as_ref),
    );
    Ok(scope.compare(left, right))
}

fn flag<'a>(flag: bool) -> Outcome<'a> {
    Ok(Some(Value::Ref(ValueRef::Boolean(flag))))
}

/// `$cmp`: -1, 0 or 1.
pub fn cmp<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let order = order(call, scope)? as i32;
    Ok(Some(Value::Ref(ValueRef::Int32(order))))
}

pub fn eq<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    flag(order(call, scope)?.is_eq())
}

pub fn ne<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    flag(order(call, scope)?.is_ne())
}

pub fn gt<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    flag(order(call, scope)?.is_gt())
}

pub fn gte<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    flag(order(call, scope)?.is_ge())
}

pub fn lt<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    flag(order(call, scope)?.is_lt())
}

pub fn lte<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    flag(order(call, scope)?.is_le())
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn compare_across_types() {
        check("{$cmp: ['$a', 2]}", "{a: 1}", "-1");
        check("{$eq: ['$a', 1.0]}", "{a: 1}", "true");
        check("{$ne: ['$a', '1']}", "{a: 1}", "true");
        check("{$gt: ['$a', 1]}", "{a: 'x'}", "true");
        check("{$gte: ['$a', null]}", "{}", "false");
        check("{$lt: ['$a', null]}", "{}", "true");
        check("{$lte: ['$a', '$b']}", "{}", "true");
        check("{$eq: ['$a', null]}", "{}", "false");
        check_error("{$eq: [1]}", "{}", 16020);
    }
}
