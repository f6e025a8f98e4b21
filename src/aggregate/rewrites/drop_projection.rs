//! A projection that only leaves fields out goes when nothing after it looks at those fields.

use crate::aggregate::opening::needed;
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;
use crate::value::FieldPath;

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let Some((stage, rest)) = stages[at..].split_first() else {
        return Ok(false);
    };
    let (fields, keeps) = match stage.stage.shape() {
        Shape::Keeps { fields, from: [] } if stage.stage.only_leaves_out() => (fields, true),
        Shape::Changes { fields, .. } if stage.stage.only_leaves_out() => (fields, false),
        _ => return Ok(false),
    };
    let Some(read) = needed(rest) else {
        return Ok(false);
    };
    let is_named = |path: &FieldPath| fields.iter().any(|field| field.first() == path.first());
    let is_idle = read.iter().all(|path| is_named(path) == keeps);
    if is_idle {
        stages.remove(at);
    }
    Ok(is_idle)
}
