//! `$reduce`: one value from all elements.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

use super::super::call::fold_if_constant;
use super::super::memory::check_bytes;

struct Reduce {
    input: Expression,
    initial: Expression,
    this: u32,
    value: u32,
    inside: Expression,
}

/// Errors: 40075 (not an object), 40076 (another field), 40077, 40078, 40079 (`input`,
/// `initialValue`, `in` missing).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            40075,
            format_args!("{name} requires an object as an argument, found: {alias}"),
        ));
    };
    let (inner, this) = scope.with_local("this");
    let (inner, value_id) = inner.with_local("value");
    let (mut input, mut initial, mut inside) = (None, None, None);
    for (field, value) in document.iter() {
        match field {
            "input" => input = Some(Expression::parse(value, scope)?),
            "initialValue" => initial = Some(Expression::parse(value, scope)?),
            "in" => inside = Some(Expression::parse(value, &inner)?),
            other => {
                return Err(Error::new(
                    40076,
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
    fold_if_constant(Expression::operator(Reduce {
        input: input.ok_or_else(|| missing(40077, "input"))?,
        initial: initial.ok_or_else(|| missing(40078, "initialValue"))?,
        inside: inside.ok_or_else(|| missing(40079, "in"))?,
        this,
        value: value_id,
    }))
}

impl Evaluate for Reduce {
    /// Errors: 40080 (the input is no array).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(input) = self.input.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let array = match input.as_ref() {
            ValueRef::Array(array) => array,
            other if other.is_nullish() => return Ok(Some(Value::NULL)),
            other => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    40080,
                    format_args!("$reduce requires that 'input' be an array, found: {alias}"),
                ));
            }
        };
        // The input may not live as long as the result: what is carried on is owned.
        let mut total = self.initial.evaluate(scope)?.map(Value::into_owned);
        for element in array.iter() {
            scope.context.step()?;
            let this = scope.local(self.this, Some(Value::Ref(element)));
            let scope = scope.within(&this);
            let value = scope.local(self.value, total);
            total = self
                .inside
                .evaluate(&scope.within(&value))?
                .map(Value::into_owned);
            check_bytes("$reduce", total.as_ref().map_or(0, Value::owned_bytes))?;
        }
        Ok(total.map(|total| total as Value<'_>))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        see(&self.initial);
        see(&self.inside);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error, check_missing};

    #[test]
    fn carries_a_value_along() {
        check(
            "{$reduce: {input: '$a', initialValue: 0, in: {$add: ['$$value', '$$this']}}}",
            "{a: [1, 2, 3]}",
            "6",
        );
        check(
            "{$reduce: {input: [[1], [2]], initialValue: [], in: {$concatArrays: ['$$value', '$$this']}}}",
            "{}",
            "[1, 2]",
        );
        check_missing("{$reduce: {input: [], initialValue: '$a', in: 1}}", "{}");
        check(
            "{$reduce: {input: '$a', initialValue: 0, in: 1}}",
            "{}",
            "null",
        );
        check_error("{$reduce: {input: 1, initialValue: 0, in: 1}}", "{}", 40080);
        check_error("{$reduce: {input: 1, initialValue: 0}}", "{}", 40079);
    }
}
