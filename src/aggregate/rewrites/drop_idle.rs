//! `$match: {}`, `$skip: 0` and a `$sort` whose order nothing sees are left out.

use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let Some(stage) = stages.get(at) else {
        return Ok(false);
    };
    let next = stages.get(at + 1).map(|next| next.stage.shape());
    let is_idle = match stage.stage.shape() {
        Shape::Match { filter, .. } => filter.source().as_ref().is_empty(),
        Shape::Skip(0) => true,
        // A single key never fails; several may be parallel arrays.
        Shape::Sort {
            pattern,
            limit: None,
        } if pattern.fields.len() == 1 => match next {
            Some(Shape::Count(_)) => true,
            // Equal keys keep their order, so the first of two sorts by the same keys does all.
            Some(Shape::Sort { pattern: other, .. }) => {
                pattern.document().as_bytes() == other.document().as_bytes()
            }
            _ => false,
        },
        _ => false,
    };
    if is_idle {
        stages.remove(at);
    }
    Ok(is_idle)
}
