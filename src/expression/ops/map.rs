//! `$map`: an expression for each element.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{ArrayBuf, Value, ValueRef};

use super::super::call::fold_if_constant;
use super::super::memory::check_bytes;
use super::filter::parse_variable;

struct Map {
    input: Expression,
    variable: u32,
    index: Option<u32>,
    inside: Expression,
}

/// Errors: 16878 (not an object), 16879 (another field), 16880 (no `input`), 16882 (no
/// `in`), 9 (`as` is no variable's name).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            16878,
            format_args!("{name} only supports an object as its argument"),
        ));
    };
    let (mut input, mut variable, mut inside, mut index) = (None, None, None, None);
    for (field, value) in document.iter() {
        match field {
            "input" => input = Some(value),
            "as" => variable = Some(value),
            "in" => inside = Some(value),
            "arrayIndexAs" => index = Some(value),
            other => {
                return Err(Error::new(
                    16879,
                    format_args!("Unrecognized parameter to {name}: {other}"),
                ));
            }
        }
    }
    let missing =
        |code, field| Error::new(code, format_args!("Missing '{field}' parameter to {name}"));
    let input = Expression::parse(input.ok_or_else(|| missing(16880, "input"))?, scope)?;
    let inside = inside.ok_or_else(|| missing(16882, "in"))?;
    let (inner, variable) = scope.with_local(parse_variable(name, "as", variable, "this")?);
    let (inner, index) = match index {
        Some(given) => {
            let given = parse_variable(name, "arrayIndexAs", Some(given), "index")?;
            let (inner, index) = inner.with_local(given);
            (inner, Some(index))
        }
        None => (inner, None),
    };
    fold_if_constant(Expression::operator(Map {
        input,
        variable,
        index,
        inside: Expression::parse(inside, &inner)?,
    }))
}

impl Evaluate for Map {
    /// Errors: 16883 (the input is no array).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(input) = self.input.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let array = match input.as_ref() {
            ValueRef::Array(array) => array,
            other if other.is_nullish() => return Ok(Some(Value::NULL)),
            other => {
                return Err(Error::new(
                    16883,
                    format_args!(
                        "input to $map must be an array not {}",
                        other.kind().alias()
                    ),
                ));
            }
        };
        let mut results = ArrayBuf::new();
        for (position, element) in array.iter().enumerate() {
            scope.context.step()?;
            let local = scope.local(self.variable, Some(Value::Ref(element)));
            let inner = scope.within(&local);
            let value = match self.index {
                None => self.inside.evaluate(&inner)?,
                Some(index) => {
                    let position = Value::Ref(ValueRef::Int64(position as i64));
                    let local = inner.local(index, Some(position));
                    self.inside.evaluate(&inner.within(&local))?
                }
            };
            match value {
                Some(value) => results.push(&value),
                None => results.push(ValueRef::Null),
            }
            check_bytes("$map", results.as_ref().as_bytes().len())?;
        }
        Ok(Some(Value::array(results)))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        see(&self.inside);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn maps_each_element() {
        check(
            "{$map: {input: '$a', in: {$add: ['$$this', '$b']}}}",
            "{a: [1, 2], b: 1}",
            "[2, 3]",
        );
        check(
            "{$map: {input: [[1, 2], [3]], as: 'x', in: {$size: '$$x'}}}",
            "{}",
            "[2, 1]",
        );
        check("{$map: {input: [1], in: '$nothing'}}", "{}", "[null]");
        check("{$map: {input: '$a', in: 1}}", "{}", "null");
        check(
            "{$map: {input: '$a', as: 'x', in: {$map: {input: '$$x', in: ['$$x', '$$this']}}}}",
            "{a: [[1]]}",
            "[[[[1], 1]]]",
        );
        check_error("{$map: {input: 1, in: 1}}", "{}", 16883);
        check_error("{$map: {input: [], as: 1, in: 1}}", "{}", 9);
        check_error("{$map: {in: 1}}", "{}", 16880);
    }
}
