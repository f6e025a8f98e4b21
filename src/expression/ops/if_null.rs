//! `$ifNull`: the first argument that is neither null nor missing, else the last.

use crate::error::{Error, Result};
use crate::expression::{Call, Expression, Outcome, ParseScope, Scope};
use crate::value::ValueRef;

use super::super::call::parse_arguments;

/// Errors: 1257300 (fewer than two arguments).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let arguments = parse_arguments(value, scope)?;
    if arguments.len() < 2 {
        return Err(Error::new(
            1_257_300,
            format_args!(
                "{name} needs at least two arguments, had: {}",
                arguments.len()
            ),
        ));
    }
    Call::build(name, run, arguments)
}

fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let Some((last, first)) = call.arguments().split_last() else {
        return Ok(None);
    };
    for argument in first {
        if let Some(value) = argument.evaluate(scope)?
            && !value.as_ref().is_nullish()
        {
            return Ok(Some(value));
        }
    }
    last.evaluate(scope)
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error, check_missing};

    #[test]
    fn skips_null_and_missing() {
        check("{$ifNull: ['$a', '$b', 3]}", "{a: null}", "3");
        check("{$ifNull: ['$a', '$b', 3]}", "{b: 0}", "0");
        check_missing("{$ifNull: ['$a', '$b']}", "{}");
        check_error("{$ifNull: [1]}", "{}", 1_257_300);
    }
}
