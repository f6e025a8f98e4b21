//! An operator applied to a list of argument expressions.

use super::operators::Combine;
use super::tree::Node;
use super::{Context, Expression, Outcome, ParseScope, Scope};
use crate::env::FixedEnv;
use crate::error::{Error, Result};
use crate::sorting::sort_by;
use crate::value::{DocumentRef, ValueRef};
use std::rc::Rc;

/// How an operator with a list of arguments is evaluated.
pub type Run = for<'a> fn(&Call, &Scope<'a, '_>) -> Outcome<'a>;

/// An operator applied to a list of arguments.
pub struct Call {
    name: &'static str,
    run: Run,
    arguments: Box<[Expression]>,
}

impl Call {
    /// The operator's name, with its dollar: for messages.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The arguments.
    pub fn arguments(&self) -> &[Expression] {
        &self.arguments
    }

    /// The same operator applied to others.
    pub(super) fn with_arguments(&self, arguments: Vec<Expression>) -> Call {
        Call {
            arguments: arguments.into(),
            ..*self
        }
    }

    /// The number of arguments.
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    /// True without arguments.
    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty()
    }

    #[inline]
    pub(super) fn run<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        (self.run)(self, scope)
    }

    /// The value of the argument at a position; missing when it was not given.
    #[inline]
    pub fn evaluate<'a>(&self, position: usize, scope: &Scope<'a, '_>) -> Outcome<'a> {
        match self.arguments.get(position) {
            Some(argument) => argument.evaluate(scope),
            None => Ok(None),
        }
    }

    /// The operator applied to these arguments; when all are constant, what it gives.
    ///
    /// Errors: those of the operator, when the arguments are constant.
    pub fn build(name: &'static str, run: Run, arguments: Vec<Expression>) -> Result<Expression> {
        let constant = arguments.iter().all(Expression::is_constant);
        let call = Call {
            name,
            run,
            arguments: arguments.into(),
        };
        let expression = Expression(Node::Call(Rc::new(call)));
        if constant {
            fold(expression)
        } else {
            Ok(expression)
        }
    }

    /// [`Call::build`] for an operator of which constants may be combined once. So a missing
    /// field decides before a constant of the wrong type does, or not, as in MongoDB.
    pub(super) fn build_combining(
        name: &'static str,
        run: Run,
        way: Combine,
        mut arguments: Vec<Expression>,
    ) -> Result<Expression> {
        if arguments.iter().all(Expression::is_constant) {
            return Call::build(name, run, arguments);
        }
        if way == Combine::Any || way == Combine::Front && arguments.len() == 2 {
            // Those of a kind stay in their order.
            sort_by(&mut arguments, |one, two| {
                one.is_constant().cmp(&two.is_constant())
            });
        }
        let mut combined: Vec<Expression> = Vec::with_capacity(arguments.len());
        let mut constants = Vec::new();
        for argument in arguments.into_iter().map(Some).chain([None]) {
            let in_front = way != Combine::Front || combined.is_empty();
            match argument {
                Some(constant) if constant.is_constant() && in_front => constants.push(constant),
                other => {
                    let together = std::mem::take(&mut constants);
                    match together.len() {
                        0 | 1 => combined.extend(together),
                        _ => combined.push(Call::build(name, run, together)?),
                    }
                    combined.extend(other);
                }
            }
        }
        Call::build(name, run, combined)
    }
}

/// Evaluates an expression that reads no document and no variable, once and for all.
///
/// Errors: those of the expression. MongoDB gives them when it optimises, before the first
/// document is read, even in a branch that would never be taken; so do we.
pub(super) fn fold(expression: Expression) -> Result<Expression> {
    let context = Context::new(Rc::new(FixedEnv::new(0, 0)));
    let scope = Scope::new(DocumentRef::EMPTY, &context);
    let value = expression.evaluate(&scope)?;
    Ok(Expression(match value {
        Some(value) => Node::Constant(value.into_owned()),
        None => Node::Missing,
    }))
}

/// [`fold`] if everything inside the expression is constant.
pub(super) fn fold_if_constant(expression: Expression) -> Result<Expression> {
    let mut constant = true;
    expression.visit(&mut |inner| constant &= inner.is_constant());
    if constant {
        fold(expression)
    } else {
        Ok(expression)
    }
}

/// The arguments of an operator: the elements of an array, or one value.
pub(super) fn parse_arguments(value: ValueRef<'_>, scope: &ParseScope) -> Result<Vec<Expression>> {
    match value {
        ValueRef::Array(array) => array
            .iter()
            .map(|element| Expression::parse(element, scope))
            .collect(),
        single => Ok(vec![Expression::parse(single, scope)?]),
    }
}

/// Errors: 16020 (exact count), 28667 (range) when there are too few or too many arguments.
pub(super) fn check_count(name: &str, given: usize, least: usize, most: usize) -> Result<()> {
    if (least..=most).contains(&given) {
        return Ok(());
    }
    Err(wrong_count(name, given, least, most))
}

#[cold]
fn wrong_count(name: &str, given: usize, least: usize, most: usize) -> Error {
    if least == most {
        let message =
            format!("Expression {name} takes exactly {least} arguments. {given} were passed in.");
        return Error::new(16020, message);
    }
    let limits = if most == usize::MAX {
        format!("at least {least} arguments")
    } else {
        format!("at least {least} arguments, and at most {most}")
    };
    Error::new(
        28667,
        format_args!("Expression {name} takes {limits}, but {given} were passed in."),
    )
}
