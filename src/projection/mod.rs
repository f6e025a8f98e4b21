//! Projections: what `find`, `$project`, `$addFields` and `$unset` leave of a document.
//!
//! A projection is a tree over field paths that is walked together with the stored
//! document; fields that stay are copied as raw bytes.

mod add_fields;
mod apply;
mod find_slice;
mod parse;
mod tree;
mod unset;

pub use add_fields::AddFields;
pub use unset::Unset;

use crate::error::Result;
use crate::expression::{Context, Dependencies, ParseScope};
use crate::matcher::MatchDetails;
use crate::value::{DocumentBuf, DocumentRef};
use tree::{Mode, Tree};

/// Whose projection it is: `find` alone knows `$slice` with a count, `$elemMatch` and the
/// positional `$`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ProjectionKind {
    Find,
    /// The stage `$project`.
    Aggregate,
}

/// A parsed projection. Cheap to clone.
///
/// Manual: "Project Fields to Return from Query", "$project".
#[derive(Clone)]
pub struct Projection {
    tree: std::rc::Rc<Tree>,
}

impl Projection {
    /// Parses a specification.
    ///
    /// Errors: 31249 and 31250 (paths collide), 31252, 31253, 31254 and 31310 (inclusion
    /// and exclusion mixed), 31255, 31256, 31271, 31274, 31275, 31276, 31308, 31324,
    /// 31394 and 31395 (`$elemMatch` and the positional `$`), 31325, 51270, 51272, those
    /// of paths and expressions.
    pub fn parse(
        spec: DocumentRef<'_>,
        scope: &ParseScope,
        kind: ProjectionKind,
    ) -> Result<Projection> {
        let tree = parse::parse(spec, scope, kind)?;
        Ok(Projection {
            tree: std::rc::Rc::new(tree),
        })
    }

    /// What is left of the document. `details` come from
    /// [`crate::matcher::Matcher::matches_with_position`] when
    /// [`Projection::is_positional`].
    pub fn apply(
        &self,
        document: DocumentRef<'_>,
        context: &Context,
        details: Option<&MatchDetails>,
    ) -> Result<DocumentBuf> {
        let position = details.and_then(|details| details.array_index);
        apply::apply(&self.tree, document, context, position)
    }

    /// True when the positional `$` is in it.
    pub fn is_positional(&self) -> bool {
        self.tree.root.positional
    }

    /// True when documents come out as they go in.
    pub fn is_identity(&self) -> bool {
        self.tree.mode == Mode::Exclusion && self.tree.root.children.is_empty()
    }

    /// Adds what the projection reads of a document: all of it, or these paths.
    pub fn dependencies(&self, found: &mut Dependencies) {
        self.tree.dependencies(found);
    }

    /// True when what is not named stays.
    pub fn is_exclusion(&self) -> bool {
        self.tree.mode == Mode::Exclusion
    }

    /// True when all but listed fields come out and nothing is computed.
    pub fn is_simple_exclusion(&self) -> bool {
        self.tree.mode == Mode::Exclusion && self.tree.root.is_plain()
    }

    /// True when only listed fields come out and nothing is computed: the paths of
    /// [`Projection::dependencies`] are the fields of the result.
    pub fn is_simple_inclusion(&self) -> bool {
        self.tree.mode == Mode::Inclusion && self.tree.root.is_plain()
    }
}

#[cfg(test)]
mod tests;
