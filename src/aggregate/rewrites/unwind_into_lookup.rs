//! `$lookup, $unwind` of the looked-up array gives the documents without building the array.

use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [first, second, ..] = &stages[at..] else {
        return Ok(false);
    };
    let (
        Shape::Lookup(lookup),
        Shape::Unwind {
            path,
            preserves,
            index,
        },
    ) = (first.stage.shape(), second.stage.shape())
    else {
        return Ok(false);
    };
    let Some(joined) = lookup.unwound(path, preserves, index) else {
        return Ok(false);
    };
    // Explain shows the stage as it was written, with the unwinding beside it.
    let mut specification = crate::value::DocumentBuf::new();
    if let Some(own) = first.source.as_ref().as_ref().get(first.name)
        && let Some(own) = own.as_document()
    {
        own.elements()
            .for_each(|element| specification.append_element(&element));
    }
    specification.append_document("unwinding", |unwinding| {
        unwinding.append("preserveNullAndEmptyArrays", preserves);
        if let Some(index) = index {
            unwinding.append("includeArrayIndex", index.as_str());
        }
    });
    let joined = PipelineStage::new(first.name, &specification, joined);
    stages.splice(at..at + 2, [joined]);
    Ok(true)
}
