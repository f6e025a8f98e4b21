//! The options of collections that `create` and `collMod` have in common: what they may be.
//!
//! Source: the manual, "create" and "collMod".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use crate::aggregate::{Pipeline, PipelineScope, Source};
use crate::catalog::{Namespace, check_collection_name};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::expression::ParseScope;
use crate::limits;
use crate::matcher::Matcher;
use crate::value::{ArrayBuf, ArrayRef, DocumentBuf, DocumentRef, ValueRef};

/// Checks `validator`, `validationLevel` and `validationAction`.
///
/// Errors: `BadValue` (2), `InvalidOptions` (72) in a database of the server's own, those of
/// filters, `QueryFeatureNotAllowed` (224) for what a validator may not ask.
pub(super) fn check_validation(request: &Request<'_>, arguments: &Arguments<'_>) -> Result<()> {
    let one_of = |name: &str, allowed: &[&str]| match arguments.string(name) {
        Some(value) if !allowed.contains(&value) => Err(Error::bad_value(format_args!(
            "Enumeration value '{value}' for field '{}.{name}' is not a valid value.",
            request.name
        ))),
        _ => Ok(()),
    };
    one_of("validationLevel", &["off", "moderate", "strict"])?;
    one_of("validationAction", &["error", "warn", "errorAndLog"])?;
    match arguments.document("validator") {
        Some(validator) if !validator.is_empty() => check_validator(request, validator),
        _ => Ok(()),
    }
}

fn check_validator(request: &Request<'_>, validator: DocumentRef<'_>) -> Result<()> {
    let is_system = match request.target {
        ValueRef::String(name) => name.starts_with("system."),
        _ => false,
    };
    if is_system || matches!(request.database, "admin" | "local" | "config") {
        return Err(Error::new(
            codes::INVALID_OPTIONS,
            "Document validators are not allowed on collections of the server's own",
        ));
    }
    if let Some(name) = forbidden_in_validator(ValueRef::Document(validator)) {
        return Err(Error::new(
            codes::QUERY_FEATURE_NOT_ALLOWED,
            format_args!("{name} is not allowed in a collection validator"),
        ));
    }
    Matcher::parse(validator, &ParseScope::new()).map(drop)
}

/// An operator that a validator may not use.
fn forbidden_in_validator(value: ValueRef<'_>) -> Option<&str> {
    let inside = match value {
        ValueRef::Document(document) => document,
        ValueRef::Array(array) => array.as_document(),
        _ => return None,
    };
    inside.iter().find_map(|(name, value)| match name {
        "$near" | "$nearSphere" | "$geoNear" | "$text" | "$where" | "$function" => Some(name),
        "$jsonSchema" => None,
        _ => forbidden_in_validator(value),
    })
}

/// The bytes that a capped collection keeps.
///
/// Errors: `BadValue` (2) for less than one or more than a pebibyte.
pub(super) fn capped_size(size: i64) -> Result<i64> {
    if !(1..=limits::CAPPED_BYTES_MAX).contains(&size) {
        return Err(Error::bad_value(format_args!(
            "a capped collection's size must be from 1 to {} bytes, not {size}",
            limits::CAPPED_BYTES_MAX
        )));
    }
    Ok(size)
}

/// The number of documents that a capped collection keeps; none or less is no limit.
///
/// Errors: `BadValue` (2) for 2^31 or more.
pub(super) fn capped_max(max: i64) -> Result<i64> {
    if max > i64::from(i32::MAX) {
        return Err(Error::bad_value(format_args!(
            "a capped collection's max must be below 2^31, not {max}"
        )));
    }
    Ok(max)
}

/// `changeStreamPreAndPostImages`: whether it asks for images; `None` if it is not given.
///
/// Errors: 40414, 40415, `TypeMismatch` (14).
pub(super) fn pre_images(arguments: &Arguments<'_>) -> Result<Option<bool>> {
    const FIELDS: &[Field] = &[required("enabled", Takes::Bool)];
    match arguments.document("changeStreamPreAndPostImages") {
        None => Ok(None),
        Some(images) => {
            let owner = "changeStreamPreAndPostImages";
            Ok(Arguments::inside(owner, images, FIELDS)?.truth("enabled"))
        }
    }
}

/// Checks `indexOptionDefaults`.
///
/// Errors: 40415, and as [`check_storage_engine`].
pub(super) fn check_index_defaults(defaults: DocumentRef<'_>) -> Result<()> {
    const FIELDS: &[Field] = &[optional("storageEngine", Takes::Document)];
    let defaults = Arguments::inside("indexOptionDefaults", defaults, FIELDS)?;
    defaults
        .document("storageEngine")
        .map_or(Ok(()), check_storage_engine)
}

/// Checks `storageEngine`, whose only engine takes a text of settings. None of them means anything
/// here, so only the empty text is accepted.
///
/// Errors: `TypeMismatch` (14), `InvalidOptions` (72), `BadValue` (2), `FailedToParse` (9).
pub(super) fn check_storage_engine(engines: DocumentRef<'_>) -> Result<()> {
    for (engine, options) in engines.iter() {
        let ValueRef::Document(options) = options else {
            return Err(Error::bad_value(format_args!(
                "'storageEngine.{engine}' has to be an embedded document."
            )));
        };
        if engine != "wiredTiger" {
            return Err(Error::new(
                codes::INVALID_OPTIONS,
                format_args!("{engine} is not a registered storage engine for this server"),
            ));
        }
        for (name, value) in options.iter() {
            check_engine_option(name, value)?;
        }
    }
    Ok(())
}

fn check_engine_option(name: &str, value: ValueRef<'_>) -> Result<()> {
    match (name, value) {
        ("configString", ValueRef::String("")) => Ok(()),
        ("configString", ValueRef::String(text)) if text.contains('\0') => {
            Err(Error::failed_to_parse("malformed 'configString' value"))
        }
        ("configString", ValueRef::String(text)) => Err(Error::bad_value(format_args!(
            "the setting '{text}' is not known"
        ))),
        ("configString", _) => Err(Error::type_mismatch("'configString' must be a string.")),
        _ => Err(Error::new(
            codes::INVALID_OPTIONS,
            format_args!("'{name}' is not a supported option."),
        )),
    }
}

/// A view's definition, checked: what it is on, and its pipeline as it is kept.
///
/// Errors: `BadValue` (2), `InvalidNamespace` (73), `TypeMismatch` (14), `GraphContainsCycle` (5),
/// `ViewDepthLimitExceeded` (165), `OptionNotSupportedOnView` (167) for a pipeline that writes,
/// those of its stages.
pub(super) fn view(
    engine: &Engine,
    view: &Namespace,
    on: &str,
    stages: ArrayRef<'_>,
) -> Result<(Namespace, ArrayBuf)> {
    if on.is_empty() {
        return Err(Error::bad_value("'viewOn' cannot be empty"));
    }
    check_collection_name(view.database(), on)?;
    let on = Namespace::new(view.database(), on);
    let mut pipeline = ArrayBuf::new();
    for stage in stages.iter() {
        match stage {
            ValueRef::Document(_) => pipeline.push(stage),
            // As MongoDB has it: no stage at all.
            ValueRef::Null | ValueRef::Undefined => {}
            _ => {
                return Err(Error::type_mismatch(
                    "Each element of the 'pipeline' array must be an object",
                ));
            }
        }
    }
    let scope = PipelineScope::new(engine.catalog(), view.clone(), ParseScope::new());
    let scope = scope.of_view(view)?.over(&on);
    Pipeline::parse(pipeline.as_ref(), &scope)?;
    Source::resolve(&on, &scope)?;
    Ok((on, pipeline))
}

/// The options of a collection with one of them changed, added or (`None`) taken away.
pub(super) fn with_option(
    options: DocumentRef<'_>,
    name: &str,
    value: Option<ValueRef<'_>>,
) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    let mut rest = value;
    for element in options.elements() {
        if element.name != name {
            out.append_element(&element);
        } else if let Some(value) = rest.take() {
            out.append(name, value);
        }
    }
    if let Some(value) = rest {
        out.append(name, value);
    }
    out
}

/// A whole number as options show it.
pub(super) fn shown_number(number: i64) -> ValueRef<'static> {
    i32::try_from(number).map_or(ValueRef::Int64(number), ValueRef::Int32)
}
