//! `$match, $match` becomes one `$match` with both filters.

use crate::aggregate::stages::match_stage;
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;
use crate::value::{DocumentBuf, DocumentRef};

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [one, two, ..] = &stages[at..] else {
        return Ok(false);
    };
    let (
        Shape::Match { filter: first, .. },
        Shape::Match {
            filter: second,
            scope,
        },
    ) = (one.stage.shape(), two.stage.shape())
    else {
        return Ok(false);
    };
    let joined = join(first.source().as_ref(), second.source().as_ref());
    // The later one's variables are those of the earlier, and perhaps more.
    let joined = match_stage::stage("$match", joined.as_ref(), scope)?;
    stages.splice(at..at + 2, [joined]);
    Ok(true)
}

fn join(first: DocumentRef<'_>, second: DocumentRef<'_>) -> DocumentBuf {
    if first.is_empty() {
        return second.into();
    }
    if second.is_empty() {
        return first.into();
    }
    let mut both = DocumentBuf::new();
    both.append_array("$and", |list| {
        list.push(first);
        list.push(second);
    });
    both
}
