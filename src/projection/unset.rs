//! `$unset`, the stage: takes fields away.
//!
//! Manual: "$unset (aggregation)".

use std::rc::Rc;

use super::apply;
use super::tree::{Child, Mode, Node, Tree};
use crate::error::{Error, Result};
use crate::expression::Context;
use crate::value::{DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// A parsed `$unset`. Cheap to clone.
#[derive(Clone)]
pub struct Unset {
    tree: Rc<Tree>,
}

impl Unset {
    /// Parses a path or an array of paths.
    ///
    /// Errors: 31002 (neither), 31119 (no path), 31120 (no string), 9527900 (a zero
    /// byte), 31249 and 31250 (paths collide), those of paths.
    pub fn parse(spec: ValueRef<'_>) -> Result<Unset> {
        let paths = match spec {
            ValueRef::String(path) => vec![path],
            ValueRef::Array(paths) => {
                let paths = paths.iter().map(|path| {
                    path.as_str().ok_or_else(|| {
                        Error::new(
                            31120,
                            "$unset specification must be a string or an array containing only string values",
                        )
                    })
                });
                paths.collect::<Result<Vec<_>>>()?
            }
            _ => {
                return Err(Error::new(
                    31002,
                    "$unset specification must be a string or an array",
                ));
            }
        };
        if paths.is_empty() {
            return Err(Error::new(
                31119,
                "$unset specification must be a string or an array with at least one field",
            ));
        }
        if paths.iter().any(|path| path.contains('\0')) {
            return Err(Error::new(
                9_527_900,
                "$unset field names may not contain null bytes",
            ));
        }
        let mut root = Node::default();
        for path in paths {
            root.add(&FieldPath::parse_strict(path)?, Child::Exclude)?;
        }
        Ok(Unset {
            tree: Rc::new(Tree {
                mode: Mode::Exclusion,
                root,
            }),
        })
    }

    /// The document without the fields.
    pub fn apply(&self, document: DocumentRef<'_>, context: &Context) -> Result<DocumentBuf> {
        apply::apply(&self.tree, document, context, None)
    }

    /// The names of the top-level fields that are changed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tree.root.children.iter().map(|child| &*child.0)
    }
}
