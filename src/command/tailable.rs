//! The options `tailable` and `awaitData` of find: a cursor that stays open at its end.
//!
//! Source: the manual, "Tailable Cursors". Nothing waits here: a getMore at the end gives an empty
//! batch at once, and who awaits data asks again after the next commit.

use super::arguments::Arguments;
use crate::catalog::Collection;
use crate::engine::Tailing;
use crate::error::{Error, Result, codes};
use crate::plan::Tail;

/// What a find on this collection asks for; `None` without `tailable`, or if there is no document
/// from which the cursor could go on.
///
/// Errors: `BadValue` (2), `FailedToParse` (9), `InvalidPipelineOperator` (168) for views.
pub(super) fn of_find(
    arguments: &Arguments<'_>,
    collection: Option<&Collection>,
) -> Result<Option<Tailing>> {
    let flag = |name: &str| arguments.truth(name).unwrap_or(false);
    let (tailable, awaits) = (flag("tailable"), flag("awaitData"));
    if !tailable && awaits {
        return Err(Error::failed_to_parse(
            "Cannot set 'awaitData' without also setting 'tailable'",
        ));
    }
    if !tailable {
        return Ok(None);
    }
    if flag("singleBatch") {
        return Err(Error::bad_value(
            "cannot use tailable option with the 'singleBatch' option",
        ));
    }
    let sort = arguments.document("sort").filter(|sort| !sort.is_empty());
    let is_natural = sort.is_none_or(|sort| {
        sort.count() == 1 && sort.get("$natural").and_then(|value| value.to_f64()) == Some(1.0)
    });
    if !is_natural {
        return Err(Error::bad_value(
            "cannot use tailable option with a sort other than {$natural: 1}",
        ));
    }
    let Some(collection) = collection else {
        return Ok(None);
    };
    if collection.is_view() || collection.time_series().is_some() {
        let message = "tailable cursors are not supported on views";
        return Err(Error::new(codes::INVALID_PIPELINE_OPERATOR, message));
    }
    if collection.info.rules.capped.is_none() {
        return Err(Error::bad_value(format_args!(
            "error processing query: tailable cursor requested on non capped collection {}",
            collection.info.namespace
        )));
    }
    if collection.records.is_empty() {
        return Ok(None);
    }
    Ok(Some(Tailing {
        tail: Tail::default(),
        awaits,
        left: arguments.non_negative("limit")?.filter(|&limit| limit > 0),
    }))
}
