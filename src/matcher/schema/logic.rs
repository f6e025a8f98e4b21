//! `allOf`, `anyOf`, `oneOf` and `not`.

use super::{Keyword, Operand, Schema};
use crate::error::{Error, Result};
use crate::value::ValueRef;

/// How many of the schemas must accept.
#[derive(Clone, Copy)]
enum Quantity {
    All,
    Any,
    One,
}

struct Schemas {
    quantity: Quantity,
    schemas: Vec<Schema>,
}

struct Not(Schema);

pub(super) fn parse_all_of(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    parse(operand, Quantity::All)
}

pub(super) fn parse_any_of(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    parse(operand, Quantity::Any)
}

pub(super) fn parse_one_of(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    parse(operand, Quantity::One)
}

pub(super) fn parse_not(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let schema = operand.schema_of(operand.value)?;
    Ok(Some(Box::new(Not(schema))))
}

fn parse(operand: &Operand<'_>, quantity: Quantity) -> Result<Option<Box<dyn Keyword>>> {
    let parts = operand.array()?;
    if parts.is_empty() {
        return Err(Error::bad_value(format_args!(
            "$jsonSchema keyword '{}' must be a non-empty array",
            operand.name
        )));
    }
    let schemas = parts.iter().map(|part| operand.schema_of(part));
    let schemas = schemas.collect::<Result<Vec<_>>>()?;
    Ok(Some(Box::new(Schemas { quantity, schemas })))
}

impl Keyword for Schemas {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let mut count = 0;
        for schema in &self.schemas {
            let accepted = schema.accepts_value(value)?;
            count += usize::from(accepted);
            match self.quantity {
                Quantity::All if !accepted => return Ok(false),
                Quantity::Any if accepted => return Ok(true),
                Quantity::One if count > 1 => return Ok(false),
                _ => {}
            }
        }
        Ok(match self.quantity {
            Quantity::All => true,
            Quantity::Any => false,
            Quantity::One => count == 1,
        })
    }
}

impl Keyword for Not {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        Ok(!self.0.accepts_value(value)?)
    }
}
