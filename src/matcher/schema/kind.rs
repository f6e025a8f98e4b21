//! `bsonType`, `type` and `enum`: what a value may be.

use super::equality::same;
use super::{Keyword, Operand};
use crate::error::{Error, Result};
use crate::matcher::KindSet;
use crate::value::{Kind, Value, ValueRef};

struct Kinds(KindSet);

pub(super) fn parse_bson_type(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    parse(operand, KindSet::from_alias)
}

pub(super) fn parse_type(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    if operand.schema.element("bsonType").is_some() {
        return Err(Error::failed_to_parse(
            "Cannot specify both $jsonSchema keywords 'type' and 'bsonType'",
        ));
    }
    parse(operand, json_type)
}

/// The types of JSON. `integer` is none of MongoDB's.
fn json_type(name: &str) -> Option<KindSet> {
    let kind = match name {
        "number" => return Some(KindSet::NUMBERS),
        "object" => Kind::Document,
        "array" => Kind::Array,
        "boolean" => Kind::Boolean,
        "string" => Kind::String,
        "null" => Kind::Null,
        _ => return None,
    };
    Some(KindSet::EMPTY.with(kind))
}

fn parse(
    operand: &Operand<'_>,
    find: fn(&str) -> Option<KindSet>,
) -> Result<Option<Box<dyn Keyword>>> {
    let names = match operand.value {
        ValueRef::String(name) => vec![name.into()],
        ValueRef::Array(names) => operand.names(names)?,
        _ => return Err(operand.mismatch("a string or an array of strings")),
    };
    let mut kinds = KindSet::EMPTY;
    for name in &names {
        kinds = kinds.union(find(name).ok_or_else(|| unknown(operand, name))?);
    }
    Ok(Some(Box::new(Kinds(kinds))))
}

#[cold]
fn unknown(operand: &Operand<'_>, name: &str) -> Error {
    if operand.name == "type" && name == "integer" {
        return operand.refuse("does not support 'integer'");
    }
    Error::bad_value(format_args!("Unknown type name alias: {name}"))
}

impl Keyword for Kinds {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        Ok(self.0.contains(value.kind()))
    }
}

struct OneOfValues(Vec<Value<'static>>);

pub(super) fn parse_enum(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let mut values: Vec<Value<'static>> = Vec::new();
    for value in operand.array()?.iter() {
        if values.iter().any(|known| same(known.as_ref(), value)) {
            return Err(operand.refuse("must not hold a value twice"));
        }
        values.push(Value::copy_of(value));
    }
    if values.is_empty() {
        return Err(operand.refuse("cannot be an empty array"));
    }
    Ok(Some(Box::new(OneOfValues(values))))
}

impl Keyword for OneOfValues {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        Ok(self.0.iter().any(|known| same(known.as_ref(), value)))
    }
}
