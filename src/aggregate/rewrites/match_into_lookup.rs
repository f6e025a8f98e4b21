//! `$lookup, $unwind, $match` of what was looked up: only those foreign documents are joined.

use super::conjuncts::{join, renamed, split};
use crate::aggregate::stages::match_stage;
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;
use crate::matcher::Matcher;
use crate::plan::Filter;
use crate::value::{DocumentBuf, DocumentRef};

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
    let specification = with_match(first, &source);
    let mut new = vec![PipelineStage::new(first.name, &specification, joined)];
    if !kept.is_empty() {
        new.push(match_stage::stage("$match", join(&kept).as_ref(), scope)?);
    }
    stages.splice(at..at + 2, new);
    Ok(true)
}

/// The stage as explain shows it: as it was written, with the filter at the end of its pipeline.
fn with_match(lookup: &PipelineStage, filter: &DocumentBuf) -> DocumentBuf {
    let own = lookup.source.as_ref().as_ref().get(lookup.name);
    let own = own
        .and_then(|own| own.as_document())
        .unwrap_or(DocumentRef::EMPTY);
    let mut shown = DocumentBuf::new();
    let fields = own.elements().filter(|element| element.name != "pipeline");
    fields.for_each(|element| shown.append_element(&element));
    if own.get("let").is_none() {
        shown.append("let", DocumentRef::EMPTY);
    }
    shown.append_array("pipeline", |list| {
        let stages = own.get("pipeline").and_then(|stages| stages.as_array());
        let stages = stages.into_iter().flat_map(|stages| stages.iter());
        stages.for_each(|stage| list.push(stage));
        list.document().append("$match", filter);
    });
    shown
}
