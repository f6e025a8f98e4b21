//! collStats and dbStats: how much there is.
//!
//! Source: the manual, "collStats" and "dbStats". All sizes are bytes, divided by `scale`.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::value::DocumentBuf;

const FIELDS: &[Field] = &[
    optional("scale", Takes::Number),
    optional("freeStorage", Takes::Truth),
];

fn scale(arguments: &Arguments<'_>) -> Result<i64> {
    match arguments.number("scale") {
        None => Ok(1),
        Some(scale) if scale >= 1 => Ok(scale),
        Some(_) => Err(Error::bad_value("scale has to be a number >= 1")),
    }
}

pub(super) fn collection(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    let scale = scale(&arguments)?;
    let found = engine.catalog().regular_or_buckets(&namespace)?;
    let mut reply = DocumentBuf::new();
    reply.append("ns", namespace.to_string().as_str());
    let scaled = |bytes: u64| bytes as i64 / scale;
    let (count, size) = found.map_or((0, 0), |found| {
        (found.records.len(), found.records.data_size())
    });
    let index_bytes = found.map_or(0, |found| found.index_bytes());
    reply.append("size", scaled(size));
    reply.append("count", count as i64);
    if let Some(average) = size.checked_div(count) {
        reply.append("avgObjSize", average as i64);
    }
    if let Some(buckets) = found.and_then(|found| found.buckets_name()) {
        reply.append_document("timeseries", |series| {
            let buckets = format!("{}.{buckets}", request.database);
            series.append("bucketsNs", buckets.as_str());
        });
    }
    reply.append("numOrphanDocs", 0i64);
    reply.append("storageSize", scaled(size));
    reply.append("freeStorageSize", 0i64);
    let capped = found.and_then(|found| found.info.rules.capped);
    reply.append("capped", capped.is_some());
    if let Some(capped) = capped {
        reply.append("max", capped.max.unwrap_or(0) as i64);
        reply.append("maxSize", scaled(capped.size));
    }
    reply.append(
        "nindexes",
        found.map_or(0, |found| found.index_count() as i32),
    );
    reply.append_array("indexBuilds", |_| {});
    reply.append("totalIndexSize", scaled(index_bytes));
    reply.append("totalSize", scaled(size + index_bytes));
    reply.append_document("indexSizes", |sizes| {
        for index in found.iter().flat_map(|found| found.shown_indexes()) {
            sizes.append(&index.spec.name, scaled(index.tree.data_bytes()));
        }
    });
    reply.append("scaleFactor", scale);
    Ok(reply)
}

pub(super) fn database(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let scale = scale(&arguments)?;
    let (mut collections, mut views, mut objects, mut indexes) = (0i64, 0i64, 0u64, 0i64);
    let (mut data_bytes, mut index_bytes) = (0u64, 0u64);
    for collection in engine.catalog().of_database(request.database) {
        if collection.is_view() {
            views += 1;
            continue;
        }
        collections += 1;
        objects += collection.records.len();
        data_bytes += collection.records.data_size();
        indexes += collection.index_count() as i64;
        index_bytes += collection.index_bytes();
    }
    let scaled = |bytes: u64| bytes as f64 / scale as f64;
    let mut reply = DocumentBuf::new();
    reply.append("db", request.database);
    reply.append("collections", collections);
    reply.append("views", views);
    reply.append("objects", objects as i64);
    let average = if objects == 0 {
        0.0
    } else {
        data_bytes as f64 / objects as f64
    };
    reply.append("avgObjSize", average);
    reply.append("dataSize", scaled(data_bytes));
    reply.append("storageSize", scaled(data_bytes));
    reply.append("indexes", indexes);
    reply.append("indexSize", scaled(index_bytes));
    reply.append("totalSize", scaled(data_bytes + index_bytes));
    if arguments.truth("freeStorage").unwrap_or(false) {
        // Pages that are no longer needed are not kept.
        for name in [
            "freeStorageSize",
            "indexFreeStorageSize",
            "totalFreeStorageSize",
        ] {
            reply.append(name, 0.0);
        }
    }
    reply.append("scaleFactor", scale);
    reply.append("fsUsedSize", 0.0);
    reply.append("fsTotalSize", 0.0);
    Ok(reply)
}
