//! `$and`, `$or`, `$nor`.
//!
//! Manual: "Logical Query Operators".

use crate::error::Result;
use crate::matcher::{Node, Parser};
use crate::value::ValueRef;

pub(super) fn parse_and(operand: ValueRef<'_>, parser: &Parser<'_>) -> Result<Node> {
    Ok(Node::all(parser.filters("$and", operand)?))
}

pub(super) fn parse_or(operand: ValueRef<'_>, parser: &Parser<'_>) -> Result<Node> {
    let mut branches = parser.filters("$or", operand)?;
    match branches.pop() {
        Some(only) if branches.is_empty() => Ok(only),
        last => {
            branches.extend(last);
            Ok(Node::Or(branches))
        }
    }
}

pub(super) fn parse_nor(operand: ValueRef<'_>, parser: &Parser<'_>) -> Result<Node> {
    Ok(Node::Nor(parser.filters("$nor", operand)?))
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn branches() {
        check("{$or: [{a: 1}, {b: 2}]}", "{b: 2}", true);
        check("{$or: [{a: 1}]}", "{b: 2}", false);
        check("{$or: [{}]}", "{b: 2}", true);
        check("{$nor: [{a: 1}, {b: 2}]}", "{b: 2}", false);
        check("{$and: [{a: 1}, {$and: [{b: 2}]}]}", "{a: 1, b: 2}", true);
    }

    #[test]
    fn errors() {
        check_error("{$or: []}", 2);
        check_error("{$nor: {a: 1}}", 2);
        check_error("{$and: [1]}", 2);
        check_error("{a: {$nor: [{a: 1}]}}", 2);
    }
}
