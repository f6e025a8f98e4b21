//! create: makes a collection or a view.
//!
//! Source: the manual, "create".

use super::arguments::{Arguments, Field, Takes, optional};
use super::collection_options::{
    capped_max, capped_size, check_index_defaults, check_storage_engine, check_validation,
    pre_images, shown_number, view,
};
use super::request::Request;
use super::{clustered_index, collation, encrypted_fields, id_index, time_series};
use crate::catalog::{BUCKETS_PREFIX, CollectionKind, Namespace, check_collection_name};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::{ArrayRef, DocumentBuf, ValueRef, compare_documents};

const FIELDS: &[Field] = &[
    optional("capped", Takes::Truth),
    optional("autoIndexId", Takes::Truth),
    optional("idIndex", Takes::Document),
    optional("size", Takes::Number),
    optional("max", Takes::Number),
    optional("storageEngine", Takes::Document),
    optional("validator", Takes::Document),
    optional("validationLevel", Takes::String),
    optional("validationAction", Takes::String),
    optional("indexOptionDefaults", Takes::Document),
    optional("viewOn", Takes::String),
    optional("pipeline", Takes::Array),
    optional("collation", Takes::Document),
    optional("changeStreamPreAndPostImages", Takes::Document),
    optional("timeseries", Takes::Document),
    optional("clusteredIndex", Takes::Any),
    optional("expireAfterSeconds", Takes::Number),
    optional("encryptedFields", Takes::Document),
    optional("flags", Takes::Number),
    optional("temp", Takes::Truth),
];

/// Options that ask for kinds of collections that do not exist yet.
const REFUSED: &[&str] = &["flags", "temp"];

/// Options that a view cannot have.
const NOT_OF_VIEWS: &[&str] = &[
    "capped",
    "idIndex",
    "storageEngine",
    "validator",
    "indexOptionDefaults",
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let images = pre_images(&arguments)?;
    if let Some(defaults) = arguments.document("indexOptionDefaults") {
        check_index_defaults(defaults)?;
    }
    let namespace = request.namespace()?;
    let is_of_series = engine.catalog().of_buckets(&namespace).is_some();
    if !is_creatable(namespace.collection()) && !is_of_series {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("Invalid system namespace: {namespace}"),
        ));
    }
    check_validation(request, &arguments)?;
    if let Some(engines) = arguments.document("storageEngine") {
        check_storage_engine(engines)?;
    }
    if let Some(fields) = arguments.document("encryptedFields") {
        encrypted_fields::check(fields, &arguments)?;
    }
    arguments
        .document("collation")
        .map_or(Ok(()), collation::check)?;
    let clustered = clustered_index::read(&arguments)?;
    check_limits(&arguments)?;
    let series = time_series::of_new(&arguments, request)?;
    let is_series = series.is_some();
    if is_series {
        let buckets = format!("{BUCKETS_PREFIX}{}", namespace.collection());
        check_collection_name(request.database, &buckets)?;
    }
    let (kind, options) = match (series, arguments.string("viewOn")) {
        (Some(options), _) => (CollectionKind::Regular, options),
        (None, Some(on)) => of_view(engine, &namespace, &arguments, on, images)?,
        (None, None) => (
            CollectionKind::Regular,
            of_collection(&arguments, images, clustered)?,
        ),
    };
    if let Some(existing) = engine.collection(&namespace)
        && compare_documents(existing.info.options.as_ref(), options.as_ref()).is_eq()
    {
        // Creating the same collection again changes nothing.
        return Ok(DocumentBuf::new());
    }
    if is_of_series {
        return match options.as_ref().is_empty() {
            true => Ok(DocumentBuf::new()),
            false => Err(Error::new(
                codes::NAMESPACE_EXISTS,
                format_args!("{namespace} has other options"),
            )),
        };
    }
    let mut write = Write::new(engine);
    match is_series {
        true => write.create_time_series(&namespace, options)?,
        false => write.create(&namespace, options, kind)?,
    }
    write.commit();
    Ok(DocumentBuf::new())
}

/// Whether users may give this name: of those with "system." some.
pub(super) fn is_creatable(name: &str) -> bool {
    match name.strip_prefix("system.") {
        Some(rest) => matches!(rest, "js" | "users" | "profile" | "views"),
        None => !name.contains(".system."),
    }
}

/// Errors: `InvalidOptions` (72) for limits without `capped`, or `capped` without a size;
/// `BadValue` (2).
fn check_limits(arguments: &Arguments<'_>) -> Result<()> {
    let is_capped = arguments.truth("capped").unwrap_or(false);
    let size = arguments.get("size");
    let refuse = |what: &str| Err(Error::new(codes::INVALID_OPTIONS, what));
    if !is_capped && size.or(arguments.get("max")).is_some() {
        return refuse("the 'size' and 'max' fields are only allowed when 'capped' is true");
    }
    if is_capped && size.is_none() {
        return refuse("the 'size' field is required when 'capped' is true");
    }
    arguments.number("size").map(capped_size).transpose()?;
    arguments.number("max").map(capped_max).transpose()?;
    Ok(())
}

/// The options of a collection, as they are kept and shown.
fn of_collection(
    arguments: &Arguments<'_>,
    images: Option<bool>,
    clustered: Option<DocumentBuf>,
) -> Result<DocumentBuf> {
    if arguments.get("pipeline").is_some() {
        let message = "'pipeline' requires 'viewOn' to also be specified";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    }
    arguments.refuse(REFUSED)?;
    if let Some(index) = arguments.document("idIndex") {
        if arguments.get("autoIndexId").is_some() {
            return Err(Error::new(
                codes::INVALID_OPTIONS,
                "of idIndex and autoIndexId only one can be given",
            ));
        }
        id_index::check(index)?;
    }
    let mut options = DocumentBuf::new();
    if arguments.truth("capped") == Some(true) {
        options.append("capped", true);
        for name in ["size", "max"] {
            if let Some(number) = arguments.number(name).filter(|&number| number > 0) {
                options.append(name, shown_number(number));
            }
        }
    }
    let seconds = arguments.number("expireAfterSeconds");
    let seconds = seconds.map(|given| clustered_index::seconds(given, clustered.is_some()));
    if let Some(seconds) = seconds.transpose()? {
        options.append("expireAfterSeconds", seconds);
    }
    if let Some(clustered) = &clustered {
        options.append("clusteredIndex", clustered);
    }
    let document = |name: &str| arguments.document(name).filter(|value| !value.is_empty());
    for name in ["storageEngine", "validator"] {
        if let Some(value) = document(name) {
            options.append(name, value);
        }
    }
    let has_validator = document("validator").is_some();
    for (name, default) in [("validationLevel", "strict"), ("validationAction", "error")] {
        let value = arguments.string(name).or(has_validator.then_some(default));
        if let Some(value) = value {
            options.append(name, value);
        }
    }
    if let Some(value) = document("indexOptionDefaults") {
        options.append("indexOptionDefaults", value);
    }
    if images == Some(true) {
        options.append_document("changeStreamPreAndPostImages", |images| {
            images.append("enabled", true);
        });
    }
    Ok(options)
}

/// A view's kind and its options, as they are kept and shown.
fn of_view(
    engine: &Engine,
    namespace: &Namespace,
    arguments: &Arguments<'_>,
    on: &str,
    images: Option<bool>,
) -> Result<(CollectionKind, DocumentBuf)> {
    let asks = |value: ValueRef<'_>| match value {
        ValueRef::Document(document) => !document.is_empty(),
        other => other.is_truthy(),
    };
    let other = NOT_OF_VIEWS
        .iter()
        .find(|name| arguments.get(name).is_some_and(asks))
        .or((images == Some(true)).then_some(&"changeStreamPreAndPostImages"))
        .or(arguments
            .get("expireAfterSeconds")
            .map(|_| &"expireAfterSeconds"));
    if let Some(name) = other {
        return Err(Error::new(
            codes::INVALID_OPTIONS,
            format_args!("a view cannot have the option '{name}'"),
        ));
    }
    arguments.refuse(REFUSED)?;
    let stages = arguments.array("pipeline").unwrap_or(ArrayRef::EMPTY);
    let (on, pipeline) = view(engine, namespace, on, stages)?;
    let mut options = DocumentBuf::new();
    options.append("viewOn", on.collection());
    options.append("pipeline", &pipeline);
    Ok((CollectionKind::View { on, pipeline }, options))
}
