//! `$limit` and `$skip` go before stages that give one document for each document.

use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;

#[allow(clippy::ptr_arg)] // Rewrites have one signature; others remove stages.
pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [map, limit, ..] = &stages[at..] else {
        return Ok(false);
    };
    let maps = match map.stage.shape() {
        Shape::Changes { .. } | Shape::Keeps { .. } | Shape::Maps => true,
        Shape::Lookup(lookup) => lookup.is_one_to_one(),
        _ => false,
    };
    let limits = matches!(limit.stage.shape(), Shape::Limit(_) | Shape::Skip(_));
    // An error in a document that is skipped does not happen then, as in MongoDB.
    if maps && limits {
        stages.swap(at, at + 1);
    }
    Ok(maps && limits)
}
