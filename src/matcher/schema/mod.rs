//! `$jsonSchema`: MongoDB's dialect of JSON Schema draft 4.
//!
//! Manual: "$jsonSchema". A keyword that is about another type than the value's always
//! holds. One file holds the keywords of one type and each has one line in the table.

mod annotation;
mod array;
mod equality;
mod explain;
mod kind;
mod logic;
mod number;
mod object;
mod operand;
mod string;

use crate::error::{Error, Result};
use crate::value::{DocumentRef, ValueRef};
pub(super) use explain::explain;
use operand::Operand;

/// A parsed schema.
pub struct Schema {
    keywords: Vec<Box<dyn Keyword>>,
}

/// One keyword with its argument.
trait Keyword {
    /// Whether the value fits.
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool>;
}

/// Parses a keyword's argument; `None` for a keyword that asks nothing.
type ParseKeyword = fn(&Operand<'_>) -> Result<Option<Box<dyn Keyword>>>;

/// A keyword's name and its parser.
struct Registration {
    name: &'static str,
    parse: ParseKeyword,
}

macro_rules! keywords {
    ($($name:literal => $parse:path,)*) => {
        &[$(Registration { name: $name, parse: $parse }),*]
    };
}

static KEYWORDS: &[Registration] = keywords![
    "additionalItems" => array::parse_additional_items,
    "additionalProperties" => object::parse_additional_properties,
    "allOf" => logic::parse_all_of,
    "anyOf" => logic::parse_any_of,
    "bsonType" => kind::parse_bson_type,
    "dependencies" => object::parse_dependencies,
    "description" => annotation::parse,
    "enum" => kind::parse_enum,
    "exclusiveMaximum" => number::parse_exclusive_maximum,
    "exclusiveMinimum" => number::parse_exclusive_minimum,
    "items" => array::parse_items,
    "maxItems" => array::parse_max_items,
    "maxLength" => string::parse_max_length,
    "maxProperties" => object::parse_max_properties,
    "maximum" => number::parse_maximum,
    "minItems" => array::parse_min_items,
    "minLength" => string::parse_min_length,
    "minProperties" => object::parse_min_properties,
    "minimum" => number::parse_minimum,
    "multipleOf" => number::parse_multiple_of,
    "not" => logic::parse_not,
    "oneOf" => logic::parse_one_of,
    "pattern" => string::parse_pattern,
    "patternProperties" => object::parse_pattern_properties,
    "properties" => object::parse_properties,
    "required" => object::parse_required,
    "title" => annotation::parse,
    "type" => kind::parse_type,
    "uniqueItems" => array::parse_unique_items,
];

/// Keywords of the draft that MongoDB refuses too.
static NOT_SUPPORTED: &[&str] = &["$ref", "$schema", "default", "definitions", "format", "id"];

impl Schema {
    /// Parses a schema.
    ///
    /// Errors: `TypeMismatch` (14) for an argument of the wrong type, `FailedToParse` (9)
    /// for an unknown keyword or a bad argument, `BadValue` (2) for an unknown type, 51091
    /// for a bad pattern.
    pub fn parse(schema: DocumentRef<'_>) -> Result<Schema> {
        let mut keywords = Vec::new();
        for (name, value) in schema.iter() {
            let found = KEYWORDS.iter().find(|keyword| keyword.name == name);
            let registration = found.ok_or_else(|| unknown(name))?;
            let operand = Operand {
                name: registration.name,
                value,
                schema,
            };
            if schema
                .iter()
                .filter(|(other, _)| *other == name)
                .nth(1)
                .is_some()
            {
                return Err(operand.refuse("must not be given twice"));
            }
            keywords.extend((registration.parse)(&operand)?);
        }
        Ok(Schema { keywords })
    }

    /// Whether a document fits.
    pub fn accepts(&self, document: DocumentRef<'_>) -> Result<bool> {
        self.accepts_value(ValueRef::Document(document))
    }

    fn accepts_value(&self, value: ValueRef<'_>) -> Result<bool> {
        for keyword in &self.keywords {
            if !keyword.accepts(value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cold]
fn unknown(name: &str) -> Error {
    if NOT_SUPPORTED.contains(&name) {
        return Error::failed_to_parse(format_args!(
            "$jsonSchema keyword '{name}' is not currently supported"
        ));
    }
    Error::failed_to_parse(format_args!("Unknown $jsonSchema keyword: {name}"))
}

#[cfg(test)]
mod tests;
