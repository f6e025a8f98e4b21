//! `minLength`, `maxLength` and `pattern`.

use super::{Keyword, Operand};
use crate::error::Result;
use crate::regex::Regex;
use crate::value::ValueRef;

/// A bound on the number of characters.
struct Length {
    bound: usize,
    lower: bool,
}

pub(super) fn parse_min_length(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let bound = operand.count()?;
    Ok(Some(Box::new(Length { bound, lower: true })))
}

pub(super) fn parse_max_length(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let bound = operand.count()?;
    Ok(Some(Box::new(Length {
        bound,
        lower: false,
    })))
}

impl Keyword for Length {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        let Some(text) = value.as_str() else {
            return Ok(true);
        };
        let length = text.chars().count();
        Ok(if self.lower {
            length >= self.bound
        } else {
            length <= self.bound
        })
    }
}

struct Pattern(Regex);

pub(super) fn parse_pattern(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    let pattern = Regex::compile(operand.text()?, "")?;
    Ok(Some(Box::new(Pattern(pattern))))
}

impl Keyword for Pattern {
    fn accepts(&self, value: ValueRef<'_>) -> Result<bool> {
        value
            .as_str()
            .map_or(Ok(true), |text| self.0.is_match(text))
    }
}
