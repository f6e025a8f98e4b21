//! `$currentDate`: sets the field to the time of the command, as a date or a timestamp.
//!
//! Manual: "$currentDate".

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::value::{Timestamp, ValueRef};

struct CurrentDate {
    timestamp: bool,
}

/// Takes a boolean, or `{$type: "date" | "timestamp"}`.
///
/// Errors: `BadValue` (2).
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    _path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    let timestamp = match operand {
        ValueRef::Boolean(_) => false,
        ValueRef::Document(document) => match (document.count(), document.get("$type")) {
            (1, Some(ValueRef::String("date"))) => false,
            (1, Some(ValueRef::String("timestamp"))) => true,
            (_, Some(_)) => {
                return Err(Error::bad_value(
                    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
                ));
            }
            (_, None) => {
                let name = document.first().map_or("", |first| first.name);
                return Err(Error::bad_value(format_args!(
                    "Unrecognized $currentDate option: {name}"
                )));
            }
        },
        other => {
            return Err(Error::bad_value(format_args!(
                "{} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({{$type: 'timestamp/date'}}).",
                other.kind().alias()
            )));
        }
    };
    Ok(Box::new(CurrentDate { timestamp }))
}

impl Operator for CurrentDate {
    fn apply(&self, _found: Option<ValueRef<'_>>, run: &Run<'_>) -> Result<Outcome> {
        let now_ms = run.context.now_ms;
        let value = if self.timestamp {
            let time = u32::try_from(now_ms.div_euclid(1000)).unwrap_or(0);
            ValueRef::Timestamp(Timestamp { time, increment: 1 })
        } else {
            ValueRef::Date(now_ms)
        };
        Ok(Outcome::Set(value.into()))
    }
}
