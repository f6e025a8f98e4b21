//! `$binarySize` and `$bsonSize`: how many bytes a value takes.

use crate::error::Error;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

/// The bytes of a string or of binary data. Errors: 51276 (neither).
pub fn binary<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    let size = match value.as_ref().map(Value::as_ref) {
        None | Some(ValueRef::Null | ValueRef::Undefined) => return Ok(Some(Value::NULL)),
        Some(ValueRef::String(text)) => text.len(),
        Some(ValueRef::Binary(binary)) => binary.bytes.len(),
        Some(other) => {
            let alias = other.kind().alias();
            return Err(Error::new(
                51276,
                format_args!(
                    "{} requires a string or BinData argument, found: {alias}",
                    call.name()
                ),
            ));
        }
    };
    Ok(Some(Value::from(size as i32)))
}

/// The bytes of a document. Errors: 31393 (not an object).
pub fn bson<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    match value.as_ref().map(Value::as_ref) {
        None | Some(ValueRef::Null | ValueRef::Undefined) => Ok(Some(Value::NULL)),
        Some(ValueRef::Document(document)) => {
            Ok(Some(Value::from(document.as_bytes().len() as i32)))
        }
        Some(other) => {
            let alias = other.kind().alias();
            Err(Error::new(
                31393,
                format_args!("{} requires a document input, found: {alias}", call.name()),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn sizes() {
        check("{$binarySize: 'é'}", "{}", "2");
        check("{$binarySize: '$a'}", "{}", "null");
        check("{$bsonSize: '$a'}", "{a: {b: 1}}", "12");
        check("{$bsonSize: '$$ROOT'}", "{}", "5");
        check_error("{$binarySize: 1}", "{}", 51276);
        check_error("{$bsonSize: 1}", "{}", 31393);
    }
}
