//! $listClusterCatalog: the collections of the database, or of all when it is asked of `admin`. No
//! cluster is there, so none is spread over shards.
//!
//! Source: the manual, "$listClusterCatalog".

use super::listed::{check_fields, flag, stage};
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::catalog::Collection;
use crate::error::{Error, Result};
use crate::value::{DocumentBuf, ValueRef};

/// Errors: 9621302 (no document), 40415, `TypeMismatch` (14).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let argument = value.as_document().ok_or_else(|| {
        Error::new(
            9_621_302,
            format_args!("{name} must take an object but found: {value}"),
        )
    })?;
    check_fields(name, argument, &["shards", "balancingConfiguration"])?;
    let tells_shards = flag(name, argument, "shards")?;
    flag(name, argument, "balancingConfiguration")?;
    let database = scope.namespace.database();
    let shown = scope.catalog.iter().filter(|collection| {
        database == "admin" || collection.info.namespace.database() == database
    });
    let rows = shown.map(|collection| row(collection, tells_shards));
    Ok(stage(name, value, rows.collect()))
}

fn row(collection: &Collection, tells_shards: bool) -> DocumentBuf {
    let namespace = &collection.info.namespace;
    let mut out = DocumentBuf::new();
    out.append("db", namespace.database());
    out.append("ns", namespace.to_string().as_str());
    let described = collection.describe();
    let more = described.as_ref().elements();
    more.filter(|element| element.name != "name")
        .for_each(|element| out.append_element(&element));
    out.append("sharded", false);
    if tells_shards {
        out.append_array("shards", |_| {});
    }
    out
}
