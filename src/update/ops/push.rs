//! `$push`: adds values to an array, with `$each`, `$position`, `$sort` and `$slice`.
//!
//! Manual: "$push". The modifiers apply in this order, however they are written: insert at the
//! position, sort, cut.

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::index::{IndexField, KeySet, sort_key};
use crate::keystring::KeyWriter;
use crate::sorting::sort_by;
use crate::value::{ArrayBuf, ArrayRef, DocumentRef, FieldPath, Value, ValueRef};

struct Push {
    values: Vec<Value<'static>>,
    position: Option<i64>,
    sort: Option<Sort>,
    slice: Option<i64>,
    path: Box<str>,
}

enum Sort {
    /// By the elements themselves.
    Whole { descending: bool },
    /// By fields of the elements.
    Fields(Vec<IndexField>),
}

/// Takes a value, or a document with `$each`.
///
/// Errors: `BadValue` (2).
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    let mut push = Push {
        values: Vec::new(),
        position: None,
        sort: None,
        slice: None,
        path: path.into(),
    };
    match operand {
        ValueRef::Document(document) if document.get("$each").is_some() => {
            for (name, value) in document.iter() {
                push.modifier(name, value)?;
            }
        }
        _ => push.values.push(Value::copy_of(operand)),
    }
    Ok(Box::new(push))
}

impl Push {
    fn modifier(&mut self, name: &str, value: ValueRef<'_>) -> Result<()> {
        match name {
            "$each" => match value {
                ValueRef::Array(values) => {
                    self.values = values.iter().map(Value::copy_of).collect()
                }
                _ => {
                    return Err(Error::bad_value(format_args!(
                        "The argument to $each in $push must be an array but it was of type: {}",
                        value.kind().alias()
                    )));
                }
            },
            "$position" => self.position = Some(whole(name, value)?),
            "$slice" => self.slice = Some(whole(name, value)?),
            "$sort" => self.sort = Some(parse_sort(value)?),
            _ => {
                return Err(Error::bad_value(format_args!(
                    "Unrecognized clause in $push: {name}"
                )));
            }
        }
        Ok(())
    }
}

fn whole(name: &str, value: ValueRef<'_>) -> Result<i64> {
    value.to_i64_exact().ok_or_else(|| {
        Error::bad_value(format_args!(
            "The value for {name} must be an integer value but was given type: {}",
            value.kind().alias()
        ))
    })
}

fn direction(value: ValueRef<'_>) -> Option<bool> {
    match value.to_f64() {
        Some(1.0) => Some(false),
        Some(-1.0) => Some(true),
        _ => None,
    }
}

/// Takes 1, -1 or a document of fields and directions.
fn parse_sort(value: ValueRef<'_>) -> Result<Sort> {
    let refuse = |what: &str| Err(Error::bad_value(what));
    let ValueRef::Document(pattern) = value else {
        return match direction(value) {
            Some(descending) => Ok(Sort::Whole { descending }),
            None => refuse(
                "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields",
            ),
        };
    };
    if pattern.is_empty() {
        return refuse("The $sort pattern is empty when it should be a set of fields.");
    }
    let mut fields = Vec::new();
    for (name, value) in pattern.iter() {
        let Some(descending) = direction(value) else {
            return refuse("The $sort element value must be either 1 or -1");
        };
        if name.is_empty() || name.split('.').any(str::is_empty) {
            return refuse("The $sort field is a dotted field but has an empty part");
        }
        fields.push(IndexField::new(FieldPath::new(name), descending));
    }
    Ok(Sort::Fields(fields))
}

impl Operator for Push {
    fn apply(&self, found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        let array = match found {
            None => ArrayRef::EMPTY,
            Some(ValueRef::Array(array)) => array,
            Some(other) => {
                return Err(Error::bad_value(format_args!(
                    "The field '{}' must be an array but is of type {}",
                    self.path,
                    other.kind().alias()
                )));
            }
        };
        let mut elements: Vec<ValueRef<'_>> = array.iter().collect();
        let at = match self.position {
            None => elements.len(),
            Some(position) if position >= 0 => (position as usize).min(elements.len()),
            Some(position) => elements
                .len()
                .saturating_sub(position.unsigned_abs() as usize),
        };
        elements.splice(at..at, self.values.iter().map(|value| value.as_ref()));
        if let Some(sort) = &self.sort {
            sort.apply(&mut elements)?;
        }
        let kept = match self.slice {
            None => &elements[..],
            Some(count) if count >= 0 => &elements[..elements.len().min(count as usize)],
            Some(count) => {
                &elements[elements.len().saturating_sub(count.unsigned_abs() as usize)..]
            }
        };
        Ok(Outcome::Set(Value::array(
            kept.iter().copied().collect::<ArrayBuf>(),
        )))
    }
}

impl Sort {
    /// Stable; by fields, an element that is no document has none of them.
    fn apply(&self, elements: &mut Vec<ValueRef<'_>>) -> Result<()> {
        let mut keyed = Vec::with_capacity(elements.len());
        let mut scratch = KeySet::default();
        for &element in elements.iter() {
            let mut key = Vec::new();
            match self {
                Sort::Whole { descending } => {
                    let mut writer = KeyWriter::new();
                    writer.append(element, *descending);
                    key = writer.into_bytes();
                }
                Sort::Fields(fields) => {
                    let document = element.as_document().unwrap_or(DocumentRef::EMPTY);
                    sort_key(fields, document, &mut scratch, &mut key)?;
                }
            }
            keyed.push((key, element));
        }
        sort_by(&mut keyed, |one, two| one.0.cmp(&two.0));
        *elements = keyed.into_iter().map(|(_, element)| element).collect();
        Ok(())
    }
}
