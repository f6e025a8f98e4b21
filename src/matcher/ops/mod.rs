//! The operators: one file each and one line in a table here.

mod all;
mod always;
mod bits;
mod comment;
pub(super) mod compare;
mod elem_match;
mod exists;
mod expr;
mod in_set;
mod json_schema;
mod logical;
mod modulo;
mod not;
pub(super) mod regex;
mod sample_rate;
mod size;
mod type_of;
mod unsupported;

use super::{Node, Parser, Path};
use crate::error::Result;
use crate::value::{DocumentRef, ValueRef};

/// What an operator on a field is given.
pub struct Operand<'a> {
    /// The operator's own name, for messages.
    pub name: &'static str,
    /// The field.
    pub path: &'a Path,
    /// What stands after the name.
    pub value: ValueRef<'a>,
    /// All operators on the field, this one included.
    pub siblings: DocumentRef<'a>,
    pub parser: &'a Parser<'a>,
}

/// An operator on a field, such as `$gt`.
pub struct FieldOperator {
    pub name: &'static str,
    pub parse: fn(&Operand<'_>) -> Result<Node>,
}

/// An operator on a document, such as `$or`.
pub struct DocumentOperator {
    pub name: &'static str,
    pub parse: fn(ValueRef<'_>, &Parser<'_>) -> Result<Node>,
}

macro_rules! table {
    ($type:ident: $($name:literal => $parse:path,)*) => {
        &[$($type { name: $name, parse: $parse }),*]
    };
}

/// Operators that stand in the place of a field's value.
pub static FIELD_OPERATORS: &[FieldOperator] = table![FieldOperator:
    "$eq" => compare::parse_eq,
    "$gt" => compare::parse_gt,
    "$gte" => compare::parse_gte,
    "$lt" => compare::parse_lt,
    "$lte" => compare::parse_lte,
    "$ne" => compare::parse_ne,
    "$in" => in_set::parse_in,
    "$nin" => in_set::parse_nin,
    "$not" => not::parse,
    "$exists" => exists::parse,
    "$type" => type_of::parse,
    "$mod" => modulo::parse,
    "$regex" => regex::parse_regex,
    "$options" => regex::parse_options,
    "$size" => size::parse,
    "$all" => all::parse,
    "$elemMatch" => elem_match::parse,
    "$bitsAllSet" => bits::parse_all_set,
    "$bitsAllClear" => bits::parse_all_clear,
    "$bitsAnySet" => bits::parse_any_set,
    "$bitsAnyClear" => bits::parse_any_clear,
    "$near" => unsupported::parse_field,
    "$nearSphere" => unsupported::parse_field,
    "$geoWithin" => unsupported::parse_field,
    "$geoIntersects" => unsupported::parse_field,
    "$within" => unsupported::parse_field,
    "$geoNear" => unsupported::parse_field,
];

/// Operators that stand in the place of a field's name.
pub static DOCUMENT_OPERATORS: &[DocumentOperator] = table![DocumentOperator:
    "$and" => logical::parse_and,
    "$or" => logical::parse_or,
    "$nor" => logical::parse_nor,
    "$expr" => expr::parse,
    "$jsonSchema" => json_schema::parse,
    "$comment" => comment::parse,
    "$sampleRate" => sample_rate::parse,
    "$alwaysTrue" => always::parse_true,
    "$alwaysFalse" => always::parse_false,
    "$where" => unsupported::parse_where,
    "$text" => unsupported::parse_text,
];

/// The operator with this name.
pub(super) fn find_field_operator(name: &str) -> Option<&'static FieldOperator> {
    FIELD_OPERATORS
        .iter()
        .find(|operator| operator.name == name)
}

/// The operator with this name.
pub(super) fn find_document_operator(name: &str) -> Option<&'static DocumentOperator> {
    DOCUMENT_OPERATORS
        .iter()
        .find(|operator| operator.name == name)
}
