//! `$getField`: a field by a name that may hold dots and dollars.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

use super::super::call::fold_if_constant;

struct GetField {
    field: Expression,
    input: Expression,
}

/// Errors: 3041701 (another field), 3041702 (no `field`), 3041703 (no `input`),
/// 3041704 (the name is a constant, but not a string).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let (mut field, mut input) = (None, None);
    match value {
        ValueRef::Document(document)
            if !document
                .first()
                .is_some_and(|first| first.name.starts_with('$')) =>
        {
            for (parameter, value) in document.iter() {
                match parameter {
                    "field" => field = Some(Expression::parse(value, scope)?),
                    "input" => input = Some(Expression::parse(value, scope)?),
                    other => {
                        return Err(Error::new(
                            3_041_701,
                            format_args!("{name} found an unknown argument: {other}"),
                        ));
                    }
                }
            }
        }
        // The short form: a name or an expression for one, of the current document.
        name => {
            field = Some(Expression::parse(name, scope)?);
            input = Some(Expression::parse(ValueRef::String("$$CURRENT"), scope)?);
        }
    }
    let missing = |code, field| {
        Error::new(
            code,
            format_args!("{name} requires '{field}' to be specified"),
        )
    };
    let field = field.ok_or_else(|| missing(3_041_702, "field"))?;
    let input = input.ok_or_else(|| missing(3_041_703, "input"))?;
    if let Some(value) = field.as_constant()
        && value.as_str().is_none()
    {
        let alias = value.kind().alias();
        return Err(Error::new(
            3_041_704,
            format_args!(
                "{name} requires 'field' to evaluate to a constant String, but got {alias}"
            ),
        ));
    }
    fold_if_constant(Expression::operator(GetField { field, input }))
}

impl Evaluate for GetField {
    /// Errors: 3041704 (the name is no string).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let field = self.field.evaluate(scope)?;
        let Some(ValueRef::String(name)) = field.as_ref().map(Value::as_ref) else {
            let alias = field.map_or("missing", |value| value.kind().alias());
            return Err(Error::new(
                3_041_704,
                format_args!(
                    "$getField requires 'field' to evaluate to type String, but got {alias}"
                ),
            ));
        };
        let Some(input) = self.input.evaluate(scope)? else {
            return Ok(None);
        };
        Ok(match &input {
            Value::Ref(ValueRef::Document(document)) => document.get(name).map(Value::Ref),
            other => match other.as_ref() {
                ValueRef::Document(document) => document.get(name).map(Value::copy_of),
                other if other.is_nullish() => Some(Value::NULL),
                _ => None,
            },
        })
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.field);
        see(&self.input);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error, check_missing};

    #[test]
    fn names_are_taken_as_they_stand() {
        check("{$getField: 'a.b'}", "{'a.b': 1}", "1");
        check(
            "{$getField: {field: {$literal: '$x'}, input: '$a'}}",
            "{a: {'$x': 2}}",
            "2",
        );
        check("{$getField: {field: 'a', input: null}}", "{}", "null");
        check_missing("{$getField: {field: 'a', input: 5}}", "{}");
        check_missing("{$getField: 'a'}", "{}");
        check_error("{$getField: {field: 5, input: {}}}", "{}", 3_041_704);
        check_error("{$getField: {field: 'a'}}", "{}", 3_041_703);
        check_error("{$getField: '$a'}", "{}", 3_041_704);
    }
}
