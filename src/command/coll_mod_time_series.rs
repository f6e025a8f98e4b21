//! The parts `timeseries` and `expireAfterSeconds` of collMod, and what it may not ask of a time
//! series.

use super::coll_mod::Modification;
use super::collection_options::with_option;
use super::time_series::expire_after_seconds;
use crate::catalog::TimeSeriesOptions;
use crate::engine::Write;
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, ValueRef};

/// What only other collections have.
const NOT_OF_SERIES: &[&str] = &[
    "validator",
    "validationLevel",
    "validationAction",
    "viewOn",
    "pipeline",
    "changeStreamPreAndPostImages",
    "cappedSize",
    "cappedMax",
];

/// Errors: `InvalidOptions` (72) for a collection that is no time series, for what a time series
/// does not have, and for narrower buckets; those of the options.
pub(super) fn run(
    modification: &Modification<'_>,
    write: &mut Write<'_>,
    _reply: &mut DocumentBuf,
) -> Result<()> {
    let arguments = &modification.arguments;
    let refuse = |what: &str, name: &str| {
        Err(Error::new(
            codes::INVALID_OPTIONS,
            format_args!("option {what}: {name}"),
        ))
    };
    let collection = &modification.collection;
    if collection.time_series().is_none() {
        return match arguments.get("timeseries") {
            Some(_) => refuse("only supported on a time-series collection", "timeseries"),
            None => Ok(()),
        };
    }
    if let Some(name) = NOT_OF_SERIES
        .iter()
        .find(|name| arguments.get(name).is_some())
    {
        return refuse("not supported on a time-series collection", name);
    }
    let mut options = collection.info.options.clone();
    if let Some(change) = arguments.document("timeseries")
        && let Some(ValueRef::Document(old)) = collection.info.options.as_ref().get("timeseries")
        && let Some(new) = TimeSeriesOptions::changed(old, change)?
    {
        let new = ValueRef::Document(new.as_ref());
        options = with_option(options.as_ref(), "timeseries", Some(new));
    }
    match arguments.get("expireAfterSeconds") {
        None => {}
        Some(ValueRef::String("off")) => {
            options = with_option(options.as_ref(), "expireAfterSeconds", None);
        }
        Some(ValueRef::String(_)) => {
            return refuse("has to be 'off' or a number", "expireAfterSeconds");
        }
        Some(seconds) => {
            let seconds = expire_after_seconds(seconds, write.engine().env.now_ms())?;
            let seconds = ValueRef::Int64(seconds);
            options = with_option(options.as_ref(), "expireAfterSeconds", Some(seconds));
        }
    }
    if options != collection.info.options {
        let kind = collection.info.kind.clone();
        write.modify(&modification.namespace, options, kind)?;
    }
    Ok(())
}
