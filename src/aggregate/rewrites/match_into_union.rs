//! `$match` behind `$unionWith` goes to both of its halves.

use super::conjuncts::mentions;
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [union, filter, ..] = &stages[at..] else {
        return Ok(false);
    };
    let (Shape::Union(both), Shape::Match { filter: read, .. }) =
        (union.stage.shape(), filter.stage.shape())
    else {
        return Ok(false);
    };
    // What is drawn by lot has to be drawn in the order of the documents; what is known of one
    // depends on the stages before.
    if mentions(read.source().as_ref(), &["$sampleRate", "$rand", "$meta"]) {
        return Ok(false);
    }
    let (filter, union) = (filter.clone(), both.followed_by(union, filter));
    stages.splice(at..at + 2, [filter, union]);
    Ok(true)
}
