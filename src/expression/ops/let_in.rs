//! `$let`: variables for one expression.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope, check_variable_name};
use crate::value::{DocumentRef, ValueRef};

use super::super::call::fold_if_constant;

struct Let {
    /// The number of the first variable; the others follow.
    first: u32,
    variables: Vec<Expression>,
    inside: Expression,
}

/// Errors: 16874 (not an object), 16875 (another field), 16876 (no `vars`), 16877 (no
/// `in`), 10065 (`vars` not an object), 9 (a variable's name).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            16874,
            format_args!("{name} only supports an object as its argument"),
        ));
    };
    let (mut variables, mut inside) = (None, None);
    for (field, value) in document.iter() {
        match field {
            "vars" => variables = Some(value),
            "in" => inside = Some(value),
            other => {
                return Err(Error::new(
                    16875,
                    format_args!("Unrecognized parameter to {name}: {other}"),
                ));
            }
        }
    }
    let missing =
        |code, field| Error::new(code, format_args!("Missing '{field}' parameter to {name}"));
    let variables = match variables.ok_or_else(|| missing(16876, "vars"))? {
        ValueRef::Document(variables) => variables,
        // An array reads as an object whose names are digits, which no variable may have.
        ValueRef::Array(array) => array.as_document(),
        other => {
            return Err(Error::new(
                10065,
                format_args!(
                    "invalid parameter: expected an object (vars), found: {}",
                    other.kind().alias()
                ),
            ));
        }
    };
    let inside = inside.ok_or_else(|| missing(16877, "in"))?;
    let (first, variables, inner) = parse_variables(variables, scope)?;
    fold_if_constant(Expression::operator(Let {
        first,
        variables,
        inside: Expression::parse(inside, &inner)?,
    }))
}

fn parse_variables(
    variables: DocumentRef<'_>,
    scope: &ParseScope,
) -> Result<(u32, Vec<Expression>, ParseScope)> {
    let mut parsed = Vec::new();
    let mut inner = scope.clone();
    let mut first = None;
    for (name, value) in variables.iter() {
        check_variable_name(name)?;
        // The variables do not see each other.
        parsed.push(Expression::parse(value, scope)?);
        let (next, id) = inner.with_local(name);
        inner = next;
        first.get_or_insert(id);
    }
    Ok((first.unwrap_or(0), parsed, inner))
}

impl Evaluate for Let {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        if self.variables.is_empty() {
            return self.inside.evaluate(scope);
        }
        let mut values = Vec::with_capacity(self.variables.len());
        for variable in &self.variables {
            values.push(variable.evaluate(scope)?);
        }
        let locals = scope.local_block(self.first, &values);
        self.inside.evaluate(&scope.within(&locals))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        self.variables.iter().for_each(&mut *see);
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

    #[test]
    fn many_variables_need_no_deep_stack() {
        let variables: Vec<String> = (0..50_000).map(|at| format!("v{at}: {at}")).collect();
        let expression = format!(
            "{{$let: {{vars: {{{}, w: '$a'}}, in: ['$$v7', '$$w']}}}}",
            variables.join(", ")
        );
        check(&expression, "{a: 1}", "[7, 1]");
    }

    #[test]
    fn what_grows_without_end_is_stopped() {
        let twice = "{$reduce: {input: {$range: [0, 40]}, initialValue: ['$a'], in: {$concatArrays: ['$$value', '$$value']}}}";
        let document = format!("{{a: '{}'}}", "x".repeat(100_000));
        check_error(twice, &document, 146);
    }
}
