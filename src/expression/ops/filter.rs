//! `$filter`: the elements for which a condition holds, at most `limit` of them.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope, check_variable_name};
use crate::value::{ArrayBuf, Value, ValueRef};

use super::super::call::fold_if_constant;

struct Filter {
    input: Expression,
    variable: u32,
    condition: Expression,
    limit: Option<Expression>,
}

/// The variable's name that `as` (or its like) gives, or the default.
///
/// Errors: `FailedToParse` (9).
pub fn parse_variable(
    name: &str,
    field: &str,
    given: Option<ValueRef<'_>>,
    default: &str,
) -> Result<std::rc::Rc<str>> {
    match given {
        None => Ok(default.into()),
        Some(ValueRef::String(given)) => {
            check_variable_name(given)?;
            Ok(given.into())
        }
        Some(other) => Err(Error::failed_to_parse(format_args!(
            "{name} requires a string for '{field}', found: {}",
            other.kind().alias()
        ))),
    }
}

/// Errors: 28646 (not an object), 28647 (another field), 28648 (no `input`), 28650 (no
/// `cond`), 9 (`as` is no variable's name).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            28646,
            format_args!("{name} only supports an object as its argument"),
        ));
    };
    let (mut input, mut variable, mut condition, mut limit) = (None, None, None, None);
    for (field, value) in document.iter() {
        match field {
            "input" => input = Some(value),
            "as" => variable = Some(value),
            "cond" => condition = Some(value),
            "limit" => limit = Some(value),
            other => {
                return Err(Error::new(
                    28647,
                    format_args!("Unrecognized parameter to {name}: {other}"),
                ));
            }
        }
    }
    let missing =
        |code, field| Error::new(code, format_args!("Missing '{field}' parameter to {name}"));
    let input = Expression::parse(input.ok_or_else(|| missing(28648, "input"))?, scope)?;
    let condition = condition.ok_or_else(|| missing(28650, "cond"))?;
    let (inner, variable) = scope.with_local(parse_variable(name, "as", variable, "this")?);
    fold_if_constant(Expression::operator(Filter {
        input,
        variable,
        condition: Expression::parse(condition, &inner)?,
        limit: limit
            .map(|limit| Expression::parse(limit, scope))
            .transpose()?,
    }))
}

impl Filter {
    /// The limit; null is none. Errors: 327391 (not a 32-bit integer), 327392 (not positive).
    fn limit(&self, scope: &Scope<'_, '_>) -> Result<usize> {
        let Some(limit) = &self.limit else {
            return Ok(usize::MAX);
        };
        let limit = limit.evaluate(scope)?;
        let Some(limit) = limit
            .as_ref()
            .map(Value::as_ref)
            .filter(|limit| !limit.is_nullish())
        else {
            return Ok(usize::MAX);
        };
        let whole = limit
            .to_i64_exact()
            .filter(|whole| i32::try_from(*whole).is_ok());
        let Some(whole) = whole else {
            return Err(Error::new(
                327_391,
                "$filter: limit must be represented as a 32-bit integral value",
            ));
        };
        if whole <= 0 {
            return Err(Error::new(
                327_392,
                format_args!("$filter: limit must be greater than 0: {whole}"),
            ));
        }
        Ok(whole as usize)
    }
}

impl Evaluate for Filter {
    /// Errors: 28651 (the input is no array), those of the limit.
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(input) = self.input.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let array = match input.as_ref() {
            ValueRef::Array(array) => array,
            other if other.is_nullish() => return Ok(Some(Value::NULL)),
            other => {
                return Err(Error::new(
                    28651,
                    format_args!(
                        "input to $filter must be an array not {}",
                        other.kind().alias()
                    ),
                ));
            }
        };
        let limit = self.limit(scope)?;
        let mut kept = ArrayBuf::new();
        for element in array.iter() {
            scope.context.step()?;
            let local = scope.local(self.variable, Some(Value::Ref(element)));
            let holds = self.condition.evaluate(&scope.within(&local))?;
            if holds.is_some_and(|holds| holds.as_ref().is_truthy()) {
                kept.push(element);
                if kept.len() >= limit {
                    break;
                }
            }
        }
        Ok(Some(Value::array(kept)))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        see(&self.condition);
        self.limit.iter().for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn keeps_what_holds() {
        check(
            "{$filter: {input: '$a', cond: {$gt: ['$$this', 1]}}}",
            "{a: [1, 2, 3]}",
            "[2, 3]",
        );
        check(
            "{$filter: {input: '$a', as: 'x', cond: '$$x.b', limit: 1}}",
            "{a: [{b: 0}, {b: 1}, {b: 2}]}",
            "[{b: 1}]",
        );
        check("{$filter: {input: '$a', cond: true}}", "{}", "null");
        check_error("{$filter: {input: 1, cond: true}}", "{}", 28651);
        check_error(
            "{$filter: {input: [1], cond: true, limit: 0}}",
            "{}",
            327_392,
        );
        check_error("{$filter: {input: [1]}}", "{}", 28650);
    }
}
