//! `$size`: the array has this many elements.
//!
//! Manual: "$size (query)".

use super::Operand;
use crate::error::{Error, Result};
use crate::matcher::{Leaf, Node, Predicate, Run, Shape};
use crate::value::ValueRef;

struct Size(u32);

pub(super) fn parse(operand: &Operand<'_>) -> Result<Node> {
    let size = operand.value.to_i64_exact();
    let size = size.and_then(|size| i32::try_from(size).ok());
    let size = size.and_then(|size| u32::try_from(size).ok());
    let size = size.ok_or_else(|| {
        Error::bad_value("Failed to parse $size. Expected a non-negative 32-bit integer")
    })?;
    Ok(Node::field(operand.path, Size(size)))
}

impl Predicate for Size {
    fn test(&self, value: Option<ValueRef<'_>>, _: Run<'_>) -> Result<bool> {
        let Some(ValueRef::Array(array)) = value else {
            return Ok(false);
        };
        // Counting one more than asked for is enough.
        let limit = self.0 as usize + 1;
        Ok(array.elements().take(limit).count() == self.0 as usize)
    }

    fn leaf(&self) -> Leaf {
        Leaf::Whole
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Size(self.0)
    }

    fn cost(&self) -> u32 {
        3
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn counts() {
        check("{a: {$size: 2}}", "{a: [1, 2]}", true);
        check("{a: {$size: 2.0}}", "{a: [1, 2, 3]}", false);
        check("{a: {$size: 0}}", "{a: []}", true);
        check("{a: {$size: 0}}", "{}", false);
        check("{a: {$size: 1}}", "{a: [[1, 2, 3]]}", true);
    }

    #[test]
    fn errors() {
        check_error("{a: {$size: -1}}", 2);
        check_error("{a: {$size: 1.5}}", 2);
        check_error("{a: {$size: '1'}}", 2);
        check_error("{a: {$size: 4294967296L}}", 2);
    }
}
