//! `$type`, `$isNumber`, `$isArray`: what kind of value it is.

use crate::expression::{Call, Outcome, Scope};
use crate::value::{Kind, Value, ValueRef};

/// `$type`: the alias of the type, `missing` for a missing field.
pub fn type_name<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let name = match call.evaluate(0, scope)? {
        Some(value) => value.kind().alias(),
        None => "missing",
    };
    Ok(Some(Value::Ref(ValueRef::String(name))))
}

pub fn is_number<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    let flag = value.is_some_and(|value| value.kind().is_number());
    Ok(Some(Value::Ref(ValueRef::Boolean(flag))))
}

pub fn is_array<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    let flag = value.is_some_and(|value| value.kind() == Kind::Array);
    Ok(Some(Value::Ref(ValueRef::Boolean(flag))))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::check;

    #[test]
    fn kinds_have_names() {
        check("{$type: '$a'}", "{a: 1L}", "'long'");
        check("{$type: '$a'}", "{}", "'missing'");
        check("{$type: [[1]]}", "{}", "'array'");
        check("{$isNumber: '$a'}", "{a: 1m}", "true");
        check("{$isNumber: '$a'}", "{}", "false");
        check("{$isArray: '$a'}", "{a: []}", "true");
        check("{$isArray: [[1]]}", "{}", "true");
    }
}
