//! From a pipeline to a running stream: what its head asks of a collection goes to the planner.

use std::rc::Rc;

use super::stream::StageStream;
use super::{Passes, Pipeline, PipelineStage, Shape};
use crate::catalog::Collection;
use crate::error::Result;
use crate::expression::Dependencies;
use crate::matcher::Matcher;
use crate::plan::{self, BoxStream, Choice, Filter, Hint, Metadata, Query};
use crate::value::{DocumentBuf, FieldPath};

/// What a stage knows of the pipeline around it when it begins to run.
pub struct Opening<'o> {
    /// The fields that later stages look at; `None` for all. Others may be left out.
    pub needed: Option<&'o [FieldPath]>,
    /// What the pipeline asks for beside the fields of documents.
    pub metadata: Metadata,
    /// So many rows are sure to come and to be asked for; zero if that is not known.
    pub rows: u64,
}

/// A pipeline that runs.
pub struct Opened {
    pub stream: BoxStream,
    /// The index that the head of the pipeline reads, if it is one.
    pub index: Option<String>,
    /// For explain: what the head of the pipeline could have been.
    pub choice: Option<Choice>,
}

impl Pipeline {
    /// Begins to run on a collection, which need not exist.
    ///
    /// Errors: those of the planner (hints that name no index).
    pub fn open(&self, collection: Option<Rc<Collection>>, hint: Option<Hint>) -> Result<Opened> {
        self.open_with(collection, hint, false)
    }

    /// As [`Pipeline::open`], with the plans that were not taken if it is explained.
    pub fn open_with(
        &self,
        collection: Option<Rc<Collection>>,
        hint: Option<Hint>,
        is_explained: bool,
    ) -> Result<Opened> {
        let stages = self.stages();
        let mut query = Query::new(collection, match_all());
        query.hint = hint;
        query.metadata = self.metadata();
        let taken = absorb(stages, &mut query);
        let made = match sampled(&query, taken, stages.first()) {
            Some(stream) => Some(stream),
            None => counted(&query, stages.get(taken))?,
        };
        let mut choice = is_explained.then(|| Choice::only(&query));
        let (stream, taken, index) = match made {
            Some(stream) => (stream, taken + 1, None),
            None => {
                let is_whole = query.metadata.is_of_plans();
                query.needed = needed(&stages[taken..]).filter(|_| !is_whole);
                match distinct(&query, stages.get(taken))? {
                    Some(stream) => (stream, taken, None),
                    None => {
                        let plan = match is_explained {
                            false => plan::plan(query)?,
                            true => {
                                let (plan, others) = plan::plan_and_rejected(&query)?;
                                choice = Some(others);
                                plan
                            }
                        };
                        (plan.stream, taken, plan.index)
                    }
                }
            }
        };
        Ok(Opened {
            stream: open_stages(&stages[taken..], stream, self.metadata())?,
            index,
            choice,
        })
    }

    /// Begins to run on the rows of a stream.
    pub fn open_over(&self, input: BoxStream) -> Result<BoxStream> {
        open_stages(self.stages(), input, self.metadata())
    }

    /// The fields of its input that the pipeline reads; `None` for all.
    pub fn needed(&self) -> Option<Vec<FieldPath>> {
        needed(self.stages())
    }
}

fn open_stages(
    stages: &[PipelineStage],
    mut stream: BoxStream,
    metadata: Metadata,
) -> Result<BoxStream> {
    for (at, stage) in stages.iter().enumerate() {
        let needed = needed(&stages[at + 1..]);
        let run = stage.stage.open(&Opening {
            needed: needed.as_deref(),
            metadata,
            rows: if reads_all(&stages[at + 1..]) {
                stream.rows()
            } else {
                0
            },
        })?;
        let mut opened = StageStream::new(stream, run, stage.source.clone());
        if metadata != Metadata::default() && is_row_by_row(&stage.stage.shape()) {
            opened = opened.passing_metadata();
        }
        stream = Box::new(opened);
    }
    Ok(stream)
}

/// True if some of these stages gives nothing before it has read all that the first is given.
fn reads_all(stages: &[PipelineStage]) -> bool {
    for stage in stages {
        match stage.stage.shape() {
            Shape::Group(_) | Shape::Window { .. } | Shape::Sort { .. } | Shape::Count(_) => {
                return true;
            }
            Shape::Match { .. } => {}
            shape if is_row_by_row(&shape) => {}
            _ => return false,
        }
    }
    false
}

/// True if each row comes of the row that was read last.
fn is_row_by_row(shape: &Shape<'_>) -> bool {
    matches!(
        shape,
        Shape::Changes { .. }
            | Shape::Keeps { .. }
            | Shape::Maps
            | Shape::Unwind { .. }
            | Shape::Lookup(_)
    )
}

/// The fields that the first of these stages must be given; `None` for whole documents.
pub(super) fn needed(stages: &[PipelineStage]) -> Option<Vec<FieldPath>> {
    let mut found = Dependencies::new();
    for stage in stages {
        let passes = stage.stage.dependencies(&mut found);
        if found.whole_document {
            return None;
        }
        if passes == Passes::Nothing {
            return Some(without_covered(found));
        }
    }
    None
}

/// The paths without those that lie below others.
fn without_covered(found: Dependencies) -> Vec<FieldPath> {
    let mut kept: Vec<FieldPath> = Vec::new();
    for path in found.paths {
        // A path's prefixes come before it in the order of the set.
        if !kept.iter().any(|prefix| prefix.is_prefix_of(&path)) {
            kept.push(path);
        }
    }
    kept
}

/// The filter that every document passes.
pub(super) fn match_all() -> Filter {
    let source = Rc::new(DocumentBuf::new());
    let matcher = Matcher::from(crate::matcher::Node::And(Vec::new()));
    debug_assert!(matcher.is_trivial() && source.as_ref().as_ref().is_empty());
    Filter::new(matcher, source)
}

/// Moves the stages into the query that a find could make of them, in the order in which a query
/// does them: match, sort, skip, limit. Gives their number.
fn absorb(stages: &[PipelineStage], query: &mut Query) -> usize {
    let mut step = 0;
    for (at, stage) in stages.iter().enumerate() {
        let own = match stage.stage.shape() {
            Shape::Match { .. } => 1,
            Shape::Sort { .. } => 2,
            Shape::Skip(_) => 3,
            Shape::Limit(_) => 4,
            _ => return at,
        };
        if own <= step {
            return at;
        }
        step = own;
        match stage.stage.shape() {
            Shape::Match { filter, .. } => query.filter = filter.clone(),
            Shape::Sort { pattern, .. } => query.sort = Some(pattern.clone()),
            Shape::Skip(skip) => query.skip = skip,
            Shape::Limit(limit) => query.limit = Some(limit),
            _ => {}
        }
    }
    stages.len()
}

/// For a `$group` that only asks which values a field has, or for the first or the last document of
/// each in the order of the query: one document for each value.
fn distinct(query: &Query, stage: Option<&PipelineStage>) -> Result<Option<BoxStream>> {
    let is_plain = query.skip == 0 && query.limit.is_none() && !query.metadata.is_of_plans();
    let Some(Shape::Group(group)) = stage.map(|stage| stage.stage.shape()).filter(|_| is_plain)
    else {
        return Ok(None);
    };
    match (group.only_ends(), &query.sort) {
        (Some((field, of_last)), Some(_)) => plan::plan_distinct(query, field, of_last),
        (Some((field, _)), None) if group.only_values() => plan::plan_distinct(query, field, false),
        _ => Ok(None),
    }
}

/// A `$sample` at the beginning that draws a small part of a collection.
fn sampled(query: &Query, taken: usize, first: Option<&PipelineStage>) -> Option<BoxStream> {
    let Shape::Sample(size) = first?.stage.shape() else {
        return None;
    };
    let collection = query
        .collection
        .as_ref()
        .filter(|_| taken == 0 && query.hint.is_none())?;
    let sample = plan::Sample::new(collection, size)?;
    Some(Box::new(sample))
}

/// A stage that only counts what a query gives, answered from the counts of trees.
fn counted(query: &Query, stage: Option<&PipelineStage>) -> Result<Option<BoxStream>> {
    let Some(stage) = stage else { return Ok(None) };
    let (Some(collection), None) = (&query.collection, &query.hint) else {
        return Ok(None);
    };
    let give: fn(&PipelineStage, i64) -> Option<DocumentBuf> = match stage.stage.shape() {
        Shape::Count(_) => |stage, count| match stage.stage.shape() {
            Shape::Count(name) => super::stages::count::result(name, count),
            _ => None,
        },
        Shape::Group(group) if group.only_counts() => |stage, count| match stage.stage.shape() {
            Shape::Group(group) => group.counted(count),
            _ => None,
        },
        _ => return Ok(None),
    };
    let Some(counted) = plan::count(collection, &query.filter)? else {
        return Ok(None);
    };
    let count = counted
        .count
        .saturating_sub(query.skip)
        .min(query.limit.unwrap_or(u64::MAX));
    let result = give(stage, count as i64);
    Ok(Some(Box::new(plan::CountNode::new(counted, result))))
}
