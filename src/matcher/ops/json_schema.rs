//! `$jsonSchema`: the document fits a schema.
//!
//! Manual: "$jsonSchema".

use crate::error::{Error, Result};
use crate::matcher::schema::Schema;
use crate::matcher::{Node, Parser};
use crate::value::ValueRef;

pub(super) fn parse(operand: ValueRef<'_>, parser: &Parser<'_>) -> Result<Node> {
    parser.allow_document_operator("$jsonSchema")?;
    let ValueRef::Document(schema) = operand else {
        return Err(Error::type_mismatch("$jsonSchema must be an object"));
    };
    Ok(Node::Schema(Box::new(Schema::parse(schema)?)))
}
