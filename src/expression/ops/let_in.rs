//! `$let`: variables for one expression.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope, check_variable_name};
use crate::value::{DocumentRef, ValueRef};

use super::super::call::fold_if_constant;

struct Let {
    variables: Vec<(u32, Expression)>,
    inside: Expression,
}

/// Errors: 16874 (not an object), 16875 (another field), 16876 (no `vars`), 16877 (no
/// `in`), 10065 (`vars` not an object), 9 (a variable's name).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            16874,
            format!("{name} only supports an object as its argument"),
        ));
    };
    let (mut variables, mut inside) = (None, None);
    for (field, value) in document.iter() {
        match field {
            "vars" => variables = Some(value),
            "in" => inside = Some(value),
            other => {
                let message = format!("Unrecognized parameter to {name}: {other}");
                return Err(Error::new(16875, message));
            }
        }
    }
    let missing = |code, field| Error::new(code, format!("Missing '{field}' parameter to {name}"));
    let variables = match variables.ok_or_else(|| missing(16876, "vars"))? {
        ValueRef::Document(variables) => variables,
        // An array reads as an object whose names are digits, which no variable may have.
        ValueRef::Array(array) => array.as_document(),
        other => {
            let message = format!(
                "invalid parameter: expected an object (vars), found: {}",
                other.kind().alias()
            );
            return Err(Error::new(10065, message));
        }
    };
    let inside = inside.ok_or_else(|| missing(16877, "in"))?;
    let (variables, inner) = parse_variables(variables, scope)?;
    fold_if_constant(Expression::operator(Let {
        variables,
        inside: Expression::parse(inside, &inner)?,
    }))
}

fn parse_variables(
    variables: DocumentRef<'_>,
    scope: &ParseScope,
) -> Result<(Vec<(u32, Expression)>, ParseScope)> {
    let mut parsed = Vec::new();
    let mut inner = scope.clone();
    for (name, value) in variables.iter() {
        check_variable_name(name)?;
        // The variables do not see each other.
        let value = Expression::parse(value, scope)?;
        let (next, id) = inner.with_local(name);
        inner = next;
        parsed.push((id, value));
    }
    Ok((parsed, inner))
}

/// Evaluates `inside` with the variables, one level of the call stack for each.
fn evaluate_with<'a>(
    left: &[(u32, Expression)],
    outer: &Scope<'a, '_>,
    inner: &Scope<'a, '_>,
    inside: &Expression,
) -> Outcome<'a> {
    let Some(((id, expression), left)) = left.split_first() else {
        return inside.evaluate(inner);
    };
    let local = inner.local(*id, expression.evaluate(outer)?);
    evaluate_with(left, outer, &inner.within(&local), inside)
}

impl Evaluate for Let {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        evaluate_with(&self.variables, scope, scope, &self.inside)
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        self.variables.iter().for_each(|(_, value)| see(value));
        see(&self.inside);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error, check_missing};

    #[test]
    fn variables_hide_and_do_not_see_each_other() {
        check(
            "{$let: {vars: {x: '$a', y: 2}, in: ['$$x', '$$y']}}",
            "{a: 1}",
            "[1, 2]",
        );
        check(
            "{$let: {vars: {x: 1}, in: {$let: {vars: {x: 2, y: '$$x'}, in: ['$$x', '$$y']}}}}",
            "{}",
            "[2, 1]",
        );
        check(
            "{$let: {vars: {x: {b: [{c: 1}, {c: 2}]}}, in: '$$x.b.c'}}",
            "{}",
            "[1, 2]",
        );
        check(
            "{$let: {vars: {CURRENT: '$a'}, in: '$b'}}",
            "{a: {b: 5}}",
            "5",
        );
        check_missing("{$let: {vars: {x: '$a'}, in: '$$x'}}", "{}");
        check_error("{$let: {vars: {x: 1, y: '$$x'}, in: 1}}", "{}", 17276);
        check_error("{$let: {vars: {X: 1}, in: 1}}", "{}", 9);
        check_error("{$let: {vars: {}}}", "{}", 16877);
    }
}
