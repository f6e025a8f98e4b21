//! `$alwaysTrue` and `$alwaysFalse`, with the argument 1.

use crate::error::{Error, Result};
use crate::matcher::{Node, Parser};
use crate::value::ValueRef;

pub(super) fn parse_true(operand: ValueRef<'_>, _: &Parser<'_>) -> Result<Node> {
    check("$alwaysTrue", operand)?;
    Ok(Node::all(Vec::new()))
}

pub(super) fn parse_false(operand: ValueRef<'_>, _: &Parser<'_>) -> Result<Node> {
    check("$alwaysFalse", operand)?;
    Ok(Node::never())
}

fn check(name: &str, operand: ValueRef<'_>) -> Result<()> {
    match operand.to_i64_exact() {
        Some(1) => Ok(()),
        _ => Err(Error::failed_to_parse(format_args!(
            "{name} must be an integer value of 1"
        ))),
    }
}
