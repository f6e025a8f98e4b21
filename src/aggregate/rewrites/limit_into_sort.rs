//! `$sort, $limit` and `$sort, $skip, $limit` sort only as many documents as are wanted.

use crate::aggregate::stages::sort;
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;

#[allow(clippy::ptr_arg)] // Rewrites have one signature; others remove stages.
pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let Some((first, rest)) = stages[at..].split_first() else {
        return Ok(false);
    };
    let Shape::Sort { pattern, limit } = first.stage.shape() else {
        return Ok(false);
    };
    let shape = |at: usize| rest.get(at).map(|stage| stage.stage.shape());
    let wanted = match (shape(0), shape(1)) {
        (Some(Shape::Limit(wanted)), _) => wanted,
        (Some(Shape::Skip(skip)), Some(Shape::Limit(wanted))) => skip.saturating_add(wanted),
        _ => return Ok(false),
    };
    if limit.is_some_and(|limit| limit <= wanted) {
        return Ok(false);
    }
    let limited = sort::stage("$sort", pattern.clone(), Some(wanted));
    stages[at] = limited;
    Ok(true)
}
