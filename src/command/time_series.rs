//! Time series: the options that `create` takes, and which commands they refuse.
//!
//! Source: the manual, "Time Series Collection Limitations" and "Time Series Secondary Indexes".

use super::arguments::Arguments;
use super::index_specification;
use super::request::Request;
use super::updating::Parts;
use crate::aggregate::buckets_are_hidden;
use crate::catalog::{BUCKETS_PREFIX, Collection, Namespace, TimeSeries, TimeSeriesOptions};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::index::{FieldKind, IndexSpec};
use crate::value::{BinaryRef, DocumentBuf, DocumentRef, ValueRef, compare_documents};

#[cold]
fn refused<T>(what: &str) -> Result<T> {
    Err(Error::new(codes::INVALID_OPTIONS, what))
}

/// The commands that know of a series' buckets, or have their own answer to their name.
const OF_BUCKETS: &[&str] = &[
    "aggregate",
    "listIndexes",
    "drop",
    "compact",
    "validate",
    "collStats",
    "collstats",
    "create",
    "convertToCapped",
    "cloneCollectionAsCapped",
];

/// Refuses all other commands about the buckets of a series that exists.
///
/// Errors: `NotImplemented` (238).
pub(super) fn check_buckets(engine: &Engine, request: &Request<'_>) -> Result<()> {
    let ValueRef::String(name) = request.target else {
        return Ok(());
    };
    if !name.starts_with(BUCKETS_PREFIX) || OF_BUCKETS.contains(&request.name) {
        return Ok(());
    }
    let namespace = Namespace::new(request.database, name);
    match engine.catalog().of_buckets(&namespace) {
        Some(_) => Err(buckets_are_hidden(&namespace)),
        None => Ok(()),
    }
}

/// What `create` refuses beside `timeseries`.
const NOT_WITH_SERIES: &[&str] = &[
    "capped",
    "autoIndexId",
    "idIndex",
    "size",
    "max",
    "validator",
    "validationLevel",
    "validationAction",
    "viewOn",
    "pipeline",
    "changeStreamPreAndPostImages",
    "clusteredIndex",
    "encryptedFields",
    "flags",
    "temp",
];

/// The options of a new time series, as they are kept and shown; `None` if none is asked for.
///
/// Errors: those of the options, `InvalidOptions` (72) for what a time series cannot have.
pub(super) fn of_new(
    arguments: &Arguments<'_>,
    request: &Request<'_>,
) -> Result<Option<DocumentBuf>> {
    let Some(series) = arguments.document("timeseries") else {
        return Ok(None);
    };
    let series = TimeSeriesOptions::of_new(request.name, series)?;
    let is_asked = |name: &&&str| match arguments.get(name) {
        Some(ValueRef::Boolean(false)) => **name != "capped" && **name != "clusteredIndex",
        value => value.is_some(),
    };
    let other = NOT_WITH_SERIES.iter().find(is_asked);
    if let Some(name) = other {
        return refused(&format!("'{name}' is not allowed with 'timeseries'"));
    }
    series.check_names()?;
    let mut options = DocumentBuf::new();
    for name in ["storageEngine", "indexOptionDefaults"] {
        if let Some(value) = arguments.document(name).filter(|value| !value.is_empty()) {
            options.append(name, value);
        }
    }
    if let Some(seconds) = arguments.get("expireAfterSeconds") {
        let seconds = expire_after_seconds(seconds, request.context.now_ms)?;
        options.append("expireAfterSeconds", seconds);
    }
    options.append("timeseries", &series.shown());
    Ok(Some(options))
}

/// Errors: `TypeMismatch` (14); `InvalidOptions` (72) for less than nothing, or for more than has
/// passed since 1970.
pub(super) fn expire_after_seconds(seconds: ValueRef<'_>, now_ms: i64) -> Result<i64> {
    let Some(seconds) = seconds.to_i64_coerced() else {
        return Err(Error::type_mismatch(
            "'expireAfterSeconds' has to be a number of seconds",
        ));
    };
    if seconds < 0 || seconds > now_ms / 1000 {
        return refused("'expireAfterSeconds' has to be from 0 to the seconds since 1970");
    }
    Ok(seconds)
}

/// Checks an existing target of `$out` against the options that it names.
///
/// Errors: 7268700 if it is no time series, 7406103 if it is another one.
pub(super) fn check_output(target: &Collection, series: DocumentRef<'_>) -> Result<()> {
    let options = target.info.options.as_ref();
    let existing = options.get("timeseries").and_then(|own| own.as_document());
    match existing {
        None => Err(Error::new(
            7268700,
            "$out with 'timeseries' needs a time-series collection in the place of its target",
        )),
        Some(existing) if compare_documents(existing, series).is_ne() => Err(Error::new(
            7406103,
            "the options of $out's 'timeseries' are not those of its target",
        )),
        Some(_) => Ok(()),
    }
}

/// Checks an update of measurements, which may only touch metadata.
///
/// Errors: `InvalidOptions` (72).
pub(super) fn check_update(series: Option<&TimeSeries>, parts: &Parts<'_>) -> Result<()> {
    let Some(series) = series else {
        return Ok(());
    };
    if !parts.multi {
        return refused("a time-series collection takes only updates with 'multi'");
    }
    if parts.upsert {
        return refused("a time-series collection takes no upserts");
    }
    let update = match parts.update {
        ValueRef::Document(update) => update,
        _ => return refused("a time-series collection takes no updates by pipelines"),
    };
    if !update
        .first()
        .is_some_and(|first| first.name.starts_with('$'))
    {
        return refused("a time-series collection takes no replacements");
    }
    if series.meta_field.is_none() {
        return refused("a time-series collection without a 'metaField' cannot be updated");
    }
    let is_meta = |path: &str| series.is_meta(path);
    if !parts
        .filter
        .is_none_or(|filter| asks_only(filter, &is_meta))
    {
        return refused("updates of a time-series collection may only ask for its 'metaField'");
    }
    for (operator, changes) in update.iter() {
        for (path, value) in changes.as_document().iter().flat_map(|all| all.iter()) {
            let renamed = (operator == "$rename").then(|| value.as_str()).flatten();
            if !is_meta(path) || renamed.is_some_and(|to| !is_meta(to)) {
                return refused(
                    "updates of a time-series collection may only change its 'metaField'",
                );
            }
        }
    }
    Ok(())
}

/// Whether a filter looks at no other fields.
fn asks_only(filter: DocumentRef<'_>, allows: &dyn Fn(&str) -> bool) -> bool {
    filter.iter().all(|(name, value)| match (name, value) {
        ("$and" | "$or" | "$nor", ValueRef::Array(all)) => all.iter().all(|one| {
            one.as_document()
                .is_none_or(|filter| asks_only(filter, allows))
        }),
        ("$expr", value) => reads_only(value, allows),
        ("$comment" | "$alwaysTrue" | "$alwaysFalse" | "$sampleRate", _) => true,
        _ => !name.starts_with('$') && allows(name),
    })
}

/// Whether an expression reads no other fields; `$$ROOT` and `$$CURRENT` read all.
fn reads_only(value: ValueRef<'_>, allows: &dyn Fn(&str) -> bool) -> bool {
    match value {
        ValueRef::String(text) => match text.strip_prefix("$$") {
            Some(variable) => !matches!(variable.split('.').next(), Some("ROOT" | "CURRENT")),
            None => text.strip_prefix('$').is_none_or(allows),
        },
        ValueRef::Document(inside) => inside
            .iter()
            .all(|(name, value)| name == "$literal" || reads_only(value, allows)),
        ValueRef::Array(inside) => inside.iter().all(|value| reads_only(value, allows)),
        _ => true,
    }
}

/// Errors: 5626500 for a query by distance, which needs `$geoNear`.
pub(super) fn check_find(filter: Option<DocumentRef<'_>>) -> Result<()> {
    match filter.is_some_and(asks_near) {
        true => Err(Error::new(
            5626500,
            "a time-series collection is asked by distance with $geoNear only",
        )),
        false => Ok(()),
    }
}

fn asks_near(filter: DocumentRef<'_>) -> bool {
    filter.iter().any(|(name, value)| match value {
        _ if matches!(name, "$near" | "$nearSphere") => true,
        ValueRef::Document(inside) => asks_near(inside),
        ValueRef::Array(inside) => asks_near(inside.as_document()),
        _ => false,
    })
}

/// Errors: `InvalidOptions` (72) for an update, or for a sort.
pub(super) fn check_find_and_modify(arguments: &Arguments<'_>) -> Result<()> {
    if !arguments.truth("remove").unwrap_or(false) {
        return refused("findAndModify cannot update a time-series collection");
    }
    match arguments.document("sort") {
        Some(sort) if !sort.is_empty() => {
            refused("findAndModify of a time-series collection takes no 'sort'")
        }
        _ => Ok(()),
    }
}

/// A new index, parsed and checked.
///
/// Errors: those of specifications, and of [`check_index`]; `InvalidOptions` (72) for text,
/// `IndexOptionsConflict` (85) for a partial one with a collation,
/// `BadValue` (2) for the name of what other collections have.
pub(super) fn index(
    series: &TimeSeries,
    document: DocumentRef<'_>,
    lenient: bool,
) -> Result<IndexSpec> {
    let key = document.get("key").and_then(|key| key.as_document());
    let key = key.unwrap_or(DocumentRef::EMPTY);
    if key.iter().any(|(_, kind)| kind.as_str() == Some("text")) {
        return refused("a time-series collection has no text indexes");
    }
    let has = |name: &str| document.get(name).and_then(|value| value.as_document());
    let locale = has("collation").and_then(|own| own.get("locale"));
    if has("partialFilterExpression").is_some()
        && locale.is_some_and(|locale| locale.as_str() != Some("simple"))
    {
        // The filter is one of buckets, whose bounds are in the collection's own order.
        return Err(Error::new(
            codes::INDEX_OPTIONS_CONFLICT,
            "a partial index of a time series has the collation of its collection",
        ));
    }
    let mut spec = index_specification::parse(document, lenient)?;
    let name = document.get("name").and_then(|name| name.as_str());
    if name == Some("_id_") {
        return Err(Error::bad_value("the index name '_id_' is reserved"));
    }
    if spec.is_id() {
        // Here `_id` is a field as all others are.
        spec = IndexSpec::on(&spec.key);
        name.unwrap_or_default().clone_into(&mut spec.name);
        spec.unique = document.get("unique").is_some_and(|flag| flag.is_truthy());
    }
    check_index(series, &spec)?;
    Ok(spec)
}

/// Checks an index, new or changed.
///
/// Errors: `InvalidOptions` (72) for properties, `CannotCreateIndex` (67) for kinds.
pub(super) fn check_index(series: &TimeSeries, spec: &IndexSpec) -> Result<()> {
    if spec.unique || spec.prepare_unique {
        return refused("a time-series collection has no unique indexes");
    }
    let is_meta = |path: &str| series.is_meta(path);
    if spec.expire_after_seconds.is_some() {
        let is_on_time = matches!(spec.fields.as_slice(), [field]
            if field.path.as_str() == series.time_field && field.kind == FieldKind::Value);
        let filter = spec.partial.as_ref().map(|partial| &partial.source);
        if !is_on_time || !filter.is_some_and(|filter| asks_only(filter.as_ref(), &is_meta)) {
            return refused(
                "a TTL index of a time series is on its 'timeField', with a filter on its 'metaField'",
            );
        }
    }
    for field in &spec.fields {
        let path = field.path.as_str();
        if spec.sparse && !is_meta(path) {
            return refused("a sparse index of a time series is on its 'metaField'");
        }
        let is_whole = field.kind == FieldKind::Wildcard && path.is_empty();
        if !is_meta(path) && field.kind != FieldKind::Value || is_whole {
            return Err(Error::new(
                codes::CANNOT_CREATE_INDEX,
                "such an index of a time series can only be on its 'metaField'",
            ));
        }
    }
    Ok(())
}

/// An index as it is on the buckets: metadata is `meta` there, and other fields have bounds.
pub(super) fn index_of_buckets(series: &TimeSeries, spec: &IndexSpec) -> DocumentBuf {
    let mut key = DocumentBuf::new();
    for (path, direction) in spec.key.as_ref().iter() {
        if series.is_meta(path) {
            let rest = &path[series.meta_field.as_ref().map_or(0, String::len)..];
            key.append(&format!("meta{rest}"), direction);
            continue;
        }
        let mut bounds = ["min", "max"];
        if direction.to_f64().is_some_and(|direction| direction < 0.0) {
            bounds.reverse();
        }
        for bound in bounds {
            key.append(&format!("control.{bound}.{path}"), direction);
        }
    }
    let spec = spec.describe();
    super::collection_options::with_option(
        spec.as_ref(),
        "key",
        Some(ValueRef::Document(key.as_ref())),
    )
}

/// The entry of listCollections for where the measurements are kept.
pub(super) fn describe_buckets(collection: &Collection) -> Option<DocumentBuf> {
    let name = collection.buckets_name()?;
    let mut out = DocumentBuf::new();
    out.append("name", name.as_str());
    out.append("type", "collection");
    let mut validator = DocumentBuf::new();
    validator.append_document("$jsonSchema", |schema| {
        schema.append("bsonType", "object");
        let mut names = schema.array("required");
        for name in ["_id", "control", "data"] {
            names.push(name);
        }
    });
    out.append_document("options", |options| {
        options.append("validator", &validator);
        options.append("clusteredIndex", true);
        for element in collection.info.options.as_ref().elements() {
            options.append_element(&element);
        }
    });
    out.append_document("info", |info| {
        info.append("readOnly", false);
        info.append(
            "uuid",
            BinaryRef {
                subtype: 4,
                bytes: &collection.info.uuid,
            },
        );
    });
    Some(out)
}
