//! `$arrayElemAt`, `$first`, `$last`: one element of an array.

use crate::error::Error;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{ArrayRef, Value, ValueRef};

/// The element at a position from the front, or from the end when negative.
fn at<'v>(array: ArrayRef<'v>, position: i64) -> Option<ValueRef<'v>> {
    let from_end = position.unsigned_abs() as usize;
    let index = if position >= 0 {
        usize::try_from(position).ok()?
    } else {
        array.count().checked_sub(from_end)?
    };
    array.get(index)
}

/// An element of a value that lives as long as the value's memory allows.
fn element<'a>(array: &Value<'a>, position: i64) -> Option<Value<'a>> {
    match array {
        Value::Ref(ValueRef::Array(array)) => at(*array, position).map(Value::Ref),
        other => other
            .as_ref()
            .as_array()
            .and_then(|array| at(array, position))
            .map(Value::copy_of),
    }
}

/// `$arrayElemAt`: missing when the position is out of bounds.
///
/// Errors: 28689 (not an array), 28690 (position not a number), 28691 (position not a
/// 32-bit integer).
pub fn array_elem_at<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (array, position) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let (Some(array), Some(position)) = (array, position) else {
        return Ok(Some(Value::NULL));
    };
    let (kind, index) = (array.as_ref(), position.as_ref());
    if kind.is_nullish() || index.is_nullish() {
        return Ok(Some(Value::NULL));
    }
    if kind.as_array().is_none() {
        let alias = kind.kind().alias();
        return Err(Error::new(
            28689,
            format_args!(
                "{}'s first argument must be an array, but is {alias}",
                call.name()
            ),
        ));
    }
    if !index.is_number() {
        let alias = index.kind().alias();
        return Err(Error::new(
            28690,
            format_args!(
                "{}'s second argument must be a numeric value, but is {alias}",
                call.name()
            ),
        ));
    }
    match index
        .to_i64_exact()
        .filter(|index| i32::try_from(*index).is_ok())
    {
        Some(index) => Ok(element(&array, index)),
        None => Err(Error::new(
            28691,
            format_args!(
                "{}'s second argument must be representable as a 32-bit integer",
                call.name()
            ),
        )),
    }
}

pub fn first<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    end(call, scope, 0)
}

pub fn last<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    end(call, scope, -1)
}

/// Errors: 28689 (not an array).
fn end<'a>(call: &Call, scope: &Scope<'a, '_>, position: i64) -> Outcome<'a> {
    let Some(array) = call.evaluate(0, scope)? else {
        return Ok(Some(Value::NULL));
    };
    let value = array.as_ref();
    if value.is_nullish() {
        return Ok(Some(Value::NULL));
    }
    if value.as_array().is_none() {
        let alias = value.kind().alias();
        return Err(Error::new(
            28689,
            format_args!(
                "{}'s argument must be an array, but is {alias}",
                call.name()
            ),
        ));
    }
    Ok(element(&array, position))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error, check_missing};

    #[test]
    fn positions_count_from_both_ends() {
        check("{$arrayElemAt: ['$a', 1]}", "{a: [1, 2, 3]}", "2");
        check("{$arrayElemAt: ['$a', -1]}", "{a: [1, 2, 3]}", "3");
        check_missing("{$arrayElemAt: ['$a', 3]}", "{a: [1, 2, 3]}");
        check_missing("{$arrayElemAt: ['$a', -4]}", "{a: [1, 2, 3]}");
        check("{$arrayElemAt: ['$a', 0]}", "{}", "null");
        check("{$first: '$a'}", "{a: [1, 2]}", "1");
        check("{$last: '$a'}", "{a: [1, [2]]}", "[2]");
        check_missing("{$last: '$a'}", "{a: []}");
        check_error("{$arrayElemAt: ['$a', 1.5]}", "{a: [1]}", 28691);
        check_error("{$first: '$a'}", "{a: 1}", 28689);
    }
}
