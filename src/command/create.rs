//! create: makes a collection or a view.
//!
//! Source: the manual, "create".

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::aggregate::{Pipeline, PipelineScope};
use crate::catalog::{CollectionKind, Namespace, check_collection_name};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::expression::ParseScope;
use crate::value::{ArrayBuf, DocumentBuf, compare_documents};

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
    optional("expireAfterSeconds", Takes::Any),
    optional("encryptedFields", Takes::Document),
    optional("flags", Takes::Number),
    optional("temp", Takes::Truth),
];

/// Options that ask for kinds of collections that do not exist yet.
const REFUSED: &[&str] = &[
    "capped",
    "idIndex",
    "storageEngine",
    "validator",
    "indexOptionDefaults",
    "collation",
    "changeStreamPreAndPostImages",
    "timeseries",
    "clusteredIndex",
    "expireAfterSeconds",
    "encryptedFields",
    "flags",
    "temp",
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    if namespace.collection().starts_with("system.") {
        let message = format!("Invalid system namespace: {namespace}");
        return Err(Error::new(codes::INVALID_NAMESPACE, message));
    }
    check_validation(&arguments)?;
    arguments.refuse(REFUSED)?;
    if arguments.get("size").or(arguments.get("max")).is_some() {
        let message = "the 'size' and 'max' fields are only allowed when 'capped' is true";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    }
    let (kind, options) = kind(engine, request, &arguments)?;
    if let Some(existing) = engine.collection(&namespace)
        && compare_documents(existing.info.options.as_ref(), options.as_ref()).is_eq()
    {
        // Creating the same collection again changes nothing.
        return Ok(DocumentBuf::new());
    }
    let mut write = Write::new(engine);
    write.create(&namespace, options, kind)?;
    write.commit();
    Ok(DocumentBuf::new())
}

fn check_validation(arguments: &Arguments<'_>) -> Result<()> {
    let one_of = |name: &str, allowed: &[&str]| match arguments.string(name) {
        Some(value) if !allowed.contains(&value) => Err(Error::bad_value(format!(
            "Enumeration value '{value}' for field 'create.{name}' is not a valid value."
        ))),
        _ => Ok(()),
    };
    one_of("validationLevel", &["off", "moderate", "strict"])?;
    one_of("validationAction", &["error", "warn", "errorAndLog"])
}

fn kind(
    engine: &Engine,
    request: &Request<'_>,
    arguments: &Arguments<'_>,
) -> Result<(CollectionKind, DocumentBuf)> {
    let mut options = DocumentBuf::new();
    let Some(on) = arguments.string("viewOn") else {
        if arguments.get("pipeline").is_some() {
            let message = "'pipeline' requires 'viewOn' to also be specified";
            return Err(Error::new(codes::INVALID_OPTIONS, message));
        }
        return Ok((CollectionKind::Regular, options));
    };
    check_collection_name(request.database, on)?;
    let mut pipeline = ArrayBuf::new();
    if let Some(stages) = arguments.array("pipeline") {
        for stage in stages.iter() {
            if stage.as_document().is_none() {
                return Err(Error::type_mismatch(
                    "Each element of the 'pipeline' array must be an object",
                ));
            }
            pipeline.push(stage);
        }
    }
    // A pipeline that could never run is refused now.
    let own = request.namespace()?;
    let scope = PipelineScope::new(engine.catalog(), own.clone(), ParseScope::new());
    Pipeline::parse(pipeline.as_ref(), &scope.of_view(&own)?)?;
    options.append("viewOn", on);
    options.append("pipeline", &pipeline);
    let on = Namespace::new(request.database, on);
    Ok((CollectionKind::View { on, pipeline }, options))
}
