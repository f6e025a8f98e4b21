//! `$tsSecond` and `$tsIncrement`: the parts of a timestamp, as longs.

use crate::error::{Error, Result};
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Timestamp, Value, ValueRef};

fn part(
    call: &Call,
    scope: &Scope<'_, '_>,
    code: i32,
    part: fn(Timestamp) -> u32,
) -> Result<Value<'static>> {
    let value = call.evaluate(0, scope)?;
    match value.as_ref().map(Value::as_ref) {
        None | Some(ValueRef::Null | ValueRef::Undefined) => Ok(Value::NULL),
        Some(ValueRef::Timestamp(stamp)) => Ok(Value::Ref(ValueRef::Int64(i64::from(part(stamp))))),
        Some(other) => {
            let alias = other.kind().alias();
            Err(Error::new(
                code,
                format_args!(
                    "Argument to {} must be a timestamp, but is {alias}",
                    call.name()
                ),
            ))
        }
    }
}

/// Errors: 5687301 (not a timestamp).
pub fn second<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    part(call, scope, 5_687_301, |stamp| stamp.time).map(Some)
}

/// Errors: 5687302 (not a timestamp).
pub fn increment<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    part(call, scope, 5_687_302, |stamp| stamp.increment).map(Some)
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn only_timestamps() {
        check("{$tsSecond: '$a'}", "{}", "null");
        check_error("{$tsSecond: date(0)}", "{}", 5_687_301);
        check_error("{$tsIncrement: 1}", "{}", 5_687_302);
    }
}
