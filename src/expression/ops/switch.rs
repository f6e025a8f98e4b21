//! `$switch`: the first branch whose case holds, else the default.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{DocumentRef, ValueRef};

use super::super::call::fold_if_constant;

struct Switch {
    branches: Vec<(Expression, Expression)>,
    default: Option<Expression>,
}

/// Errors: 40060 (not an object), 40061 (`branches` not an array), 40062, 40063, 40064,
/// 40065 (a branch not an object, with another field, without `case`, without `then`),
/// 40067 (another field), 40068 (no branches).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            40060,
            format_args!(
                "{name} requires an object as an argument, found: {}",
                value.kind().alias()
            ),
        ));
    };
    let (mut branches, mut default) = (Vec::new(), None);
    for (field, value) in document.iter() {
        match (field, value) {
            ("branches", ValueRef::Array(array)) => {
                for branch in array.iter() {
                    let ValueRef::Document(branch) = branch else {
                        return Err(Error::new(
                            40062,
                            format_args!(
                                "{name} requires each branch to be an object, found: {}",
                                branch.kind().alias()
                            ),
                        ));
                    };
                    branches.push(parse_branch(name, branch, scope)?);
                }
            }
            ("branches", other) => {
                return Err(Error::new(
                    40061,
                    format_args!(
                        "{name} expected an array for 'branches', found: {}",
                        other.kind().alias()
                    ),
                ));
            }
            ("default", value) => default = Some(Expression::parse(value, scope)?),
            (other, _) => {
                return Err(Error::new(
                    40067,
                    format_args!("{name} found an unknown argument: {other}"),
                ));
            }
        }
    }
    if branches.is_empty() {
        return Err(Error::new(
            40068,
            format_args!("{name} requires at least one branch."),
        ));
    }
    fold_if_constant(Expression::operator(Switch { branches, default }))
}

fn parse_branch(
    name: &str,
    branch: DocumentRef<'_>,
    scope: &ParseScope,
) -> Result<(Expression, Expression)> {
    let (mut case, mut then) = (None, None);
    for (field, value) in branch.iter() {
        match field {
            "case" => case = Some(Expression::parse(value, scope)?),
            "then" => then = Some(Expression::parse(value, scope)?),
            other => {
                return Err(Error::new(
                    40063,
                    format_args!("{name} found an unknown argument to a branch: {other}"),
                ));
            }
        }
    }
    let missing = |code, field| {
        Error::new(
            code,
            format_args!("{name} requires each branch have a '{field}' expression"),
        )
    };
    Ok((
        case.ok_or_else(|| missing(40064, "case"))?,
        then.ok_or_else(|| missing(40065, "then"))?,
    ))
}

impl Evaluate for Switch {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        for (case, then) in &self.branches {
            if case
                .evaluate(scope)?
                .is_some_and(|value| value.as_ref().is_truthy())
            {
                return then.evaluate(scope);
            }
        }
        match &self.default {
            Some(default) => default.evaluate(scope),
            None => Err(Error::new(
                40069,
                "$switch could not find a matching branch for an input, and no default was specified.",
            )),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        for (case, then) in &self.branches {
            see(case);
            see(then);
        }
        self.default.iter().for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn takes_the_first_case_that_holds() {
        let switch =
            "{$switch: {branches: [{case: '$a', then: 1}, {case: '$b', then: 2}], default: 3}}";
        check(switch, "{a: 1, b: 1}", "1");
        check(switch, "{b: 1}", "2");
        check(switch, "{}", "3");
        check_error(
            "{$switch: {branches: [{case: '$a', then: 1}]}}",
            "{}",
            40069,
        );
        check_error("{$switch: {branches: []}}", "{}", 40068);
        check_error("{$switch: 1}", "{}", 40060);
        check_error("{$switch: {branches: [{case: 1}]}}", "{}", 40065);
    }
}
