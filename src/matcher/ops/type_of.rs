//! `$type`: the value has one of these types.
//!
//! Manual: "$type (query)".

use super::Operand;
use crate::error::Result;
use crate::matcher::{KindSet, Node, Predicate, Run, Shape};
use crate::value::ValueRef;

struct TypeOf(KindSet);

pub(super) fn parse(operand: &Operand<'_>) -> Result<Node> {
    let kinds = KindSet::parse(operand.value)?;
    Ok(Node::field(operand.path, TypeOf(kinds)))
}

impl Predicate for TypeOf {
    fn test(&self, value: Option<ValueRef<'_>>, _: Run<'_>) -> Result<bool> {
        Ok(value.is_some_and(|value| self.0.contains(value.kind())))
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Kinds(self.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn types() {
        check("{a: {$type: 'int'}}", "{a: [1, 'x']}", true);
        check("{a: {$type: 'int'}}", "{a: [[1]]}", false);
        check("{a: {$type: 'array'}}", "{a: []}", true);
        check("{a: {$type: 'null'}}", "{}", false);
        check("{a: {$type: ['string', 16]}}", "{a: 1}", true);
        check("{a: {$type: 'number'}}", "{a: 1m}", true);
        check("{a: {$type: -1}}", "{a: MinKey}", true);
    }

    #[test]
    fn errors() {
        check_error("{a: {$type: 'Int'}}", 2);
        check_error("{a: {$type: 0}}", 2);
        check_error("{a: {$type: []}}", 9);
        check_error("{a: {$type: true}}", 14);
    }
}
