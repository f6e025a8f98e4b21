//! The part `timeseries` of collMod.

use super::coll_mod::Modification;
use crate::engine::Write;
use crate::error::{Error, Result, codes};
use crate::value::DocumentBuf;

/// Errors: `InvalidOptions` (72) for a collection that is no time series.
pub(super) fn run(
    modification: &Modification<'_>,
    _write: &mut Write<'_>,
    _reply: &mut DocumentBuf,
) -> Result<()> {
    if modification.arguments.get("timeseries").is_none() {
        return Ok(());
    }
    Err(Error::new(
        codes::INVALID_OPTIONS,
        "option only supported on a time-series collection: timeseries",
    ))
}
