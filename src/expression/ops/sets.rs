//! `$setUnion`, `$setIntersection`, `$setDifference`, `$setEquals`, `$setIsSubset`: arrays
//! as sets, equal by MongoDB's order.

use crate::sorting::sort_by;
use std::cmp::Ordering;

use crate::error::{Error, Result};
use crate::expression::{Call, Expression, Outcome, ParseScope, Scope};
use crate::value::{ArrayBuf, ArrayRef, Kind, Value, ValueRef};

use super::super::call::{check_count, parse_arguments};

fn order(scope: &Scope<'_, '_>, one: ValueRef<'_>, two: ValueRef<'_>) -> Ordering {
    scope.compare(Some(one), Some(two))
}

/// The elements in order, each once.
fn sorted_set<'v>(array: ArrayRef<'v>, scope: &Scope<'_, '_>) -> Vec<ValueRef<'v>> {
    let mut elements: Vec<_> = array.iter().collect();
    sort_by(&mut elements, |one, two| order(scope, *one, *two));
    elements.dedup_by(|one, two| order(scope, *one, *two).is_eq());
    elements
}

fn contains(set: &[ValueRef<'_>], value: ValueRef<'_>, scope: &Scope<'_, '_>) -> bool {
    set.binary_search_by(|element| order(scope, *element, value))
        .is_ok()
}

/// `$setUnion`, in order. Errors: 17043 (not an array).
pub fn union<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut values = Vec::with_capacity(call.len());
    for argument in call.arguments() {
        match argument.evaluate(scope)? {
            Some(value) if value.kind() == Kind::Array => values.push(value),
            Some(value) if !value.as_ref().is_nullish() => {
                let alias = value.kind().alias();
                return Err(Error::new(
                    17043,
                    format_args!(
                        "All operands of {} must be arrays. One argument is of type: {alias}",
                        call.name()
                    ),
                ));
            }
            _ => return Ok(Some(Value::NULL)),
        }
    }
    let arrays = values.iter().filter_map(|value| value.as_ref().as_array());
    let mut all: Vec<ValueRef<'_>> = arrays.flat_map(|array| array.iter()).collect();
    sort_by(&mut all, |one, two| order(scope, *one, *two));
    all.dedup_by(|one, two| order(scope, *one, *two).is_eq());
    Ok(Some(Value::array(all.into_iter().collect::<ArrayBuf>())))
}

/// `$setIntersection`, in order. Errors: 17047 (not an array).
pub fn intersection<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut values = Vec::with_capacity(call.len());
    for argument in call.arguments() {
        match argument.evaluate(scope)? {
            Some(value) if value.kind() == Kind::Array => values.push(value),
            Some(value) if !value.as_ref().is_nullish() => {
                let alias = value.kind().alias();
                return Err(Error::new(
                    17047,
                    format_args!(
                        "All operands of {} must be arrays. One argument is of type: {alias}",
                        call.name()
                    ),
                ));
            }
            _ => return Ok(Some(Value::NULL)),
        }
    }
    let mut sets = values
        .iter()
        .filter_map(|value| value.as_ref().as_array())
        .map(|array| sorted_set(array, scope));
    let mut common = sets.next().unwrap_or_default();
    for set in sets {
        common.retain(|value| contains(&set, *value, scope));
    }
    Ok(Some(Value::array(common.into_iter().collect::<ArrayBuf>())))
}

/// Both arguments as arrays.
///
/// Errors: `codes.0` (the first is no array), `codes.1` (the second).
fn check_array<'v>(
    call: &Call,
    value: &'v Option<Value<'_>>,
    which: &str,
    code: i32,
) -> Result<ArrayRef<'v>> {
    match value.as_ref().map(Value::as_ref) {
        Some(ValueRef::Array(array)) => Ok(array),
        other => {
            let alias = other.map_or("missing", |value| value.kind().alias());
            Err(Error::new(
                code,
                format_args!(
                    "both operands of {} must be arrays. {which} argument is of type: {alias}",
                    call.name()
                ),
            ))
        }
    }
}

/// `$setDifference`: what only the first has, in its order, each once.
///
/// Errors: 17048, 17049 (first, second not an array).
pub fn difference<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (left, right) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let is_nullish = |value: &Option<Value<'_>>| {
        value
            .as_ref()
            .is_none_or(|value| value.as_ref().is_nullish())
    };
    if is_nullish(&left) || is_nullish(&right) {
        return Ok(Some(Value::NULL));
    }
    let left = check_array(call, &left, "First", 17048)?;
    let right = sorted_set(check_array(call, &right, "Second", 17049)?, scope);
    let mut seen: Vec<ValueRef<'_>> = Vec::new();
    let mut rest = ArrayBuf::new();
    for element in left.iter() {
        if contains(&right, element, scope) {
            continue;
        }
        if let Err(at) = seen.binary_search_by(|other| order(scope, *other, element)) {
            seen.insert(at, element);
            rest.push(element);
        }
    }
    Ok(Some(Value::array(rest)))
}

/// `$setIsSubset`. A constant set has codes of its own beside a first argument that is none.
///
/// Errors: 16020 (the count), 17311 (a constant set that is no array).
pub fn parse_is_subset(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    let arguments = parse_arguments(value, scope)?;
    check_count(name, arguments.len(), 2, 2)?;
    if let [left, right] = arguments.as_slice()
        && set_is_known(left, right)
        && right.as_constant().and_then(|set| set.as_array()).is_none()
    {
        return Err(Error::new(
            17311,
            format_args!("both operands of {name} must be arrays. Second argument is not"),
        ));
    }
    Call::build(name, is_subset, arguments)
}

fn set_is_known(left: &Expression, right: &Expression) -> bool {
    right.is_constant() && !left.is_constant()
}

/// Errors: 17046 (17310 beside a constant set), 17042 (first, second not an array).
fn is_subset<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (left, right) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let code = match call.arguments() {
        [left, right] if set_is_known(left, right) => 17310,
        _ => 17046,
    };
    let left = check_array(call, &left, "First", code)?;
    let right = sorted_set(check_array(call, &right, "Second", 17042)?, scope);
    let holds = left.iter().all(|element| contains(&right, element, scope));
    Ok(Some(Value::Ref(ValueRef::Boolean(holds))))
}

/// `$setEquals`.
///
/// Errors: 17045 (fewer than two arguments), 5887502 (a constant that is no array).
pub fn parse_equals(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    let arguments = parse_arguments(value, scope)?;
    if arguments.len() < 2 {
        return Err(Error::new(
            17045,
            format_args!(
                "{name} needs at least two arguments had: {}",
                arguments.len()
            ),
        ));
    }
    for (at, argument) in arguments.iter().enumerate() {
        if let Some(value) = argument.as_constant()
            && value.kind() != Kind::Array
        {
            let alias = value.kind().alias();
            return Err(Error::new(
                5_887_502,
                format_args!(
                    "All operands of {name} must be arrays. Argument {} is of type: {alias}",
                    at + 1
                ),
            ));
        }
    }
    Call::build(name, equals, arguments)
}

/// Errors: 17044 (not an array).
fn equals<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut first: Option<Value<'a>> = None;
    let mut equal = true;
    for (at, argument) in call.arguments().iter().enumerate() {
        let value = argument.evaluate(scope)?;
        let Some(value) = value.filter(|value| value.kind() == Kind::Array) else {
            return Err(Error::new(
                17044,
                format_args!(
                    "All operands of {} must be arrays. Argument {} is of another type",
                    call.name(),
                    at + 1
                ),
            ));
        };
        let Some(first) = &first else {
            first = Some(value);
            continue;
        };
        let (Some(one), Some(two)) = (first.as_ref().as_array(), value.as_ref().as_array()) else {
            continue;
        };
        let (one, two) = (sorted_set(one, scope), sorted_set(two, scope));
        let mut pairs = one.iter().zip(&two);
        equal &= one.len() == two.len() && pairs.all(|(one, two)| order(scope, *one, *two).is_eq());
    }
    Ok(Some(Value::Ref(ValueRef::Boolean(equal))))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn arrays_as_sets() {
        check("{$setUnion: ['$a', [1, 3]]}", "{a: [2, 1, 1]}", "[1, 2, 3]");
        check("{$setUnion: ['$b', [1]]}", "{}", "null");
        check(
            "{$setIntersection: ['$a', [3, 2.0, 2]]}",
            "{a: [2, 1, 3, 2]}",
            "[2, 3]",
        );
        check(
            "{$setDifference: ['$a', [2]]}",
            "{a: [3, 2, 1, 3]}",
            "[3, 1]",
        );
        check(
            "{$setIsSubset: ['$a', [1, 2, 3]]}",
            "{a: [3, 3, 1]}",
            "true",
        );
        check(
            "{$setEquals: ['$a', [1, 2], [2, 2, 1]]}",
            "{a: [2, 1, 1]}",
            "true",
        );
        check_error("{$setUnion: [1]}", "{}", 17043);
        check_error("{$setIntersection: [1]}", "{}", 17047);
        check_error("{$setDifference: [[1], 1]}", "{}", 17049);
        check_error("{$setIsSubset: [[1], '$a']}", "{}", 17042);
        check_error("{$setEquals: [[1], '$a']}", "{}", 17044);
        check_error("{$setEquals: [[1], null]}", "{}", 5_887_502);
        check_error("{$setEquals: [[1]]}", "{}", 17045);
    }
}
