//! `properties`, `patternProperties`, `additionalProperties`, `required`, `dependencies`,
//! `minProperties` and `maxProperties`.

use super::{Keyword, Operand, Schema};
use crate::error::{Error, Result};
use crate::regex::Regex;
use crate::value::{DocumentRef, ValueRef};

struct Properties(Vec<(Box<str>, Schema)>);
struct PatternProperties(Vec<(Regex, Schema)>);

/// For the fields that the two above do not name.
struct AdditionalProperties {
    names: Vec<Box<str>>,
    patterns: Vec<Regex>,
    /// `None`: there must be none.
    schema: Option<Schema>,
}

pub(super) fn parse_properties(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let mut properties = Vec::new();
    for (name, schema) in operand.document()?.iter() {
        properties.push((name.into(), operand.schema_of(schema)?));
    }
    Ok(Some(Box::new(Properties(properties))))
}

pub(super) fn parse_pattern_properties(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let mut properties = Vec::new();
    for (pattern, schema) in operand.document()?.iter() {
        let schema = operand.schema_of(schema)?;
        let pattern = Regex::compile(pattern, "")
            .map_err(|_| Error::bad_value(format_args!("$jsonSchema keyword 'patternProperties' has a pattern that cannot be read: {pattern}")))?;
        properties.push((pattern, schema));
    }
    Ok(Some(Box::new(PatternProperties(properties))))
}

pub(super) fn parse_additional_properties(
    operand: &Operand<'_>,
) -> Result<Option<Box<dyn Keyword>>> {
    let schema = match operand.value {
        ValueRef::Document(schema) => Some(Schema::parse(schema)?),
        ValueRef::Boolean(true) => return Ok(None),
        ValueRef::Boolean(false) => None,
        _ => return Err(operand.mismatch("an object or a boolean")),
    };
    let sibling = |name: &str| {
        let sibling = operand.schema.get(name);
        let fields = sibling.and_then(|sibling| sibling.as_document());
        fields.unwrap_or(DocumentRef::EMPTY)
    };
    let names = sibling("properties").iter().map(|(name, _)| name.into());
    let patterns = sibling("patternProperties");
    let patterns = patterns
        .iter()
        .map(|(pattern, _)| Regex::compile(pattern, ""));
    Ok(Some(Box::new(AdditionalProperties {
        names: names.collect(),
        patterns: patterns.collect::<Result<Vec<_>>>()?,
        schema,
    })))
}

impl Keyword for Properties {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(document) = value.as_document() else {
            return Ok(true);
        };
        for (name, schema) in &self.0 {
            if let Some(field) = document.get(name)
                && !schema.accepts_value(field)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Keyword for PatternProperties {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(document) = value.as_document() else {
            return Ok(true);
        };
        for (name, field) in document.iter() {
            for (pattern, schema) in &self.0 {
                if pattern.is_match(name)? && !schema.accepts_value(field)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

impl AdditionalProperties {
    fn is_named(&self, name: &str) -> Result<bool> {
        if self.names.iter().any(|known| &**known == name) {
            return Ok(true);
        }
        for pattern in &self.patterns {
            if pattern.is_match(name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Keyword for AdditionalProperties {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(document) = value.as_document() else {
            return Ok(true);
        };
        for (name, field) in document.iter() {
            if self.is_named(name)? {
                continue;
            }
            match &self.schema {
                Some(schema) if schema.accepts_value(field)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

struct Required(Vec<Box<str>>);

pub(super) fn parse_required(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let names = operand.names(operand.array()?)?;
    Ok(Some(Box::new(Required(names))))
}

impl Required {
    fn are_in(&self, document: DocumentRef<'_>) -> bool {
        self.0.iter().all(|name| document.element(name).is_some())
    }
}

impl Keyword for Required {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        Ok(value
            .as_document()
            .is_none_or(|document| self.are_in(document)))
    }
}

/// What must hold when a field is there.
enum Dependency {
    Fields(Required),
    Schema(Schema),
}

struct Dependencies(Vec<(Box<str>, Dependency)>);

pub(super) fn parse_dependencies(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let mut dependencies = Vec::new();
    for (name, needs) in operand.document()?.iter() {
        let needs = match needs {
            ValueRef::Document(schema) => Dependency::Schema(Schema::parse(schema)?),
            ValueRef::Array(names) => Dependency::Fields(Required(operand.names(names)?)),
            _ => return Err(operand.mismatch("made of objects or arrays")),
        };
        dependencies.push((name.into(), needs));
    }
    Ok(Some(Box::new(Dependencies(dependencies))))
}

impl Keyword for Dependencies {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(document) = value.as_document() else {
            return Ok(true);
        };
        for (name, needs) in &self.0 {
            if document.element(name).is_none() {
                continue;
            }
            let holds = match needs {
                Dependency::Fields(required) => required.are_in(document),
                Dependency::Schema(schema) => schema.accepts_value(value)?,
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A bound on the number of fields.
struct Count {
    bound: usize,
    lower: bool,
}

pub(super) fn parse_min_properties(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let bound = operand.count()?;
    Ok(Some(Box::new(Count { bound, lower: true })))
}

pub(super) fn parse_max_properties(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let bound = operand.count()?;
    Ok(Some(Box::new(Count {
        bound,
        lower: false,
    })))
}

impl Keyword for Count {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(document) = value.as_document() else {
            return Ok(true);
        };
        let count = document.count();
        Ok(if self.lower {
            count >= self.bound
        } else {
            count <= self.bound
        })
    }
}
