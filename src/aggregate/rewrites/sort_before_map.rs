//! `$sort` goes before stages that give one document for each document and do not change its keys:
//! there an index may have the order, and what is sorted is smaller.

use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;
use crate::value::FieldPath;

#[allow(clippy::ptr_arg)] // Rewrites have one signature; others remove stages.
pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [map, sort, ..] = &stages[at..] else {
        return Ok(false);
    };
    let Shape::Sort {
        pattern,
        limit: None,
    } = sort.stage.shape()
    else {
        return Ok(false);
    };
    let all = |test: &dyn Fn(&FieldPath) -> bool| pattern.fields.iter().all(|key| test(&key.path));
    let names = |fields: &[FieldPath], path: &FieldPath| {
        fields.iter().any(|field| field.first() == path.first())
    };
    let swaps = match map.stage.shape() {
        Shape::Changes { fields, .. } => all(&|path| !names(fields, path)),
        Shape::Keeps { fields, .. } => all(&|path| names(fields, path)),
        // Documents that come from one stay together, as equal keys keep their order.
        Shape::Lookup(lookup) => {
            let index = lookup.index();
            all(&|path| {
                path.first() != lookup.field().first()
                    && index.is_none_or(|index| index.first() != path.first())
            })
        }
        _ => false,
    };
    if swaps {
        stages.swap(at, at + 1);
    }
    Ok(swaps)
}
