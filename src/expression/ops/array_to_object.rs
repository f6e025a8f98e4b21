//! `$arrayToObject` and `$objectToArray`: pairs of names and values, and back.

use crate::error::{Error, Result};
use crate::expression::{Call, Outcome, Scope};
use crate::value::{ArrayBuf, ArrayRef, DocumentBuf, DocumentRef, Value, ValueRef};

/// `$arrayToObject`, from `[[name, value], ...]` or `[{k: name, v: value}, ...]`; of two
/// pairs with one name the last counts, at the place of the first.
///
/// Errors: 40386 (not an array), 40398 (an element is neither pair nor object), 40391 and
/// 40396 (both kinds mixed), 40392 (not two fields), 40393 (no `k` and `v`), 40394 and 40395
/// (name not a string), 40397 (not two elements), 4940400 and 4940401 (zero byte).
pub fn array_to_object<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let Some(value) = call.evaluate(0, scope)? else {
        return Ok(Some(Value::NULL));
    };
    let array = match value.as_ref() {
        ValueRef::Array(array) => array,
        other if other.is_nullish() => return Ok(Some(Value::NULL)),
        other => {
            let alias = other.kind().alias();
            return Err(Error::new(
                40386,
                format_args!("{} requires an array input, found: {alias}", call.name()),
            ));
        }
    };
    let mut fields: Vec<(&str, ValueRef<'_>)> = Vec::new();
    let pairs_first = matches!(array.get(0), Some(ValueRef::Array(_)));
    for element in array.iter() {
        let (name, value) = match (element, pairs_first) {
            (ValueRef::Array(pair), true) => read_pair(call, pair)?,
            (ValueRef::Document(pair), false) => read_object(call, pair)?,
            (other, _) => return Err(wrong_element(call, other, pairs_first, fields.is_empty())),
        };
        match fields.iter_mut().find(|field| field.0 == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    let mut document = DocumentBuf::new();
    for (name, value) in fields {
        document.append(name, value);
    }
    Ok(Some(Value::document(document)))
}

#[cold]
fn wrong_element(call: &Call, element: ValueRef<'_>, pairs: bool, is_first: bool) -> Error {
    let (name, alias) = (call.name(), element.kind().alias());
    if is_first {
        let message = format!("Unrecognised input type format for {name}: {alias}");
        return Error::new(40398, message);
    }
    let (code, wanted) = if pairs {
        (40396, "an array")
    } else {
        (40391, "an object")
    };
    Error::new(
        code,
        format_args!(
            "{name} requires a consistent input format. Elements must all be arrays or all be objects. Expected {wanted}, found: {alias}"
        ),
    )
}

fn read_pair<'v>(call: &Call, pair: ArrayRef<'v>) -> Result<(&'v str, ValueRef<'v>)> {
    let mut elements = pair.iter();
    let (Some(name), Some(value), None) = (elements.next(), elements.next(), elements.next())
    else {
        return Err(Error::new(
            40397,
            format_args!(
                "{} requires an array of size 2 arrays, found array of size: {}",
                call.name(),
                pair.count()
            ),
        ));
    };
    Ok((read_name(call, name, 40395, 4_940_400)?, value))
}

fn read_object<'v>(call: &Call, pair: DocumentRef<'v>) -> Result<(&'v str, ValueRef<'v>)> {
    let count = pair.count();
    if count != 2 {
        return Err(Error::new(
            40392,
            format_args!(
                "{} requires an object keys of 'k' and 'v'. Found incorrect number of keys:{count}",
                call.name()
            ),
        ));
    }
    let (Some(name), Some(value)) = (pair.get("k"), pair.get("v")) else {
        return Err(Error::new(
            40393,
            format_args!("{} requires an object with keys 'k' and 'v'", call.name()),
        ));
    };
    Ok((read_name(call, name, 40394, 4_940_401)?, value))
}

fn read_name<'v>(call: &Call, name: ValueRef<'v>, not_string: i32, zero: i32) -> Result<&'v str> {
    let ValueRef::String(name) = name else {
        let alias = name.kind().alias();
        return Err(Error::new(
            not_string,
            format_args!("{} requires string keys, found: {alias}", call.name()),
        ));
    };
    if name.contains('\0') {
        return Err(Error::new(
            zero,
            format_args!(
                "Key field cannot contain an embedded null byte in {}",
                call.name()
            ),
        ));
    }
    Ok(name)
}

/// `$objectToArray`: `[{k: name, v: value}, ...]`. Errors: 40390 (not an object).
pub fn object_to_array<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let Some(value) = call.evaluate(0, scope)? else {
        return Ok(Some(Value::NULL));
    };
    let document = match value.as_ref() {
        ValueRef::Document(document) => document,
        other if other.is_nullish() => return Ok(Some(Value::NULL)),
        other => {
            let alias = other.kind().alias();
            return Err(Error::new(
                40390,
                format_args!("{} requires a document input, found: {alias}", call.name()),
            ));
        }
    };
    let mut pairs = ArrayBuf::new();
    for (name, value) in document.iter() {
        let mut pair = DocumentBuf::new();
        pair.append("k", name);
        pair.append("v", value);
        pairs.push(&pair);
    }
    Ok(Some(Value::array(pairs)))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn pairs_and_objects() {
        check(
            "{$arrayToObject: '$a'}",
            "{a: [['x', 1], ['y', 2], ['x', 3]]}",
            "{x: 3, y: 2}",
        );
        check("{$arrayToObject: '$a'}", "{a: [{v: 1, k: 'x'}]}", "{x: 1}");
        check("{$arrayToObject: [[]]}", "{}", "{}");
        check("{$objectToArray: '$a'}", "{a: {x: 1}}", "[{k: 'x', v: 1}]");
        check("{$objectToArray: '$b'}", "{}", "null");
        check_error("{$arrayToObject: 'x'}", "{}", 40386);
        check_error("{$arrayToObject: [[['x']]]}", "{}", 40397);
        check_error("{$arrayToObject: [[1]]}", "{}", 40398);
        check_error("{$arrayToObject: [[['x', 1], 5]]}", "{}", 40396);
        check_error("{$objectToArray: 1}", "{}", 40390);
    }
}
