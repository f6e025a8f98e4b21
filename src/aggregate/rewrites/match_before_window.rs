//! `$match` on what `$setWindowFields` is partitioned by goes before it: a partition passes as a
//! whole or not at all.

use super::conjuncts::{mentions, moved_before, renamed};
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [window, filter, ..] = &stages[at..] else {
        return Ok(false);
    };
    let (Shape::Window { partition, changes }, Shape::Match { filter, scope }) =
        (window.stage.shape(), filter.stage.shape())
    else {
        return Ok(false);
    };
    let of_partition = |path: &str| {
        let first = path.split('.').next().unwrap_or(path);
        let is_key = partition.iter().any(|key| *key.as_str() == *path);
        (is_key && changes.iter().all(|name| *name.first() != *first)).then(|| path.to_owned())
    };
    let new = moved_before(window, filter, scope, |condition| {
        // Missing and null, and numbers of all types, are in one partition.
        let tells_apart = mentions(condition, &["$exists", "$type", "$jsonSchema"]);
        Ok(renamed(condition, &of_partition).filter(|_| !tells_apart))
    })?;
    let Some(new) = new else {
        return Ok(false);
    };
    stages.splice(at..at + 2, new);
    Ok(true)
}
