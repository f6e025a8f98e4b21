//! `$pull`: takes the elements off an array that meet a condition.
//!
//! Manual: "$pull". A document is a filter on elements that are documents; operators and regular
//! expressions are conditions on the element; any other value is compared.

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::matcher::{Features, Matcher};
use crate::value::{ArrayBuf, Value, ValueRef, compare};

enum Condition {
    /// Conditions on the element itself.
    Element(Matcher),
    /// A filter on elements that are documents.
    Filter(Matcher),
    Equal(Value<'static>),
}

struct Pull {
    condition: Condition,
}

/// Errors: those of filters.
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    _path: &str,
    scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    let condition = match operand {
        ValueRef::Document(document) => {
            let first = document.first().map_or("", |first| first.name);
            let is_logic = matches!(first, "$and" | "$or" | "$nor" | "$expr" | "$jsonSchema");
            if first.starts_with('$') && !is_logic {
                Condition::Element(Matcher::parse_condition(operand, scope)?)
            } else {
                Condition::Filter(Matcher::parse_with(document, scope, Features::VALUE)?)
            }
        }
        ValueRef::Regex(_) => Condition::Element(Matcher::parse_condition(operand, scope)?),
        _ => Condition::Equal(Value::copy_of(operand)),
    };
    Ok(Box::new(Pull { condition }))
}

impl Operator for Pull {
    fn apply(&self, found: Option<ValueRef<'_>>, run: &Run<'_>) -> Result<Outcome> {
        let array = match found {
            None => return Ok(Outcome::Keep),
            Some(ValueRef::Array(array)) => array,
            Some(_) => {
                return Err(Error::bad_value("Cannot apply $pull to a non-array value"));
            }
        };
        let mut kept = ArrayBuf::new();
        let mut count = 0;
        for element in array.iter() {
            count += 1;
            if !self.meets(element, run)? {
                kept.push(element);
            }
        }
        Ok(if kept.len() == count {
            Outcome::Keep
        } else {
            Outcome::Set(Value::array(kept))
        })
    }

    fn creates(&self) -> bool {
        false
    }
}

impl Pull {
    fn meets(&self, element: ValueRef<'_>, run: &Run<'_>) -> Result<bool> {
        match &self.condition {
            Condition::Equal(value) => Ok(compare(value.as_ref(), element).is_eq()),
            Condition::Element(matcher) => matcher.matches_value(element, run.context),
            Condition::Filter(matcher) => match element {
                ValueRef::Document(document) => matcher.matches(document, run.context),
                _ => Ok(false),
            },
        }
    }
}
