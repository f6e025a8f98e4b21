//! `$match` on what `$setWindowFields` is partitioned by goes before it: a partition passes as a
//! whole or not at all.

use super::conjuncts::{join, mentions, renamed, split};
use crate::aggregate::stages::match_stage;
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
    let (mut moved, mut kept) = (Vec::new(), Vec::new());
    for condition in split(filter.source().as_ref()) {
        // Missing and null, and numbers of all types, are in one partition.
        let tells_apart = mentions(condition.as_ref(), &["$exists", "$type", "$jsonSchema"]);
        match renamed(condition.as_ref(), &of_partition).filter(|_| !tells_apart) {
            Some(condition) => moved.push(condition),
            None => kept.push(condition),
        }
    }
    if moved.is_empty() {
        return Ok(false);
    }
    let mut new = vec![
        match_stage::stage("$match", join(&moved).as_ref(), scope)?,
        window.clone(),
    ];
    if !kept.is_empty() {
        new.push(match_stage::stage("$match", join(&kept).as_ref(), scope)?);
    }
    stages.splice(at..at + 2, new);
    Ok(true)
}
