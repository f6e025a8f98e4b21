//! `$addToSet`: adds values to an array that it does not hold yet.
//!
//! Manual: "$addToSet".

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::value::{ArrayBuf, ArrayRef, Value, ValueRef, compare};

struct AddToSet {
    values: Vec<Value<'static>>,
    path: Box<str>,
}

/// Takes a value, or `{$each: [...]}`.
///
/// Errors: `TypeMismatch` (14), `BadValue` (2).
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    let mut values = vec![Value::copy_of(operand)];
    if let ValueRef::Document(document) = operand
        && document.first().is_some_and(|first| first.name == "$each")
    {
        for (name, value) in document.iter() {
            let ("$each", ValueRef::Array(each)) = (name, value) else {
                return Err(match name {
                    "$each" => Error::type_mismatch(format_args!(
                        "The argument to $each in $addToSet must be an array but it was of type {}",
                        value.kind().alias()
                    )),
                    _ => Error::bad_value(format_args!(
                        "Found unexpected fields after $each in $addToSet: {document}"
                    )),
                });
            };
            values = each.iter().map(Value::copy_of).collect();
        }
    }
    Ok(Box::new(AddToSet {
        values,
        path: path.into(),
    }))
}

impl Operator for AddToSet {
    fn apply(&self, found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        let array = match found {
            None => ArrayRef::EMPTY,
            Some(ValueRef::Array(array)) => array,
            Some(other) => {
                return Err(Error::bad_value(format_args!(
                    "Cannot apply $addToSet to non-array field. Field named '{}' has non-array type {}",
                    self.path,
                    other.kind().alias()
                )));
            }
        };
        let mut out = array.iter().collect::<ArrayBuf>();
        let before = out.len();
        for value in &self.values {
            let is_there = out
                .as_ref()
                .iter()
                .any(|other| compare(other, value.as_ref()).is_eq());
            if !is_there {
                out.push(value);
            }
        }
        // A missing field becomes an array even if there is nothing to add.
        Ok(match out.len() == before && found.is_some() {
            true => Outcome::Keep,
            false => Outcome::Set(Value::array(out)),
        })
    }
}
