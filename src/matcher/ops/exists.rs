//! `$exists`: the field is there, whatever its value.
//!
//! Manual: "$exists".

use super::Operand;
use crate::error::Result;
use crate::matcher::{Leaf, Node, Predicate, Run, Shape};
use crate::value::ValueRef;

struct Exists;

pub(super) fn parse(operand: &Operand<'_>) -> Result<Node> {
    let exists = Node::field(operand.path, Exists);
    Ok(if operand.value.is_truthy() {
        exists
    } else {
        Node::negate(exists)
    })
}

impl Predicate for Exists {
    fn test(&self, value: Option<ValueRef<'_>>, _: Run<'_>) -> Result<bool> {
        Ok(value.is_some())
    }

    fn leaf(&self) -> Leaf {
        Leaf::Whole
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Exists
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::check;

    #[test]
    fn presence() {
        check("{a: {$exists: true}}", "{a: null}", true);
        check("{a: {$exists: 0}}", "{a: null}", false);
        check("{'a.b': {$exists: false}}", "{a: [[{b: 1}]]}", true);
        check("{'a.2': {$exists: true}}", "{a: [1, 2, 3]}", true);
        check("{'a.b': {$exists: true}}", "{a: [1, {b: 2}]}", true);
    }
}
