//! $indexStats: the collection's indexes, one row each.
//!
//! Source: the manual, "$indexStats (aggregation)". Uses of an index are not counted, so there is
//! no `accesses`.

use super::listed::stage;
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::error::{Error, Result};
use crate::value::{DocumentBuf, ValueRef};

/// Errors: 28803 for anything but an empty document.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    if !value
        .as_document()
        .is_some_and(|argument| argument.is_empty())
    {
        let message = format!("The {name} stage specification must be an empty object");
        return Err(Error::new(28803, message));
    }
    let collection = scope.catalog.regular(&scope.namespace)?;
    let rows = collection
        .iter()
        .flat_map(|found| &found.indexes)
        .map(|index| {
            let spec = index.spec.describe();
            let mut row = DocumentBuf::new();
            row.append("name", index.spec.name.as_str());
            if let Some(key) = spec.as_ref().get("key") {
                row.append("key", key);
            }
            row.append("host", "tussock");
            row.append("spec", &spec);
            row
        });
    Ok(stage(name, value, rows.collect()))
}
