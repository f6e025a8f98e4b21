//! The tree of a projection: one node for each document on the way to a field.

use crate::error::{Error, Result};
use crate::expression::{Dependencies, Expression};
use crate::matcher::Matcher;
use crate::value::FieldPath;

use super::find_slice::FindSlice;

/// What happens to fields that the tree does not name, and to those it computes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// They go; what is computed comes last.
    Inclusion,
    /// They stay; what is computed takes the place of what was there.
    Exclusion,
}

/// A whole projection.
pub(super) struct Tree {
    pub(super) mode: Mode,
    pub(super) root: Node,
}

/// The fields of one document that the projection names.
#[derive(Default)]
pub(super) struct Node {
    /// In the order of the specification.
    pub(super) children: Vec<(Box<str>, Child)>,
    /// Something below is computed.
    pub(super) computes: bool,
    /// The positional `$` is below.
    pub(super) positional: bool,
}

/// What happens to one field.
pub(super) enum Child {
    Include,
    Exclude,
    /// Include the one element of the array that the query matched.
    Positional,
    /// Keep a part of the array.
    Slice(FindSlice),
    Compute(Compute),
    Nested(Node),
}

/// A computed field.
pub(super) enum Compute {
    Expression(Expression),
    /// The first element of the field's array that matches `{field: {$elemMatch: ..}}`.
    ElemMatch(Matcher),
}

impl Node {
    /// The child of this name.
    #[inline]
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.children.iter().position(|child| &*child.0 == name)
    }

    /// True when nothing is computed, sliced or picked below.
    pub(super) fn is_plain(&self) -> bool {
        self.children.iter().all(|(_, child)| match child {
            Child::Include | Child::Exclude => true,
            Child::Nested(node) => node.is_plain(),
            _ => false,
        })
    }

    /// Adds a field.
    ///
    /// Errors: 31249 if a part of the path is a field of its own, 31250 if the path or
    /// one below it was added before.
    pub(super) fn add(&mut self, path: &FieldPath, child: Child) -> Result<()> {
        self.insert(path.parts(), child)
            .map_err(|collision| collision.error(path))
    }

    pub(super) fn insert(
        &mut self,
        parts: &[Box<str>],
        child: Child,
    ) -> std::result::Result<(), Collision> {
        let Some((first, rest)) = parts.split_first() else {
            return Ok(());
        };
        self.computes |= matches!(child, Child::Compute(_));
        self.positional |= matches!(child, Child::Positional);
        let found = self.find(first);
        if rest.is_empty() {
            if found.is_some() {
                return Err(Collision::ParentAfterChild);
            }
            self.children.push((first.clone(), child));
            return Ok(());
        }
        let index = found.unwrap_or_else(|| {
            let nested = Child::Nested(Node::default());
            self.children.push((first.clone(), nested));
            self.children.len() - 1
        });
        match &mut self.children[index].1 {
            Child::Nested(node) => node.insert(rest, child),
            _ => Err(Collision::ChildAfterParent),
        }
    }
}

/// Two paths of which one leads through the other.
pub(super) enum Collision {
    ChildAfterParent,
    ParentAfterChild,
}

impl Collision {
    #[cold]
    fn error(self, path: &FieldPath) -> Error {
        let code = match self {
            Collision::ChildAfterParent => 31249,
            Collision::ParentAfterChild => 31250,
        };
        Error::new(code, format_args!("Path collision at {}", path.as_str()))
    }
}

impl Tree {
    pub(super) fn dependencies(&self, found: &mut Dependencies) {
        match self.mode {
            Mode::Exclusion => found.whole_document = true,
            Mode::Inclusion => collect(&self.root, "", found),
        }
    }
}

fn collect(node: &Node, prefix: &str, found: &mut Dependencies) {
    for (name, child) in &node.children {
        let path = match prefix {
            "" => name.to_string(),
            _ => format!("{prefix}.{name}"),
        };
        match child {
            Child::Include | Child::Positional | Child::Slice(_) => {
                found.add(&FieldPath::new(&path));
            }
            Child::Exclude => {}
            Child::Compute(Compute::Expression(expression)) => {
                expression.dependencies(found);
                // Below an array each element gets the value: the array is read.
                if let Some((parent, _)) = path.rsplit_once('.') {
                    found.add(&FieldPath::new(parent));
                }
            }
            Child::Compute(Compute::ElemMatch(_)) => found.add(&FieldPath::new(&path)),
            Child::Nested(node) => collect(node, &path, found),
        }
    }
}
