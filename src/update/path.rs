//! The paths of update operators: fields, positions, and the three positional parts.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::error::{Error, Result, codes};
use crate::value::path::array_position;

/// One part of a path.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A field's name, or a position if it is a number and stands below an array.
    Field(Box<str>),
    /// `$`: the element that the filter matched.
    Positional,
    /// `$[]`: every element.
    All,
    /// `$[identifier]`: the elements that an array filter accepts.
    Filtered(Box<str>),
}

impl Part {
    fn is_of_elements(&self) -> bool {
        matches!(self, Part::All | Part::Filtered(_))
    }
}

/// A path of an update operator.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct UpdatePath {
    pub parts: Vec<Part>,
    pub text: Box<str>,
}

impl UpdatePath {
    /// Errors: `EmptyFieldName` (56), `BadValue` (2).
    pub(super) fn parse(text: &str) -> Result<UpdatePath> {
        let parts = text
            .split('.')
            .map(|part| parse_part(part, text))
            .collect::<Result<Vec<_>>>()?;
        if !matches!(parts.first(), Some(Part::Field(_))) {
            return Err(Error::bad_value(format_args!(
                "Cannot have positional (i.e. '$') element in the first position in path '{text}'"
            )));
        }
        if parts
            .iter()
            .filter(|part| **part == Part::Positional)
            .count()
            > 1
        {
            return Err(Error::bad_value(format_args!(
                "Too many positional (i.e. '$') elements found in path '{text}'"
            )));
        }
        Ok(UpdatePath {
            parts,
            text: text.into(),
        })
    }

    /// True if the path is `_id`, or leads into it.
    pub(super) fn is_of_id(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Field(name)) if **name == *"_id")
    }

    /// The name at the top of the document if it begins with a dollar, those of a reference
    /// to another document aside.
    pub(super) fn dollar_name(&self) -> Option<&str> {
        match self.parts.first() {
            Some(Part::Field(name)) if name.starts_with('$') => {
                Some(&**name).filter(|name| !matches!(*name, "$id" | "$ref" | "$db"))
            }
            _ => None,
        }
    }

    /// True if one path leads through the other, or they are the same, or one says `$[]` or
    /// `$[identifier]` where the other names a field.
    pub(super) fn conflicts_with(&self, other: &UpdatePath) -> bool {
        let mut pairs = self.parts.iter().zip(&other.parts);
        match pairs.find(|(one, two)| one != two) {
            Some((one, two)) => one.is_of_elements() != two.is_of_elements(),
            None => true,
        }
    }

    /// True if the document decides which fields the path names.
    pub(super) fn is_open(&self) -> bool {
        self.parts
            .iter()
            .any(|part| part.is_of_elements() || *part == Part::Positional)
    }

    /// The path of fields and positions.
    pub(super) fn of_names(names: &[String]) -> UpdatePath {
        UpdatePath {
            parts: names
                .iter()
                .map(|name| Part::Field(name.as_str().into()))
                .collect(),
            text: names.join(".").into(),
        }
    }
}

fn parse_part(part: &str, path: &str) -> Result<Part> {
    if part.is_empty() {
        let message = if path.is_empty() {
            "An empty update path is not valid.".to_owned()
        } else {
            format!("The update path '{path}' contains an empty field name, which is not allowed.")
        };
        return Err(Error::new(codes::EMPTY_FIELD_NAME, message));
    }
    if part == "$" {
        return Ok(Part::Positional);
    }
    if let Some(identifier) = part
        .strip_prefix("$[")
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return Ok(match identifier {
            "" => Part::All,
            name => Part::Filtered(name.into()),
        });
    }
    Ok(Part::Field(part.into()))
}

/// The order in which new fields are added: numbers by value, then names.
pub(super) fn compare_paths(one: &UpdatePath, two: &UpdatePath) -> Ordering {
    let mut pairs = one.parts.iter().zip(&two.parts);
    let different =
        pairs.find_map(|(a, b)| Some(compare_parts(a, b)).filter(|order| order.is_ne()));
    different.unwrap_or_else(|| one.parts.len().cmp(&two.parts.len()))
}

fn compare_parts(one: &Part, two: &Part) -> Ordering {
    fn text(part: &Part) -> Cow<'_, str> {
        match part {
            Part::Field(name) => Cow::Borrowed(name),
            Part::Positional => Cow::Borrowed("$"),
            Part::All => Cow::Borrowed("$[]"),
            Part::Filtered(name) => Cow::Owned(format!("$[{name}]")),
        }
    }
    let (one, two) = (text(one), text(two));
    match (array_position(&one), array_position(&two)) {
        (Some(one), Some(two)) => one.cmp(&two),
        // Numbers are not compared as texts with some names and by value with others: that would be
        // no order, which sorting may not be given.
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => one.cmp(&two),
    }
}
