//! $indexStats: the collection's indexes, one row each.
//!
//! Source: the manual, "$indexStats (aggregation)".

use std::rc::Rc;

use super::listed::stage;
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::catalog::{Collection, CollectionKind};
use crate::error::{Error, Result};
use crate::limits;
use crate::value::{DocumentBuf, ValueRef};

/// The collection, or what a view without a pipeline stands on; behind the stages of another view
/// the stage is not the first.
///
/// Errors: 40602.
fn indexed<'p>(name: &str, scope: &PipelineScope<'p>) -> Result<Option<&'p Rc<Collection>>> {
    let mut found = scope.catalog.get(&scope.namespace);
    // As deep as views can be; deeper ones fail when they are read.
    for _ in 0..limits::VIEW_DEPTH_MAX {
        match found.map(|found| &found.info.kind) {
            Some(CollectionKind::View { on, pipeline }) if pipeline.is_empty() => {
                found = scope.catalog.get(on);
            }
            Some(CollectionKind::View { .. }) => {
                return Err(Error::new(
                    40602,
                    format_args!("{name} is only valid as the first stage in a pipeline"),
                ));
            }
            _ => break,
        }
    }
    Ok(found)
}

/// Errors: 28803 for anything but an empty document.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    if !value
        .as_document()
        .is_some_and(|argument| argument.is_empty())
    {
        return Err(Error::new(
            28803,
            format_args!("The {name} stage specification must be an empty object"),
        ));
    }
    let collection = indexed(name, scope)?;
    let rows = collection
        .iter()
        .flat_map(|found| found.shown_indexes())
        .map(|index| {
            let spec = index.spec.describe();
            let mut row = DocumentBuf::new();
            row.append("name", index.spec.name.as_str());
            if let Some(key) = spec.as_ref().get("key") {
                row.append("key", key);
            }
            row.append("host", "tussock");
            row.append_document("accesses", |accesses| {
                accesses.append("ops", index.uses.operations.get() as i64);
                let since_ms = index.uses.since_ms.get().max(scope.started_ms);
                accesses.append("since", ValueRef::Date(since_ms));
            });
            row.append("spec", &spec);
            row
        });
    Ok(stage(name, value, rows.collect()))
}
