//! $planCacheStats: the plans that are kept for later, of which there are none: every query is
//! planned anew, from exact counts.
//!
//! Source: the manual, "$planCacheStats".

use super::listed::stage;
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::error::{Error, Result};
use crate::value::ValueRef;

/// Errors: `FailedToParse` (9), 4503200 for `allHosts`, which only a sharded cluster has, 50933 for
/// a collection that does not exist, 40602 for a time series.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let argument = value.as_document().ok_or_else(|| {
        Error::failed_to_parse(format_args!(
            "{name} value must be an object. Found: {value}"
        ))
    })?;
    let mut fields = argument.iter();
    match (fields.next(), fields.next()) {
        (None, _) | (Some(("allHosts", ValueRef::Boolean(false))), None) => {}
        (Some(("allHosts", ValueRef::Boolean(true))), None) => {
            let message = "allHosts is only for sharded clusters";
            return Err(Error::new(4503200, message));
        }
        _ => {
            return Err(Error::failed_to_parse(format_args!(
                "{name} takes no field but allHosts, which is a boolean"
            )));
        }
    }
    match scope.catalog.get(&scope.namespace) {
        None => Err(Error::new(
            50933,
            format_args!("the collection '{}' does not exist", scope.namespace),
        )),
        // To MongoDB a time series is a pipeline over its buckets.
        Some(found) if found.time_series().is_some() => Err(Error::new(
            40602,
            format_args!("{name} of a time-series collection is not the first stage"),
        )),
        Some(_) => Ok(stage(name, value, Vec::new())),
    }
}
