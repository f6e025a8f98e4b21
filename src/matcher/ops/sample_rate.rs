//! `$sampleRate`: holds for this share of the documents, by chance.
//!
//! Manual: "$sampleRate".

use crate::error::{Error, Result};
use crate::matcher::{Node, Parser};
use crate::value::ValueRef;

pub(super) fn parse(operand: ValueRef<'_>, _: &Parser<'_>) -> Result<Node> {
    let rate = operand
        .to_f64()
        .ok_or_else(|| Error::bad_value("argument to $sampleRate must be a numeric type"))?;
    if !(0.0..=1.0).contains(&rate) {
        return Err(Error::bad_value(
            "numeric argument to $sampleRate must be in [0, 1]",
        ));
    }
    Ok(Node::Sample(rate))
}
