//! `$limit, $limit` becomes the smaller of both, `$skip, $skip` their sum.

use crate::aggregate::stages::{limit, skip};
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [one, two, ..] = &stages[at..] else {
        return Ok(false);
    };
    let joined = match (one.stage.shape(), two.stage.shape()) {
        (Shape::Limit(one), Shape::Limit(two)) => limit::stage("$limit", one.min(two)),
        (Shape::Skip(one), Shape::Skip(two))
            if one
                .checked_add(two)
                .is_some_and(|sum| sum <= i64::MAX as u64) =>
        {
            skip::stage("$skip", one + two)
        }
        _ => return Ok(false),
    };
    stages.splice(at..at + 2, [joined]);
    Ok(true)
}
