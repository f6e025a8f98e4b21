//! `$setField` and `$unsetField`: a document with one field set, or taken out.

use crate::error::{Error, Result};
use crate::expression::tree::Node;
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{DocumentBuf, Value, ValueRef};

use super::super::call::fold_if_constant;

struct SetField {
    name: &'static str,
    field: Box<str>,
    input: Expression,
    value: Expression,
}

/// `$setField`. Errors: 4161100 (not an object), 4161101 (another parameter), 4161102 (no
/// `field`), 4161103 (no `value`), 4161109 (no `input`), 4161106..4161108 and 9534700 (the
/// name).
pub fn parse_set(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    parse(name, value, scope, true)
}

/// `$unsetField`. Errors: as `$setField`.
pub fn parse_unset(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    parse(name, value, scope, false)
}

fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
    with_value: bool,
) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            4_161_100,
            format_args!("{name} only supports an object as its argument, not {alias}"),
        ));
    };
    let (mut field, mut input, mut value) = (None, None, None);
    for (parameter, given) in document.iter() {
        match parameter {
            "field" => field = Some(given),
            "input" => input = Some(Expression::parse(given, scope)?),
            "value" if with_value => value = Some(Expression::parse(given, scope)?),
            other => {
                return Err(Error::new(
                    4_161_101,
                    format_args!("{name} found an unknown argument: {other}"),
                ));
            }
        }
    }
    let missing = |code, field| {
        Error::new(
            code,
            format_args!("{name} requires '{field}' to be specified"),
        )
    };
    let field = field.ok_or_else(|| missing(4_161_102, "field"))?;
    let value = match with_value {
        true => value.ok_or_else(|| missing(4_161_103, "value"))?,
        false => Expression(Node::Missing),
    };
    let input = input.ok_or_else(|| missing(4_161_109, "input"))?;
    let field = read_name(name, field)?;
    fold_if_constant(Expression::operator(SetField {
        name,
        field,
        input,
        value,
    }))
}

/// The name must be written as a constant: nothing is evaluated for it.
fn read_name(name: &str, field: ValueRef<'_>) -> Result<Box<str>> {
    let constant = match field {
        ValueRef::String("$") => {
            return Err(Error::new(16872, "'$' by itself is not a valid FieldPath"));
        }
        ValueRef::String(text) if text.starts_with('$') => {
            return Err(Error::new(
                4_161_108,
                format_args!("'field' is a field path reference in {name}. Did you mean $literal?"),
            ));
        }
        ValueRef::Document(document) => match document.first() {
            None => field,
            Some(first) if matches!(first.name, "$literal" | "$const") => first.value(),
            Some(_) => return Err(not_constant(name)),
        },
        ValueRef::Array(_) => return Err(not_constant(name)),
        constant => constant,
    };
    match constant {
        ValueRef::String(field) if field.contains('\0') => Err(Error::new(
            9_534_700,
            format_args!("{name}: 'field' must not contain a null byte"),
        )),
        ValueRef::String(field) => Ok(field.into()),
        other => {
            let alias = other.kind().alias();
            Err(Error::new(
                4_161_107,
                format_args!(
                    "{name} requires 'field' to evaluate to a constant String, but got {alias}"
                ),
            ))
        }
    }
}

#[cold]
fn not_constant(name: &str) -> Error {
    Error::new(
        4_161_106,
        format_args!("{name} requires 'field' to evaluate to a constant"),
    )
}

impl Evaluate for SetField {
    /// Errors: 4161105 (the input is no object).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let input = self.input.evaluate(scope)?;
        let Some(input) = input
            .as_ref()
            .map(Value::as_ref)
            .filter(|input| !input.is_nullish())
        else {
            return Ok(Some(Value::NULL));
        };
        let ValueRef::Document(document) = input else {
            let alias = input.kind().alias();
            return Err(Error::new(
                4_161_105,
                format_args!(
                    "{} requires 'input' to evaluate to type Object, but got {alias}",
                    self.name
                ),
            ));
        };
        let value = self.value.evaluate(scope)?;
        let mut changed = DocumentBuf::with_capacity(document.as_bytes().len() + 16);
        let mut is_set = false;
        for element in document.elements() {
            if element.name != &*self.field {
                changed.append_element(&element);
            } else if let (Some(value), false) = (&value, is_set) {
                changed.append(&self.field, value);
                is_set = true;
            }
        }
        if let (Some(value), false) = (&value, is_set) {
            changed.append(&self.field, value);
        }
        Ok(Some(Value::document(changed)))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        see(&self.value);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn sets_in_place_or_at_the_end() {
        check(
            "{$setField: {field: 'x', input: '$a', value: 3}}",
            "{a: {x: 1, y: 2}}",
            "{x: 3, y: 2}",
        );
        check(
            "{$setField: {field: 'z.z', input: '$a', value: 3}}",
            "{a: {x: 1}}",
            "{x: 1, 'z.z': 3}",
        );
        check(
            "{$setField: {field: 'x', input: '$a', value: '$$REMOVE'}}",
            "{a: {x: 1}}",
            "{}",
        );
        check(
            "{$unsetField: {field: 'x', input: '$a'}}",
            "{a: {x: 1, y: 2}}",
            "{y: 2}",
        );
        check("{$unsetField: {field: 'x', input: '$a'}}", "{}", "null");
        check_error("{$unsetField: {field: 'x', input: 1}}", "{}", 4_161_105);
        check_error(
            "{$setField: {field: '$x', input: 1, value: 1}}",
            "{}",
            4_161_108,
        );
        check_error(
            "{$setField: {field: 1, input: 1, value: 1}}",
            "{}",
            4_161_107,
        );
        check_error("{$setField: {input: 1, value: 1}}", "{}", 4_161_102);
    }
}
