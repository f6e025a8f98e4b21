//! `$elemMatch`: one element of the array meets all conditions.
//!
//! Manual: "$elemMatch (query)". Operators are asked of the elements themselves; fields,
//! and `$and`, `$or`, `$nor`, of elements that are documents (or arrays, whose positions
//! are their fields).

use super::Operand;
use crate::error::{Error, Result};
use crate::matcher::parse::is_operator_document;
use crate::matcher::{Leaf, Node, Path, Predicate, Run, Shape};
use crate::value::{DocumentRef, ValueRef};

struct ElementDocument(Node);
struct ElementValue(Node);

pub(super) fn parse(operand: &Operand<'_>) -> Result<Node> {
    let ValueRef::Document(conditions) = operand.value else {
        return Err(Error::bad_value("$elemMatch needs an Object"));
    };
    let parser = operand.parser.inside_element();
    if asks_values(conditions) {
        let inner = parser.operators(&Path::itself(), conditions)?;
        return Ok(Node::field(operand.path, ElementValue(inner)));
    }
    let inner = parser.filter(conditions)?;
    Ok(Node::field(operand.path, ElementDocument(inner)))
}

/// Whether the conditions are operators on values and not on documents.
fn asks_values(conditions: DocumentRef<'_>) -> bool {
    let first = conditions.first().map_or("", |first| first.name);
    is_operator_document(conditions)
        && super::find_document_operator(first).is_none()
        && !matches!(first, "$ref" | "$id" | "$db")
}

fn any_element(
    value: Option<ValueRef<'_>>,
    run: Run<'_>,
    ask: &dyn Fn(ValueRef<'_>, Run<'_>) -> Result<bool>,
) -> Result<bool> {
    let Some(ValueRef::Array(array)) = value else {
        return Ok(false);
    };
    for (index, element) in array.iter().enumerate() {
        if ask(element, run.silent())? {
            run.record(index as u32);
            return Ok(true);
        }
    }
    Ok(false)
}

impl Predicate for ElementDocument {
    fn test(&self, value: Option<ValueRef<'_>>, run: Run<'_>) -> Result<bool> {
        any_element(value, run, &|element, run| match element {
            ValueRef::Document(document) => self.0.matches(document, run),
            ValueRef::Array(array) => self.0.matches(array.as_document(), run),
            _ => Ok(false),
        })
    }

    fn leaf(&self) -> Leaf {
        Leaf::Whole
    }

    fn shape(&self) -> Shape<'_> {
        Shape::ElementDocument(&self.0)
    }

    fn cost(&self) -> u32 {
        10 + self.0.cost()
    }
}

impl Predicate for ElementValue {
    fn test(&self, value: Option<ValueRef<'_>>, run: Run<'_>) -> Result<bool> {
        any_element(value, run, &|element, run| {
            self.0.matches_element(element, run)
        })
    }

    fn leaf(&self) -> Leaf {
        Leaf::Whole
    }

    fn shape(&self) -> Shape<'_> {
        Shape::ElementValue(&self.0)
    }

    fn cost(&self) -> u32 {
        10 + self.0.cost()
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn one_element_meets_all() {
        check(
            "{a: {$elemMatch: {$gt: 5, $lt: 10}}}",
            "{a: [12, 3]}",
            false,
        );
        check("{a: {$elemMatch: {$gt: 5, $lt: 10}}}", "{a: [12, 7]}", true);
        check(
            "{a: {$elemMatch: {x: 1, y: 2}}}",
            "{a: [{x: 1}, {y: 2}]}",
            false,
        );
        check(
            "{a: {$elemMatch: {x: 1, y: 2}}}",
            "{a: [{x: 1, y: 2}]}",
            true,
        );
        check("{a: {$elemMatch: {$or: [{x: 1}]}}}", "{a: [{x: 1}]}", true);
        check("{a: {$elemMatch: {}}}", "{a: [1]}", false);
        check("{a: {$elemMatch: {$gt: 1}}}", "{a: [[2]]}", false);
        check(
            "{a: {$elemMatch: {$elemMatch: {$gt: 1}}}}",
            "{a: [[2]]}",
            true,
        );
        check("{a: {$elemMatch: {$ne: 5}}}", "{a: [5, 6]}", true);
        check("{a: {$elemMatch: {$eq: 1}}}", "{a: 1}", false);
        check("{a: {$elemMatch: {'0': 1}}}", "{a: [[1, 2]]}", true);
    }

    #[test]
    fn errors() {
        check_error("{a: {$elemMatch: 1}}", 2);
        check_error("{a: {$elemMatch: {$expr: true}}}", 2);
        check_error("{a: {$elemMatch: {$where: 'true'}}}", 2);
    }
}
