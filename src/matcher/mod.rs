//! MongoDB's query language over raw BSON: parse a filter once, then ask it of documents.

mod array_filter;
mod explain;
mod kinds;
mod lookup;
mod node;
pub mod ops;
mod parse;
mod path;
mod predicate;
pub mod schema;

#[cfg(test)]
pub(crate) mod testing;

pub use array_filter::ArrayFilter;
pub use explain::explain_mismatch;
pub use kinds::KindSet;
pub use node::{FieldNode, Node};
pub use parse::{Features, Parser};
pub use path::Path;
pub use predicate::{Leaf, MatchDetails, Predicate, Run, Shape};

use crate::error::Result;
use crate::expression::{Context, Dependencies, ParseScope};
use crate::value::{DocumentRef, ValueRef};

/// A parsed filter. Cheap to clone.
///
/// Manual: "Query and Projection Operators".
#[derive(Clone)]
pub struct Matcher {
    root: std::rc::Rc<Node>,
}

impl Matcher {
    /// Parses a filter as `find` and `$match` take it. `scope` knows the variables that
    /// `$expr` may name.
    ///
    /// Errors: `BadValue` (2) for most, else what the operators and expressions say.
    pub fn parse(filter: DocumentRef<'_>, scope: &ParseScope) -> Result<Matcher> {
        Matcher::parse_with(filter, scope, Features::QUERY)
    }

    /// Parses a filter of which some operators are refused.
    pub fn parse_with(
        filter: DocumentRef<'_>,
        scope: &ParseScope,
        features: Features,
    ) -> Result<Matcher> {
        let root = Parser::new(scope, features).filter(filter)?;
        Ok(Matcher::from(root))
    }

    /// Parses what may stand after a field's name (a value, a regular expression, or
    /// operators), to be asked of single values with [`Matcher::matches_value`].
    pub fn parse_condition(condition: ValueRef<'_>, scope: &ParseScope) -> Result<Matcher> {
        let parser = Parser::new(scope, Features::VALUE);
        let root = parser.condition(&Path::itself(), condition)?;
        Ok(Matcher::from(root))
    }

    /// Whether the document meets the filter.
    #[inline]
    pub fn matches(&self, document: DocumentRef<'_>, context: &Context) -> Result<bool> {
        self.root.matches(document, Run::new(context))
    }

    /// Like [`Matcher::matches`], and says which array element matched, for the
    /// positional `$`. `None` when the document does not match.
    pub fn matches_with_position(
        &self,
        document: DocumentRef<'_>,
        context: &Context,
    ) -> Result<Option<MatchDetails>> {
        let position = std::cell::Cell::new(None);
        let run = Run::recording(context, &position);
        let matched = self.root.matches(document, run)?;
        Ok(matched.then(|| MatchDetails {
            array_index: position.get(),
        }))
    }

    /// Whether a single value meets the filter: as a document for conditions on fields,
    /// as the value of a field for those of [`Matcher::parse_condition`].
    pub fn matches_value(&self, value: ValueRef<'_>, context: &Context) -> Result<bool> {
        self.root.matches_field(value, Run::new(context))
    }

    /// The tree, for the planner.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// True when every document matches (`{}`).
    pub fn is_trivial(&self) -> bool {
        matches!(&*self.root, Node::And(children) if children.is_empty())
    }

    /// Adds the fields that the filter reads.
    pub fn dependencies(&self, found: &mut Dependencies) {
        self.root.dependencies(found);
    }
}

impl From<Node> for Matcher {
    fn from(root: Node) -> Matcher {
        Matcher {
            root: std::rc::Rc::new(root),
        }
    }
}
