//! `$comment`: words for the log; always holds.
//!
//! Manual: "$comment".

use crate::error::Result;
use crate::matcher::{Node, Parser};
use crate::value::ValueRef;

pub(super) fn parse(_: ValueRef<'_>, _: &Parser<'_>) -> Result<Node> {
    Ok(Node::all(Vec::new()))
}
