//! Arguments by name, as `{date: ..., timezone: ...}`.

use super::{Expression, ParseScope};
use crate::error::{Error, Result};
use crate::value::DocumentRef;

/// The expressions of the named fields, in the order of `names`; `None` for one that is not
/// there.
///
/// Errors: `unknown` (a field of another name).
pub(super) fn parse_named(
    operator: &str,
    document: DocumentRef<'_>,
    names: &[&str],
    unknown: i32,
    scope: &ParseScope,
) -> Result<Vec<Option<Expression>>> {
    let mut arguments: Vec<Option<Expression>> = vec![None; names.len()];
    for (field, value) in document.iter() {
        let at = names.iter().position(|name| *name == field);
        match at.and_then(|at| arguments.get_mut(at)) {
            Some(slot) => *slot = Some(Expression::parse(value, scope)?),
            None => {
                return Err(Error::new(
                    unknown,
                    format_args!("Unrecognized argument to {operator}: '{field}'"),
                ));
            }
        }
    }
    Ok(arguments)
}

/// The argument, or the error that it is missing.
pub(super) fn require(
    operator: &str,
    name: &str,
    code: i32,
    argument: Option<Expression>,
) -> Result<Expression> {
    argument.ok_or_else(|| {
        Error::new(
            code,
            format_args!("{operator} requires a '{name}' argument, but did not find it"),
        )
    })
}
