//! `$lookup, $unwind, $match` of what was looked up: only those foreign documents are joined.

use super::conjuncts::{join, renamed, split};
use crate::aggregate::stages::match_stage;
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;
use crate::matcher::Matcher;
use crate::plan::Filter;
use crate::value::DocumentBuf;

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [first, second, ..] = &stages[at..] else {
        return Ok(false);
    };
    let (Shape::Lookup(lookup), Shape::Match { filter, scope }) =
        (first.stage.shape(), second.stage.shape())
    else {
        return Ok(false);
    };
    let prefix = format!("{}.", lookup.field().as_str());
    let inside = |path: &str| path.strip_prefix(&prefix).map(str::to_owned);
    let (mut moved, mut kept) = (Vec::new(), Vec::new());
    for condition in split(filter.source().as_ref()) {
        match renamed(condition.as_ref(), &inside) {
            Some(condition) => moved.push(condition),
            None => kept.push(condition),
        }
    }
    if moved.is_empty() {
        return Ok(false);
    }
    let source = join(&moved);
    let matcher = Matcher::parse(source.as_ref(), scope)?;
    let filter = Filter::new(matcher, std::rc::Rc::new(source.clone()));
    let Some(joined) = lookup.filtered(filter) else {
        return Ok(false);
    };
    // Explain shows the stage as it was written, with the filter beside it.
    let mut specification = DocumentBuf::new();
    if let Some(own) = first.source.as_ref().as_ref().get(first.name)
        && let Some(own) = own.as_document()
    {
        own.elements()
            .for_each(|element| specification.append_element(&element));
    }
    specification.append("matching", &source);
    let mut new = vec![PipelineStage::new(first.name, &specification, joined)];
    if !kept.is_empty() {
        new.push(match_stage::stage("$match", join(&kept).as_ref(), scope)?);
    }
    stages.splice(at..at + 2, new);
    Ok(true)
}
