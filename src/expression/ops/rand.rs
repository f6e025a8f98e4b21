//! `$rand`: a random double from 0 to before 1, another one each time.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct Rand;

/// Errors: 3040501 (not an empty object).
pub fn parse(name: &'static str, value: ValueRef<'_>, _: &ParseScope) -> Result<Expression> {
    let is_empty = match value {
        ValueRef::Document(document) => document.is_empty(),
        ValueRef::Array(array) => array.is_empty(),
        _ => false,
    };
    if !is_empty {
        let message = format!("{name} does not currently accept arguments");
        return Err(Error::new(3_040_501, message));
    }
    Ok(Expression::operator(Rand))
}

impl Evaluate for Rand {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        // A double holds 53 bits.
        let bits = scope.context.env.random() >> 11;
        Ok(Some(Value::from(bits as f64 / (1u64 << 53) as f64)))
    }

    fn visit(&self, _: &mut dyn FnMut(&Expression)) {}
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn numbers_differ() {
        let two = "{$let: {vars: {a: {$rand: {}}, b: {$rand: {}}}, in: {$and: [{$ne: ['$$a', '$$b']}, {$gte: ['$$a', 0]}, {$lt: ['$$a', 1]}]}}}";
        check(two, "{}", "true");
        check_error("{$rand: 1}", "{}", 3_040_501);
    }
}
