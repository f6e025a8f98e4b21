//! `$cond`: one of two expressions, as `[if, then, else]` or with these names.

use crate::error::{Error, Result};
use crate::expression::{Call, Expression, Outcome, ParseScope, Scope};
use crate::value::ValueRef;

use super::super::call::{check_count, parse_arguments};

/// Errors: 17080, 17081, 17082 (`if`, `then`, `else` missing), 17083 (another field).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let arguments = parse_arguments(value, scope)?;
        check_count(name, arguments.len(), 3, 3)?;
        return Call::build(name, run, arguments);
    };
    let (mut condition, mut then, mut otherwise) = (None, None, None);
    for (field, value) in document.iter() {
        let slot = match field {
            "if" => &mut condition,
            "then" => &mut then,
            "else" => &mut otherwise,
            other => {
                return Err(Error::new(
                    17083,
                    format_args!("Unrecognized parameter to {name}: {other}"),
                ));
            }
        };
        *slot = Some(Expression::parse(value, scope)?);
    }
    let missing =
        |code, field| Error::new(code, format_args!("Missing '{field}' parameter to {name}"));
    let arguments = vec![
        condition.ok_or_else(|| missing(17080, "if"))?,
        then.ok_or_else(|| missing(17081, "then"))?,
        otherwise.ok_or_else(|| missing(17082, "else"))?,
    ];
    Call::build(name, run, arguments)
}

fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let condition = call.evaluate(0, scope)?;
    let holds = condition.is_some_and(|value| value.as_ref().is_truthy());
    call.evaluate(if holds { 1 } else { 2 }, scope)
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error, check_missing};

    #[test]
    fn takes_one_branch() {
        check(
            "{$cond: ['$a', 1, {$switch: {branches: [{case: '$b', then: 1}]}}]}",
            "{a: 1, b: 0}",
            "1",
        );
        check("{$cond: {if: '$a', then: 1, else: 2}}", "{}", "2");
        check_missing("{$cond: [true, '$a', 2]}", "{}");
        check_error("{$cond: [1, 2]}", "{}", 16020);
        check_error("{$cond: {if: 1, then: 2}}", "{}", 17082);
        check_error("{$cond: {if: 1, then: 2, other: 3}}", "{}", 17083);
    }
}
