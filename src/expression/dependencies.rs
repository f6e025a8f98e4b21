//! What an expression reads of its document.

use crate::ordered::OrderedSet;
use crate::value::FieldPath;

/// The fields that something reads.
#[derive(Clone, Default)]
pub struct Dependencies {
    /// Paths from the document's root.
    pub paths: OrderedSet<FieldPath>,
    /// True when the whole document is read (`$$ROOT`), whatever the paths say.
    pub whole_document: bool,
}

impl Dependencies {
    /// Reads nothing.
    pub fn new() -> Dependencies {
        Dependencies::default()
    }

    /// Adds a path.
    pub fn add(&mut self, path: &FieldPath) {
        if !self.paths.contains(path) {
            self.paths.insert(path.clone());
        }
    }
}
