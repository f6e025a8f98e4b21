//! `$eq`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte`, and a plain value after a field's name.
//!
//! Manual: "Comparison Query Operators". Values of another type than the operand's never
//! match (numbers of all types are one type); null also matches a missing field; NaN is
//! equal to NaN and neither above nor below anything.

use std::cmp::Ordering;

use super::Operand;
use crate::error::{Error, Result};
use crate::matcher::{Node, Path, Predicate, Run, Shape};
use crate::value::{Kind, Value, ValueRef, compare};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

struct Compare {
    comparison: Comparison,
    operand: Value<'static>,
}

/// `$eq`, or a value after a field's name.
pub(crate) fn equal(path: &Path, value: ValueRef<'_>) -> Result<Node> {
    node(path, Comparison::Equal, value)
}

/// The error for an operand of the deprecated type.
#[cold]
pub(crate) fn undefined() -> Error {
    Error::bad_value("cannot compare to undefined")
}

fn node(path: &Path, comparison: Comparison, value: ValueRef<'_>) -> Result<Node> {
    if value.kind() == Kind::Undefined {
        return Err(undefined());
    }
    let operand = Value::copy_of(value);
    Ok(Node::field(
        path,
        Compare {
            comparison,
            operand,
        },
    ))
}

pub(super) fn parse_eq(operand: &Operand<'_>) -> Result<Node> {
    equal(operand.path, operand.value)
}

pub(super) fn parse_ne(operand: &Operand<'_>) -> Result<Node> {
    refuse_pattern(operand)?;
    Ok(Node::negate(equal(operand.path, operand.value)?))
}

pub(super) fn parse_gt(operand: &Operand<'_>) -> Result<Node> {
    refuse_pattern(operand)?;
    node(operand.path, Comparison::Greater, operand.value)
}

pub(super) fn parse_gte(operand: &Operand<'_>) -> Result<Node> {
    refuse_pattern(operand)?;
    node(operand.path, Comparison::GreaterOrEqual, operand.value)
}

pub(super) fn parse_lt(operand: &Operand<'_>) -> Result<Node> {
    refuse_pattern(operand)?;
    node(operand.path, Comparison::Less, operand.value)
}

pub(super) fn parse_lte(operand: &Operand<'_>) -> Result<Node> {
    refuse_pattern(operand)?;
    node(operand.path, Comparison::LessOrEqual, operand.value)
}

fn refuse_pattern(operand: &Operand<'_>) -> Result<()> {
    match operand.value {
        ValueRef::Regex(_) => Err(Error::bad_value(format_args!(
            "Can't have RegEx as arg to {}",
            operand.name
        ))),
        _ => Ok(()),
    }
}

impl Comparison {
    #[inline]
    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }

    fn includes_equal(self) -> bool {
        !matches!(self, Comparison::Less | Comparison::Greater)
    }

    /// Values of any types.
    fn test(self, value: ValueRef<'_>, operand: ValueRef<'_>) -> bool {
        if value.kind().order() != operand.kind().order() {
            // The keys at the two ends are compared with values of all types.
            let at_end = matches!(operand.kind(), Kind::MinKey | Kind::MaxKey);
            return at_end && self.holds(compare(value, operand));
        }
        if value.is_nan() || operand.is_nan() {
            return value.is_nan() && operand.is_nan() && self.includes_equal();
        }
        self.holds(compare(value, operand))
    }
}

impl Predicate for Compare {
    #[inline]
    fn test(&self, value: Option<ValueRef<'_>>, _: Run<'_>) -> Result<bool> {
        let operand = self.operand.as_ref();
        Ok(match (value, operand) {
            (Some(ValueRef::Int32(one)), ValueRef::Int32(two)) => {
                self.comparison.holds(one.cmp(&two))
            }
            (Some(ValueRef::String(one)), ValueRef::String(two)) => match self.comparison {
                Comparison::Equal => one == two,
                comparison => comparison.holds(one.as_bytes().cmp(two.as_bytes())),
            },
            (Some(value), _) => self.comparison.test(value, operand),
            // Missing counts as null.
            (None, _) => self.comparison.test(ValueRef::Null, operand),
        })
    }

    fn shape(&self) -> Shape<'_> {
        let operand = self.operand.as_ref();
        match self.comparison {
            Comparison::Equal => Shape::Equal(operand),
            Comparison::Less => Shape::Less(operand),
            Comparison::LessOrEqual => Shape::LessOrEqual(operand),
            Comparison::Greater => Shape::Greater(operand),
            Comparison::GreaterOrEqual => Shape::GreaterOrEqual(operand),
        }
    }

    fn cost(&self) -> u32 {
        match self.operand.kind() {
            Kind::Document | Kind::Array => 3,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn values_match_within_their_type() {
        check("{a: 1}", "{a: 1.0}", true);
        check("{a: 1}", "{a: true}", false);
        check("{a: {$gt: 5}}", "{a: 'x'}", false);
        check("{a: {$gte: 'b'}}", "{a: 'b'}", true);
        check("{a: {$lt: {x: 2}}}", "{a: {x: 1}}", true);
        check("{a: {$gt: MinKey}}", "{a: 'x'}", true);
        check("{a: {$lt: MaxKey}}", "{a: 1}", true);
        check("{a: {$gt: MaxKey}}", "{a: 1}", false);
        check("{a: {$ne: 1}}", "{a: [2, 1]}", false);
        check("{a: {$ne: 1}}", "{}", true);
    }

    #[test]
    fn null_matches_missing() {
        check("{a: null}", "{}", true);
        check("{a: null}", "{a: []}", false);
        check("{a: null}", "{a: [1, null]}", true);
        check("{'a.b': null}", "{a: [{b: 1}, {c: 2}]}", true);
        check("{'a.b': null}", "{a: {}}", true);
        check("{'a.b': null}", "{a: [1, 2]}", false);
        check("{a: {$gte: null}}", "{}", true);
        check("{a: {$gt: null}}", "{}", false);
        check("{a: {$gt: 1}}", "{}", false);
    }

    #[test]
    fn nan_is_only_equal_to_nan() {
        check("{a: NaN}", "{a: NaN}", true);
        check("{a: {$lt: 5}}", "{a: NaN}", false);
        check("{a: {$gte: NaN}}", "{a: NaN}", true);
        check("{a: {$gt: NaN}}", "{a: 5}", false);
    }

    #[test]
    fn arrays_are_searched_one_level_deep() {
        check("{a: 1}", "{a: [1, 2]}", true);
        check("{a: 1}", "{a: [[1, 2]]}", false);
        check("{a: [1, 2]}", "{a: [[1, 2], 3]}", true);
        check("{a: [1, 2]}", "{a: [1, 2, 3]}", false);
        check("{a: []}", "{a: [[]]}", true);
        check("{'a.b': 1}", "{a: [{b: 2}, {b: [3, 1]}]}", true);
        check("{'a.b': 1}", "{a: [[{b: 1}]]}", false);
        check("{'a.0.b': 1}", "{a: [{b: 1}]}", true);
        check("{'a.0.b': 1}", "{a: {'0': {b: 1}}}", true);
        check("{'a.0.b': 1}", "{a: [[{b: 1}]]}", true);
        check("{'a.0.0': 1}", "{a: [[1, 2]]}", true);
        check("{'a.1': 2}", "{a: [5, [2, 4]]}", false);
        check("{'a.1': 4}", "{a: [5, {'1': 4}]}", true);
    }

    #[test]
    fn errors() {
        check_error("{$eq: 5}", 2);
        check_error("{a: {$foo: 5}}", 2);
        check_error("{a: {$gt: 5, b: 1}}", 2);
        check_error("{a: undefined}", 2);
    }
}
