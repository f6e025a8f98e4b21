//! `$expr`: an expression is true.
//!
//! Manual: "$expr".

use crate::error::Result;
use crate::expression::Expression;
use crate::matcher::{Node, Parser};
use crate::value::ValueRef;

pub(super) fn parse(operand: ValueRef<'_>, parser: &Parser<'_>) -> Result<Node> {
    parser.allow_document_operator("$expr")?;
    Ok(Node::Expression(Expression::parse(operand, parser.scope)?))
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn truth() {
        check("{$expr: '$a'}", "{a: ''}", true);
        check("{$expr: '$a'}", "{a: 0}", false);
        check("{$expr: '$a'}", "{}", false);
        check_error("{a: {$elemMatch: {$expr: '$x'}}}", 2);
    }
}
