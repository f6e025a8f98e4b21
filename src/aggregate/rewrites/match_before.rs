//! `$match` goes before `$sort`, and before stages that do not change the fields it looks at.

use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;
use crate::expression::Dependencies;
use crate::plan::Filter;
use crate::value::FieldPath;

#[allow(clippy::ptr_arg)] // Rewrites have one signature; others remove stages.
pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [before, filter, ..] = &stages[at..] else {
        return Ok(false);
    };
    let Shape::Match { filter, .. } = filter.stage.shape() else {
        return Ok(false);
    };
    let swaps = match before.stage.shape() {
        Shape::Sort { limit: None, .. } => true,
        Shape::Changes(fields) => is_apart(filter, fields),
        Shape::Unwind { path, index, .. } => {
            let top = |path: &FieldPath| FieldPath::new(path.first());
            let mut fields = vec![top(path)];
            fields.extend(index.map(top));
            is_apart(filter, &fields)
        }
        _ => false,
    };
    if swaps {
        stages.swap(at, at + 1);
    }
    Ok(swaps)
}

/// True if the filter looks at none of these top-level fields.
fn is_apart(filter: &Filter, fields: &[FieldPath]) -> bool {
    let mut read = Dependencies::new();
    filter.matcher().dependencies(&mut read);
    !read.whole_document
        && read
            .paths
            .iter()
            .all(|path| fields.iter().all(|field| field.first() != path.first()))
}
