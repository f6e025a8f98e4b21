//! `$not`: the condition does not hold.
//!
//! Manual: "$not".

use super::{Operand, regex};
use crate::error::{Error, Result};
use crate::matcher::Node;
use crate::value::ValueRef;

pub(super) fn parse(operand: &Operand<'_>) -> Result<Node> {
    let condition = match operand.value {
        ValueRef::Regex(pattern) => regex::matches_pattern(operand.path, pattern)?,
        ValueRef::Document(operators) if operators.is_empty() => {
            return Err(Error::bad_value("$not cannot be empty"));
        }
        ValueRef::Document(operators) => operand.parser.operators(operand.path, operators)?,
        _ => return Err(Error::bad_value("$not needs a regex or a document")),
    };
    Ok(Node::negate(condition))
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn negates_the_whole_array() {
        check("{a: {$not: {$gt: 10}}}", "{a: [1, 15]}", false);
        check("{a: {$not: {$gt: 10}}}", "{a: 'x'}", true);
        check("{a: {$not: {$gt: 10}}}", "{}", true);
        check("{a: {$not: {$not: {$gt: 10}}}}", "{a: 11}", true);
        check("{a: {$not: {$gt: 5, $lt: 20}}}", "{a: 25}", true);
    }

    #[test]
    fn errors() {
        check_error("{a: {$not: 5}}", 2);
        check_error("{a: {$not: {}}}", 2);
        check_error("{a: {$not: {b: 1}}}", 2);
    }
}
