//! Why a value does not fit a schema: the rules that are not satisfied, and by what.
//!
//! Source: the manual, "Schema Validation: Handle Invalid Documents". The schema is read again as
//! it was written.

use super::equality::same;
use super::{KEYWORDS, Operand, Schema};
use crate::error::Result;
use crate::regex::Regex;
use crate::value::{ArrayBuf, ArrayRef, DocumentBuf, DocumentRef, ValueRef};

/// The rules in the order in which they are told, and the reason that is given for each; without
/// one, the rule has parts that tell more.
static RULES: &[(&str, &str)] = &[
    ("bsonType", "type did not match"),
    ("type", "type did not match"),
    ("minimum", "comparison failed"),
    ("maximum", "comparison failed"),
    (
        "multipleOf",
        "considered value is not a multiple of the specified value",
    ),
    ("minLength", "specified string length was not satisfied"),
    ("maxLength", "specified string length was not satisfied"),
    ("pattern", "regular expression did not match"),
    ("minItems", "array did not match specified length"),
    ("maxItems", "array did not match specified length"),
    ("uniqueItems", "found a duplicate item"),
    ("items", ""),
    ("additionalItems", ""),
    ("properties", ""),
    ("patternProperties", ""),
    ("additionalProperties", ""),
    ("required", ""),
    (
        "minProperties",
        "specified number of properties was not satisfied",
    ),
    (
        "maxProperties",
        "specified number of properties was not satisfied",
    ),
    ("dependencies", ""),
    ("enum", "value was not found in enum"),
    ("allOf", ""),
    ("anyOf", ""),
    ("oneOf", ""),
    ("not", "child expression matched"),
];

/// Appends what a schema's words say of it, and the rules that a document breaks.
pub(in crate::matcher) fn explain(
    schema: DocumentRef<'_>,
    value: ValueRef<'_>,
    out: &mut DocumentBuf,
) -> Result<()> {
    append_annotations(schema, out);
    out.append("schemaRulesNotSatisfied", &rules(schema, value)?);
    Ok(())
}

fn append_annotations(schema: DocumentRef<'_>, out: &mut DocumentBuf) {
    for name in ["title", "description"] {
        if let Some(text) = schema.element(name) {
            out.append_element(&text);
        }
    }
}

fn fits(schema: ValueRef<'_>, value: ValueRef<'_>) -> Result<bool> {
    match schema {
        ValueRef::Document(schema) => Schema::parse(schema)?.accepts_value(value),
        _ => Ok(true),
    }
}

/// The broken rules of a schema.
fn rules(schema: DocumentRef<'_>, value: ValueRef<'_>) -> Result<ArrayBuf> {
    let mut out = ArrayBuf::new();
    for (name, reason) in RULES {
        let registration = KEYWORDS.iter().find(|keyword| keyword.name == *name);
        let (Some(argument), Some(registration)) = (schema.get(name), registration) else {
            continue;
        };
        let keyword = (registration.parse)(&Operand {
            name: registration.name,
            value: argument,
            schema,
        })?;
        let Some(keyword) = keyword else {
            continue;
        };
        if keyword.accepts(value)? {
            continue;
        }
        let rule = Rule {
            name,
            argument,
            schema,
            value,
        };
        let mut item = DocumentBuf::new();
        item.append("operatorName", *name);
        match *reason {
            "" => rule.append_parts(&mut item)?,
            reason => rule.append_reason(reason, &mut item),
        }
        append_annotations_of_rule(name, argument, &mut item);
        out.push(&item);
    }
    Ok(out)
}

/// A `not` tells what its schema is called.
fn append_annotations_of_rule(name: &str, argument: ValueRef<'_>, out: &mut DocumentBuf) {
    if let ("not", ValueRef::Document(schema)) = (name, argument) {
        append_annotations(schema, out);
    }
}

/// A rule that a value breaks.
#[derive(Clone, Copy)]
struct Rule<'a> {
    name: &'static str,
    argument: ValueRef<'a>,
    schema: DocumentRef<'a>,
    value: ValueRef<'a>,
}

impl Rule<'_> {
    fn append_specified(&self, out: &mut DocumentBuf) {
        out.append_document("specifiedAs", |specified| {
            specified.append(self.name, self.argument);
            let exclusive = match self.name {
                "minimum" => "exclusiveMinimum",
                "maximum" => "exclusiveMaximum",
                _ => return,
            };
            if let Some(exclusive) = self.schema.element(exclusive) {
                specified.append_element(&exclusive);
            }
        });
    }

    /// A rule about the value as a whole.
    fn append_reason(&self, reason: &str, out: &mut DocumentBuf) {
        if self.name == "not" {
            out.append("reason", reason);
            return;
        }
        self.append_specified(out);
        out.append("reason", reason);
        let members = |value: ValueRef<'_>| match value {
            ValueRef::Document(document) => document.count() as i32,
            ValueRef::Array(array) => array.count() as i32,
            _ => 0,
        };
        if matches!(self.name, "minProperties" | "maxProperties") {
            out.append("numberOfProperties", members(self.value));
            return;
        }
        out.append("consideredValue", self.value);
        match (self.name, self.value) {
            ("bsonType" | "type", value) => out.append("consideredType", value.kind().alias()),
            ("minItems" | "maxItems", value) => out.append("numberOfItems", members(value)),
            ("uniqueItems", ValueRef::Array(array)) => {
                let items: Vec<ValueRef<'_>> = array.iter().collect();
                let again = (1..items.len())
                    .find(|&at| items[..at].iter().any(|one| same(*one, items[at])));
                if let Some(at) = again {
                    out.append("duplicatedValue", items[at]);
                }
            }
            _ => {}
        }
    }

    /// A rule about parts of the value, or with parts of its own.
    fn append_parts(&self, out: &mut DocumentBuf) -> Result<()> {
        match (self.argument, self.value) {
            (ValueRef::Array(schemas), _) if matches!(self.name, "allOf" | "anyOf" | "oneOf") => {
                self.append_schemas(schemas, out)
            }
            (argument, ValueRef::Array(items)) => self.append_items(argument, items, out),
            (argument, ValueRef::Document(fields)) => self.append_fields(argument, fields, out),
            _ => Ok(()),
        }
    }

    fn append_schemas(&self, schemas: ArrayRef<'_>, out: &mut DocumentBuf) -> Result<()> {
        let (mut matching, mut broken) = (ArrayBuf::new(), ArrayBuf::new());
        for (index, schema) in schemas.iter().enumerate() {
            if fits(schema, self.value)? {
                matching.push(index as i32);
            } else if let ValueRef::Document(schema) = schema {
                let mut item = DocumentBuf::new();
                item.append("index", index as i32);
                append_annotations(schema, &mut item);
                item.append("details", &rules(schema, self.value)?);
                broken.push(&item);
            }
        }
        if self.name == "oneOf" && !matching.is_empty() {
            out.append("reason", "more than one subschema matched");
            out.append("matchingSchemaIndexes", &matching);
        } else {
            out.append("schemasNotSatisfied", &broken);
        }
        Ok(())
    }

    fn append_items(
        &self,
        argument: ValueRef<'_>,
        items: ArrayRef<'_>,
        out: &mut DocumentBuf,
    ) -> Result<()> {
        let first = match (self.name, self.schema.get("items")) {
            ("additionalItems", Some(ValueRef::Array(schemas))) => schemas.count(),
            _ => 0,
        };
        match argument {
            ValueRef::Array(schemas) => {
                let mut details = ArrayBuf::new();
                for (index, (schema, item)) in schemas.iter().zip(items.iter()).enumerate() {
                    if let ValueRef::Document(schema) = schema
                        && !fits(ValueRef::Document(schema), item)?
                    {
                        let mut entry = DocumentBuf::new();
                        entry.append("itemIndex", index as i32);
                        append_annotations(schema, &mut entry);
                        entry.append("details", &rules(schema, item)?);
                        details.push(&entry);
                    }
                }
                out.append("details", &details);
            }
            ValueRef::Document(schema) => {
                for (index, item) in items.iter().enumerate().skip(first) {
                    if !fits(argument, item)? {
                        out.append(
                            "reason",
                            match first {
                                0 => "At least one item did not match the sub-schema",
                                _ => "At least one additional item did not match the sub-schema",
                            },
                        );
                        out.append("itemIndex", index as i32);
                        out.append("details", &rules(schema, item)?);
                        break;
                    }
                }
            }
            _ => {
                self.append_specified(out);
                out.append("reason", "found additional items");
                out.append_array("additionalItems", |list| {
                    items.iter().skip(first).for_each(|item| list.push(item));
                });
            }
        }
        Ok(())
    }

    fn append_fields(
        &self,
        argument: ValueRef<'_>,
        fields: DocumentRef<'_>,
        out: &mut DocumentBuf,
    ) -> Result<()> {
        match (self.name, argument) {
            ("required", ValueRef::Array(names)) => {
                self.append_specified(out);
                out.append("missingProperties", &missing(names, fields));
                Ok(())
            }
            ("properties", ValueRef::Document(properties)) => {
                let mut broken = ArrayBuf::new();
                for (name, schema) in properties.iter() {
                    if let Some(field) = fields.get(name)
                        && !fits(schema, field)?
                        && let ValueRef::Document(schema) = schema
                    {
                        let mut item = DocumentBuf::new();
                        item.append("propertyName", name);
                        append_annotations(schema, &mut item);
                        item.append("details", &rules(schema, field)?);
                        broken.push(&item);
                    }
                }
                out.append("propertiesNotSatisfied", &broken);
                Ok(())
            }
            ("patternProperties", ValueRef::Document(patterns)) => {
                append_patterns(patterns, fields, out)
            }
            ("dependencies", ValueRef::Document(dependencies)) => {
                append_dependencies(dependencies, fields, out)
            }
            _ => self.append_additional(argument, fields, out),
        }
    }

    fn append_additional(
        &self,
        argument: ValueRef<'_>,
        fields: DocumentRef<'_>,
        out: &mut DocumentBuf,
    ) -> Result<()> {
        let sibling = |name: &str| self.schema.get(name).and_then(|value| value.as_document());
        let named = sibling("properties").unwrap_or(DocumentRef::EMPTY);
        let patterns = sibling("patternProperties").unwrap_or(DocumentRef::EMPTY);
        let mut additional = ArrayBuf::new();
        for (name, field) in fields.iter() {
            if named.element(name).is_some() || matching_pattern(patterns, name)? {
                continue;
            }
            match argument {
                ValueRef::Document(schema) if !fits(argument, field)? => {
                    out.append(
                        "reason",
                        "at least one additional property did not match the subschema",
                    );
                    out.append("failingProperty", name);
                    out.append("details", &rules(schema, field)?);
                    return Ok(());
                }
                ValueRef::Document(_) => {}
                _ => additional.push(name),
            }
        }
        self.append_specified(out);
        out.append("additionalProperties", &additional);
        Ok(())
    }
}

fn matching_pattern(patterns: DocumentRef<'_>, name: &str) -> Result<bool> {
    for (pattern, _) in patterns.iter() {
        if Regex::compile(pattern, "")?.is_match(name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The names that are not in a document.
fn missing(names: ArrayRef<'_>, fields: DocumentRef<'_>) -> ArrayBuf {
    let mut out = ArrayBuf::new();
    let names = names.iter().filter_map(|name| name.as_str());
    names
        .filter(|name| fields.element(name).is_none())
        .for_each(|name| out.push(name));
    out
}

fn append_patterns(
    patterns: DocumentRef<'_>,
    fields: DocumentRef<'_>,
    out: &mut DocumentBuf,
) -> Result<()> {
    let mut details = ArrayBuf::new();
    for (name, field) in fields.iter() {
        for (pattern, schema) in patterns.iter() {
            if let ValueRef::Document(inner) = schema
                && Regex::compile(pattern, "")?.is_match(name)?
                && !fits(schema, field)?
            {
                let mut item = DocumentBuf::new();
                item.append("propertyName", name);
                append_annotations(inner, &mut item);
                item.append("regexMatched", pattern);
                item.append("details", &rules(inner, field)?);
                details.push(&item);
            }
        }
    }
    out.append("details", &details);
    Ok(())
}

fn append_dependencies(
    dependencies: DocumentRef<'_>,
    fields: DocumentRef<'_>,
    out: &mut DocumentBuf,
) -> Result<()> {
    let mut failing = ArrayBuf::new();
    for (name, needs) in dependencies.iter() {
        if fields.element(name).is_none() {
            continue;
        }
        let mut item = DocumentBuf::new();
        item.append("conditionalProperty", name);
        match needs {
            ValueRef::Array(names) => {
                let missing = missing(names, fields);
                if missing.is_empty() {
                    continue;
                }
                item.append("missingProperties", &missing);
            }
            ValueRef::Document(schema) => {
                let broken = rules(schema, ValueRef::Document(fields))?;
                if broken.is_empty() {
                    continue;
                }
                append_annotations(schema, &mut item);
                item.append("details", &broken);
            }
            _ => continue,
        }
        failing.push(&item);
    }
    out.append("failingDependencies", &failing);
    Ok(())
}
