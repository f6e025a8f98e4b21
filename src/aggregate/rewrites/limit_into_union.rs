//! `$limit` behind `$unionWith` limits each of its halves too.

use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [union, limit, ..] = &stages[at..] else {
        return Ok(false);
    };
    let (Shape::Union(both), Shape::Limit(wanted)) = (union.stage.shape(), limit.stage.shape())
    else {
        return Ok(false);
    };
    let last = both.stages().last().map(|stage| stage.stage.shape());
    if matches!(last, Some(Shape::Limit(before)) if before <= wanted) {
        return Ok(false);
    }
    let (limit, union) = (limit.clone(), both.followed_by(union, limit));
    stages.splice(at..=at, [limit, union]);
    Ok(true)
}
