//! $collStats: sizes and counts of the collection.
//!
//! Source: the manual, "$collStats (aggregation)". Times are not measured, so `latencyStats` and
//! `queryExecStats` are refused.

use super::listed::{check_fields, flag, stage_with_time};
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::catalog::Collection;
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Errors: 5447000 for what is no document, 40415, `TypeMismatch` (14), `BadValue` (2) for a scale
/// below one, `NotImplemented` (238).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let argument = value.as_document().ok_or_else(|| {
        Error::new(
            5447000,
            format_args!("{name} must take a nested object but found {value}"),
        )
    })?;
    let known = ["latencyStats", "storageStats", "count", "queryExecStats"];
    check_fields(name, argument, &known)?;
    let [latency, storage, count, executions] = known.map(|field| part(name, argument, field));
    if let Some(latency) = latency? {
        check_fields(name, latency, &["histograms"])?;
        flag(name, latency, "histograms")?;
        return Err(not_measured("latencyStats"));
    }
    let (count, executions) = (count?, executions?);
    if count
        .iter()
        .chain(&executions)
        .any(|options| !options.is_empty())
    {
        return Err(Error::new(
            31170,
            format_args!("{name} takes {{}} for 'count' and 'queryExecStats'"),
        ));
    }
    if executions.is_some() {
        return Err(not_measured("queryExecStats"));
    }
    let mut row = DocumentBuf::new();
    row.append("ns", scope.namespace.to_string().as_str());
    let collection = scope.catalog.regular(&scope.namespace)?;
    if let Some(storage) = storage? {
        let scale = scale(storage)?;
        row.append_document("storageStats", |out| {
            append_sizes(out, collection.map(|found| &**found), scale);
        });
    }
    if count.is_some() {
        let found = collection.ok_or_else(|| {
            Error::new(
                codes::NAMESPACE_NOT_FOUND,
                format_args!("Collection [{}] not found.", scope.namespace),
            )
        })?;
        row.append("count", found.records.len() as i32);
    }
    Ok(stage_with_time(name, value, vec![row], Some("localTime")))
}

/// A field that must be a document.
fn part<'a>(stage: &str, argument: DocumentRef<'a>, name: &str) -> Result<Option<DocumentRef<'a>>> {
    match argument.get(name) {
        None => Ok(None),
        Some(ValueRef::Document(document)) => Ok(Some(document)),
        Some(other) => Err(Error::type_mismatch(format_args!(
            "BSON field '{stage}.{name}' is the wrong type '{}', expected type 'object'",
            other.kind().alias()
        ))),
    }
}

#[cold]
fn not_measured(name: &str) -> Error {
    Error::new(
        codes::NOT_IMPLEMENTED,
        format_args!("$collStats.{name} is not supported: times are not measured"),
    )
}

fn scale(storage: DocumentRef<'_>) -> Result<i32> {
    check_fields("$collStats.storageStats", storage, &["scale", "verbose"])?;
    match storage.get("scale") {
        None | Some(ValueRef::Null) => Ok(1),
        Some(value) => match value.to_i64_coerced() {
            Some(scale) if scale >= 1 => Ok(i32::try_from(scale).unwrap_or(i32::MAX)),
            Some(_) => Err(Error::bad_value("scale must be at least 1")),
            None => Err(Error::type_mismatch(format_args!(
                "BSON field '$collStats.storageStats.scale' is the wrong type '{}', expected a number",
                value.kind().alias()
            ))),
        },
    }
}

fn append_sizes(
    out: &mut crate::value::DocumentWriter<'_>,
    collection: Option<&Collection>,
    scale: i32,
) {
    let scaled = |bytes: u64| number(bytes / scale.unsigned_abs() as u64);
    let size = collection.map_or(0, |found| found.records.data_size());
    let count = collection.map_or(0, |found| found.records.len());
    let index_bytes = collection.map_or(0, Collection::index_bytes);
    out.append("size", scaled(size));
    out.append("count", number(count));
    if let Some(average) = size.checked_div(count) {
        out.append("avgObjSize", number(average));
    }
    if let Some((found, buckets)) =
        collection.and_then(|found| found.buckets_name().map(|name| (found, name)))
    {
        let buckets = format!("{}.{buckets}", found.info.namespace.database());
        let mut series = out.document("timeseries");
        series.append("bucketsNs", buckets.as_str());
    }
    out.append("numOrphanDocs", 0);
    out.append("storageSize", scaled(size));
    out.append("freeStorageSize", 0);
    let capped = collection.and_then(|found| found.info.rules.capped);
    out.append("capped", capped.is_some());
    if let Some(capped) = capped {
        out.append("max", number(capped.max.unwrap_or(0)));
        out.append("maxSize", scaled(capped.size));
    }
    out.append(
        "nindexes",
        collection.map_or(0, |found| found.index_count() as i32),
    );
    out.array("indexBuilds");
    out.append("totalIndexSize", scaled(index_bytes));
    out.append("totalSize", scaled(size + index_bytes));
    {
        let mut sizes = out.document("indexSizes");
        for index in collection.iter().flat_map(|found| found.shown_indexes()) {
            sizes.append(&index.spec.name, scaled(index.tree.data_bytes()));
        }
    }
    out.append("scaleFactor", scale);
}

/// An int where it fits, else a long.
fn number(value: u64) -> ValueRef<'static> {
    match i32::try_from(value) {
        Ok(small) => ValueRef::Int32(small),
        Err(_) => ValueRef::Int64(value as i64),
    }
}
