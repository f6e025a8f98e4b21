//! `$in` and `$indexOfArray`: where a value is in an array.

use crate::error::{Error, Result};
use crate::expression::{Call, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

use super::super::call::{check_count, parse_arguments};

/// `$in`. Errors: 40081 (the second argument is no array).
pub fn is_in<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let (value, array) = (call.evaluate(0, scope)?, call.evaluate(1, scope)?);
    let wanted = value.as_ref().map(Value::as_ref);
    let Some(ValueRef::Array(array)) = array.as_ref().map(Value::as_ref) else {
        let alias = array
            .as_ref()
            .map_or("missing", |value| value.kind().alias());
        return Err(Error::new(
            40081,
            format_args!(
                "{} requires an array as a second argument, found: {alias}",
                call.name()
            ),
        ));
    };
    let found = array
        .iter()
        .any(|element| scope.compare(Some(element), wanted).is_eq());
    Ok(Some(Value::Ref(ValueRef::Boolean(found))))
}

/// `$indexOfArray`. An array that is constant is looked at before there is a document.
///
/// Errors: 28667 (the count), 50809 (a constant that is no array).
pub fn parse_index_of_array(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    let arguments = parse_arguments(value, scope)?;
    check_count(name, arguments.len(), 2, 4)?;
    if let Some((array, others)) = arguments.split_first()
        && array.is_constant()
        && !others.iter().all(Expression::is_constant)
    {
        match array.as_constant().filter(|value| !value.is_nullish()) {
            None => return Ok(Expression::constant(Value::NULL)),
            Some(ValueRef::Array(_)) => {}
            Some(other) => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    50809,
                    format_args!("{name} requires an array as a first argument, not {alias}"),
                ));
            }
        }
    }
    Call::build(name, index_of_array, arguments)
}

/// The first position in `[from, to)`, or -1.
///
/// Errors: 40090 (not an array), 9711600 (a bound is no integer), 9711601 (a bound is negative).
fn index_of_array<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let Some(array) = call.evaluate(0, scope)? else {
        return Ok(Some(Value::NULL));
    };
    let value = array.as_ref();
    let ValueRef::Array(array) = value else {
        if value.is_nullish() {
            return Ok(Some(Value::NULL));
        }
        let alias = value.kind().alias();
        return Err(Error::new(
            40090,
            format_args!(
                "{} requires an array as a first argument, found: {alias}",
                call.name()
            ),
        ));
    };
    let wanted = call.evaluate(1, scope)?;
    let wanted = wanted.as_ref().map(Value::as_ref);
    let (from, to) = bounds(call, [9_711_600, 9_711_601], scope)?;
    let found = array
        .iter()
        .enumerate()
        .take(to)
        .skip(from)
        .find(|(_, element)| scope.compare(Some(*element), wanted).is_eq());
    let position = found.map_or(-1, |(at, _)| at as i32);
    Ok(Some(Value::Ref(ValueRef::Int32(position))))
}

/// From where to where to search: the third and the fourth argument, if they are there.
///
/// Errors: those given, for what is no 32-bit integer and for one that is negative.
pub fn bounds(call: &Call, codes: [i32; 2], scope: &Scope<'_, '_>) -> Result<(usize, usize)> {
    let from = bound(call, 2, "starting", codes, scope)?;
    let to = bound(call, 3, "ending", codes, scope)?;
    Ok((from.unwrap_or(0), to.unwrap_or(usize::MAX)))
}

fn bound(
    call: &Call,
    argument: usize,
    what: &str,
    [not_whole, negative]: [i32; 2],
    scope: &Scope<'_, '_>,
) -> Result<Option<usize>> {
    if call.len() <= argument {
        return Ok(None);
    }
    let value = call.evaluate(argument, scope)?;
    let value = value.as_ref().map(Value::as_ref);
    let whole = value.and_then(|value| value.to_i64_exact());
    let Some(whole) = whole.filter(|whole| i32::try_from(*whole).is_ok()) else {
        let alias = value.map_or("missing", |value| value.kind().alias());
        return Err(Error::new(
            not_whole,
            format_args!(
                "{} requires an integral {what} index, found a value of type: {alias}",
                call.name()
            ),
        ));
    };
    match usize::try_from(whole) {
        Ok(whole) => Ok(Some(whole)),
        Err(_) => Err(Error::new(
            negative,
            format_args!(
                "{} requires a nonnegative {what} index, found: {whole}",
                call.name()
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn finds_equal_values() {
        check("{$in: [1.0, '$a']}", "{a: [2, 1]}", "true");
        check("{$in: ['$b', '$a']}", "{a: [null]}", "false");
        check_error("{$in: [1, '$a']}", "{}", 40081);
        check("{$indexOfArray: ['$a', 2]}", "{a: [1, 2, 2]}", "1");
        check("{$indexOfArray: ['$a', 2, 2]}", "{a: [1, 2, 2]}", "2");
        check("{$indexOfArray: ['$a', 2, 0, 1]}", "{a: [1, 2, 2]}", "-1");
        check("{$indexOfArray: ['$a', 2]}", "{}", "null");
        check_error("{$indexOfArray: [[1], 2, -1]}", "{}", 9_711_601);
        check_error("{$indexOfArray: [[1], 2, 'x']}", "{}", 9_711_600);
        check_error("{$indexOfArray: [1, 2]}", "{}", 40090);
    }
}
