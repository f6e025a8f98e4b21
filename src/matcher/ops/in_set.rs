//! `$in` and `$nin`: one of a set of values and patterns.
//!
//! Manual: "$in". Values are looked up by binary search in MongoDB's order; patterns are
//! tried one after another.

use super::Operand;
use super::regex::test_pattern;
use crate::error::{Error, Result};
use crate::matcher::{Node, Predicate, Run, Shape};
use crate::regex::Regex;
use crate::sorting::sort_by;
use crate::value::{Value, ValueRef, compare};

struct InSet {
    /// Sorted, without duplicates.
    values: Vec<Value<'static>>,
    patterns: Vec<Regex>,
    /// Null is among the values: a missing field matches.
    with_null: bool,
}

pub(super) fn parse_in(operand: &Operand<'_>) -> Result<Node> {
    let ValueRef::Array(members) = operand.value else {
        return Err(Error::bad_value(format_args!(
            "{} needs an array",
            operand.name
        )));
    };
    let mut values = Vec::new();
    let mut patterns = Vec::new();
    for value in operand.parser.plain_members("$in", members)? {
        if let ValueRef::Regex(pattern) = value {
            patterns.push(Regex::compile(pattern.pattern(), pattern.options())?);
        } else {
            values.push(Value::copy_of(value));
        }
    }
    if values.is_empty() && patterns.is_empty() {
        return Ok(Node::never());
    }
    sort_by(&mut values, |one, two| compare(one.as_ref(), two.as_ref()));
    values.dedup_by(|one, two| one.as_ref() == two.as_ref());
    let with_null = values
        .iter()
        .any(|value| matches!(value.as_ref(), ValueRef::Null));
    let set = InSet {
        values,
        patterns,
        with_null,
    };
    Ok(Node::field(operand.path, set))
}

pub(super) fn parse_nin(operand: &Operand<'_>) -> Result<Node> {
    Ok(Node::negate(parse_in(operand)?))
}

impl Predicate for InSet {
    fn test(&self, value: Option<ValueRef<'_>>, _: Run<'_>) -> Result<bool> {
        let Some(value) = value else {
            return Ok(self.with_null);
        };
        let found = match &*self.values {
            [only] => only.as_ref() == value,
            values => values
                .binary_search_by(|member| compare(member.as_ref(), value))
                .is_ok(),
        };
        if found {
            return Ok(true);
        }
        for pattern in &self.patterns {
            if test_pattern(pattern, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn shape(&self) -> Shape<'_> {
        Shape::In {
            values: &self.values,
            patterns: &self.patterns,
        }
    }

    fn cost(&self) -> u32 {
        2 + 10 * self.patterns.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn sets() {
        check("{a: {$in: [3, 'x', 1]}}", "{a: 3.0}", true);
        check("{a: {$in: [3, 'x', 1]}}", "{a: [7, 'x']}", true);
        check("{a: {$in: [3, null]}}", "{}", true);
        check("{a: {$in: [[1, 2]]}}", "{a: [1, 2]}", true);
        check("{a: {$in: []}}", "{a: 1}", false);
        check("{a: {$nin: []}}", "{a: 1}", true);
        check("{a: {$nin: [1, 2]}}", "{a: [3, 2]}", false);
        check("{a: {$nin: [1, null]}}", "{}", false);
    }

    #[test]
    fn errors() {
        check_error("{a: {$in: 1}}", 2);
        check_error("{a: {$in: [{$gt: 1}]}}", 2);
        check_error("{a: {$nin: [{$regex: 'x'}]}}", 2);
    }
}
