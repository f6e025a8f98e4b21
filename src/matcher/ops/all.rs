//! `$all`: every one of these is in the array (or is the value).
//!
//! Manual: "$all". Either values and patterns, or only `$elemMatch` documents.

use super::{Operand, compare, regex};
use crate::error::{Error, Result};
use crate::matcher::Node;
use crate::value::{ArrayRef, ValueRef};

pub(super) fn parse(operand: &Operand<'_>) -> Result<Node> {
    let ValueRef::Array(members) = operand.value else {
        return Err(Error::bad_value("$all needs an array"));
    };
    if members.is_empty() {
        return Ok(Node::never());
    }
    let is_elem_match = |member: ValueRef<'_>| {
        let first = member.as_document().and_then(|document| document.first());
        first.is_some_and(|first| first.name == "$elemMatch")
    };
    let conditions = if members.iter().next().is_some_and(is_elem_match) {
        elements(operand, members, &is_elem_match)?
    } else {
        values(operand, members)?
    };
    Ok(Node::all(conditions))
}

fn elements(
    operand: &Operand<'_>,
    members: ArrayRef<'_>,
    is_elem_match: &dyn Fn(ValueRef<'_>) -> bool,
) -> Result<Vec<Node>> {
    let mut conditions = Vec::new();
    for member in members.iter() {
        match member {
            ValueRef::Document(operators) if is_elem_match(member) => {
                conditions.push(operand.parser.operators(operand.path, operators)?);
            }
            _ => return Err(Error::bad_value("$all/$elemMatch has to be consistent")),
        }
    }
    Ok(conditions)
}

fn values(operand: &Operand<'_>, members: ArrayRef<'_>) -> Result<Vec<Node>> {
    let mut conditions = Vec::new();
    for value in operand.parser.plain_members("$all", members)? {
        conditions.push(match value {
            ValueRef::Regex(pattern) => regex::matches_pattern(operand.path, pattern)?,
            _ => compare::equal(operand.path, value)?,
        });
    }
    Ok(conditions)
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn all_are_there() {
        check("{a: {$all: ['x', 'y']}}", "{a: ['y', 'z', 'x']}", true);
        check("{a: {$all: ['x', 'y']}}", "{a: ['y']}", false);
        check("{a: {$all: ['x']}}", "{a: 'x'}", true);
        check("{a: {$all: [['A']]}}", "{a: ['A']}", true);
        check("{a: {$all: []}}", "{a: []}", false);
        check("{a: {$all: [null]}}", "{}", true);
        check(
            "{a: {$all: [{$elemMatch: {x: 1}}, {$elemMatch: {x: 2}}]}}",
            "{a: [{x: 2}, {x: 1}]}",
            true,
        );
    }

    #[test]
    fn errors() {
        check_error("{a: {$all: 1}}", 2);
        check_error("{a: {$all: [{$elemMatch: {x: 1}}, 'y']}}", 2);
        check_error("{a: {$all: [1, {$elemMatch: {x: 1}}]}}", 2);
    }
}
