//! `$subtype`: the subtype of binary data, as a number.

use crate::error::Error;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

/// Errors: 10389300 (no binary data).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    match value.as_ref().map(Value::as_ref) {
        None | Some(ValueRef::Null | ValueRef::Undefined) => Ok(Some(Value::NULL)),
        Some(ValueRef::Binary(binary)) => Ok(Some(Value::from(i32::from(binary.subtype)))),
        Some(other) => {
            let alias = other.kind().alias();
            Err(Error::new(
                10_389_300,
                format_args!("$subtype requires a BinData argument, found: {alias}"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn subtypes() {
        let uuid = "{$toUUID: '00112233-4455-6677-8899-aabbccddeeff'}";
        check(&format!("{{$subtype: {uuid}}}"), "{}", "4");
        check(
            "{$subtype: {$convert: {input: 5, to: 'binData'}}}",
            "{}",
            "0",
        );
        check("{$subtype: '$a'}", "{}", "null");
        check("{$subtype: '$a'}", "{a: null}", "null");
        check_error("{$subtype: 'x'}", "{}", 10_389_300);
        check_error("{$subtype: [1, 2]}", "{}", 16020);
    }
}
