//! Operators of MongoDB that this engine refuses: JavaScript, text search, geometry.

use super::Operand;
use crate::error::{Error, Result, codes};
use crate::matcher::{Node, Parser};
use crate::value::ValueRef;

/// `$where`: there is no JavaScript engine, as on a server that was started without.
pub(super) fn parse_where(_: ValueRef<'_>, parser: &Parser<'_>) -> Result<Node> {
    parser.allow_document_operator("$where")?;
    Err(Error::bad_value(
        "no globalScriptEngine in $where parsing: $where is not supported",
    ))
}

/// `$text`: there are no text indexes.
pub(super) fn parse_text(_: ValueRef<'_>, parser: &Parser<'_>) -> Result<Node> {
    parser.allow_document_operator("$text")?;
    Err(Error::new(
        codes::INDEX_NOT_FOUND,
        "text index required for $text query",
    ))
}

/// Geometry.
pub(super) fn parse_field(operand: &Operand<'_>) -> Result<Node> {
    Err(Error::bad_value(format_args!(
        "{} is not supported",
        operand.name
    )))
}
