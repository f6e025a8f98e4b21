//! `items`, `additionalItems`, `minItems`, `maxItems` and `uniqueItems`.

use super::equality::same;
use super::{Keyword, Operand, Schema};
use crate::error::Result;
use crate::value::ValueRef;

/// `items` with one schema: for every element.
struct EveryItem(Schema);

/// `items` with several: for the elements at the same positions.
struct ItemsInTurn(Vec<Schema>);

/// `additionalItems`: for the elements after those of `items`.
struct AdditionalItems {
    after: usize,
    /// `None`: there must be none.
    schema: Option<Schema>,
}

pub(super) fn parse_items(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    Ok(Some(match operand.value {
        ValueRef::Document(schema) => Box::new(EveryItem(Schema::parse(schema)?)),
        ValueRef::Array(schemas) => {
            let schemas = schemas.iter().map(|schema| operand.schema_of(schema));
            Box::new(ItemsInTurn(schemas.collect::<Result<Vec<_>>>()?))
        }
        _ => return Err(operand.mismatch("an array or an object")),
    }))
}

pub(super) fn parse_additional_items(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let schema = match operand.value {
        ValueRef::Document(schema) => Some(Schema::parse(schema)?),
        ValueRef::Boolean(true) => return Ok(None),
        ValueRef::Boolean(false) => None,
        _ => return Err(operand.mismatch("an object or a boolean")),
    };
    // It means something only beside a list of schemas.
    let Some(ValueRef::Array(items)) = operand.schema.get("items") else {
        return Ok(None);
    };
    Ok(Some(Box::new(AdditionalItems {
        after: items.count(),
        schema,
    })))
}

impl Keyword for EveryItem {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(array) = value.as_array() else {
            return Ok(true);
        };
        for element in array.iter() {
            if !self.0.accepts_value(element)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Keyword for ItemsInTurn {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(array) = value.as_array() else {
            return Ok(true);
        };
        for (schema, element) in self.0.iter().zip(array.iter()) {
            if !schema.accepts_value(element)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Keyword for AdditionalItems {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(array) = value.as_array() else {
            return Ok(true);
        };
        for element in array.iter().skip(self.after) {
            match &self.schema {
                Some(schema) if schema.accepts_value(element)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// A bound on the number of elements.
struct Count {
    bound: usize,
    lower: bool,
}

pub(super) fn parse_min_items(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let bound = operand.count()?;
    Ok(Some(Box::new(Count { bound, lower: true })))
}

pub(super) fn parse_max_items(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let bound = operand.count()?;
    Ok(Some(Box::new(Count {
        bound,
        lower: false,
    })))
}

impl Keyword for Count {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(array) = value.as_array() else {
            return Ok(true);
        };
        let count = array.count();
        Ok(if self.lower {
            count >= self.bound
        } else {
            count <= self.bound
        })
    }
}

struct Unique;

pub(super) fn parse_unique_items(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let unique = operand.bool()?;
    Ok(unique.then(|| Box::new(Unique) as Box<dyn Keyword>))
}

impl Keyword for Unique {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(array) = value.as_array() else {
            return Ok(true);
        };
        let elements: Vec<ValueRef<'_>> = array.iter().collect();
        // Few elements as a rule; documents have no order in which they could be sorted.
        let repeats = |(index, one): (usize, &ValueRef<'_>)| {
            elements[..index].iter().any(|other| same(*one, *other))
        };
        Ok(!elements.iter().enumerate().any(repeats))
    }
}
