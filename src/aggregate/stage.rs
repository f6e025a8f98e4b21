//! What a stage of a pipeline is once it is parsed.

use std::rc::Rc;

use super::Opening;
use super::stages::group::Group;
use super::stages::lookup::Lookup;
use super::stages::union_with::UnionWith;
use super::stream::Run;
use crate::error::Result;
use crate::expression::{Dependencies, ParseScope};
use crate::plan::{Filter, SortPattern};
use crate::value::{DocumentBuf, FieldPath, ValueRef};

/// A parsed stage. It can be opened many times (inside `$lookup`, once per document).
pub trait Stage {
    /// Begins to run.
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Run>>;

    /// Adds the fields it reads; says what else of its input shows in its output.
    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        found.whole_document = true;
        Passes::Everything
    }

    /// True if it does nothing but leave fields out, and cannot fail.
    fn only_leaves_out(&self) -> bool {
        false
    }

    /// What the rewrites and the planner can know about it.
    fn shape(&self) -> Shape<'_> {
        Shape::Other
    }
}

/// Whether a stage's output holds fields of its input that it did not read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    /// All others come through.
    Everything,
    /// The output is made of what it read.
    Nothing,
}

/// A stage as the rewrites see it.
pub enum Shape<'s> {
    Match {
        filter: &'s Filter,
        scope: &'s ParseScope,
    },
    /// A sort, of which only the first rows are wanted if there is a limit.
    Sort {
        pattern: &'s SortPattern,
        limit: Option<u64>,
    },
    Limit(u64),
    Skip(u64),
    /// Gives one row per row; changes or removes only these fields. Some of them hold what another
    /// top-level field held: new and old names.
    Changes {
        fields: &'s [FieldPath],
        from: &'s [(FieldPath, FieldPath)],
    },
    /// Gives one row per row; of the fields that there were only these come through as they are.
    Keeps {
        fields: &'s [FieldPath],
        from: &'s [(FieldPath, FieldPath)],
    },
    /// Gives one row per row; nothing is known of its fields.
    Maps,
    Unwind {
        path: &'s FieldPath,
        preserves: bool,
        index: Option<&'s FieldPath>,
    },
    Group(&'s Group),
    /// `$count`, with the field's name.
    Count(&'s str),
    Lookup(&'s Lookup),
    Union(&'s UnionWith),
    /// `$setWindowFields`: the fields it is partitioned by, and those that it changes.
    Window {
        partition: Vec<&'s FieldPath>,
        changes: Vec<&'s FieldPath>,
    },
    /// So many, drawn by lot.
    Sample(usize),
    Other,
}

/// A stage with the name and text it came from. Cheap to clone.
#[derive(Clone)]
pub struct PipelineStage {
    pub name: &'static str,
    /// `{$name: specification}`, for explain.
    pub source: Rc<DocumentBuf>,
    pub stage: Rc<dyn Stage>,
}

impl PipelineStage {
    /// A stage and what it was parsed from.
    pub fn new<'v>(
        name: &'static str,
        specification: impl Into<ValueRef<'v>>,
        stage: impl Stage + 'static,
    ) -> PipelineStage {
        let mut source = DocumentBuf::new();
        source.append(name, specification);
        PipelineStage {
            name,
            source: Rc::new(source),
            stage: Rc::new(stage),
        }
    }
}
