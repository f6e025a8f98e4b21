//! Which collection a damaged page belongs to.

use crate::engine::Engine;
use crate::error::{Error, codes};

/// Adds to an error about a damaged page where the page belongs.
pub(super) fn located(engine: &Engine, error: Error) -> Error {
    if error.code() != codes::DATA_CORRUPTION_DETECTED {
        return error;
    }
    let Some(page) = engine.pager().refused(&error) else {
        return error;
    };
    for collection in engine.catalog().iter() {
        let namespace = &collection.info.namespace;
        if collection.records.tree().refers_to(page) {
            let message = format!("collection {namespace}: {}", error.message());
            return Error::new(error.code(), message);
        }
        let mut indexes = collection.indexes.iter();
        if let Some(index) = indexes.find(|index| index.tree.refers_to(page)) {
            let name = &index.spec.name;
            let message = format!(
                "index {name} of collection {namespace}: {}",
                error.message()
            );
            return Error::new(error.code(), message);
        }
    }
    error
}
