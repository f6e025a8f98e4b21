//! collMod: changes the options of a collection or view; its parts are in the table below.
//!
//! Source: the manual, "collMod".

use std::rc::Rc;

use super::arguments::{Arguments, Field, Takes, optional};
use super::collection_uuid;
use super::request::Request;
use crate::catalog::{Collection, Namespace};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::DocumentBuf;

const FIELDS: &[Field] = &[
    optional("index", Takes::Document),
    optional("validator", Takes::Document),
    optional("validationLevel", Takes::String),
    optional("validationAction", Takes::String),
    optional("viewOn", Takes::String),
    optional("pipeline", Takes::Array),
    optional("changeStreamPreAndPostImages", Takes::Document),
    optional("expireAfterSeconds", Takes::Any),
    optional("timeseries", Takes::Document),
    optional("cappedSize", Takes::Number),
    optional("cappedMax", Takes::Number),
    optional("dryRun", Takes::Truth),
    optional("recordPreImages", Takes::Truth),
    optional("isTimeseriesNamespace", Takes::Truth),
    optional("collectionUUID", Takes::Any),
];

/// What is not supported yet.
const REFUSED: &[&str] = &["recordPreImages"];

/// What a command asks to change, and of what.
pub(super) struct Modification<'a> {
    pub arguments: Arguments<'a>,
    pub namespace: Namespace,
    /// As it was before the command.
    pub collection: Rc<Collection>,
    /// Nothing is to be changed, only tried.
    pub is_dry_run: bool,
}

/// A part of the command: does what its fields ask for and adds to the reply. A part that has no
/// field in the command does nothing.
type Part = fn(&Modification<'_>, &mut Write<'_>, &mut DocumentBuf) -> Result<()>;

/// The parts, in the order in which they run, in one commit.
static PARTS: &[Part] = &[
    super::coll_mod_time_series::run,
    super::coll_mod_view::run,
    super::coll_mod_options::run,
    super::coll_mod_index::run,
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    super::collection_options::check_validation(request, &arguments)?;
    super::collection_options::pre_images(&arguments)?;
    let found = engine.collection(&namespace);
    collection_uuid::check(engine.catalog(), &namespace, request)?;
    let Some(collection) = found else {
        return Err(Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("ns does not exist: {namespace}"),
        ));
    };
    arguments.refuse(REFUSED)?;
    if arguments.truth("isTimeseriesNamespace") == Some(true) {
        let message = "'isTimeseriesNamespace' is for the buckets of a time-series collection";
        return Err(Error::new(5916400, message));
    }
    let is_dry_run = arguments.truth("dryRun").unwrap_or(false);
    if is_dry_run && arguments.get("index").is_none() {
        return Err(Error::new(
            codes::INVALID_OPTIONS,
            "collMod can only try (dryRun) the conversion of an index to a unique one",
        ));
    }
    let modification = Modification {
        arguments,
        namespace,
        collection,
        is_dry_run,
    };
    let mut reply = DocumentBuf::new();
    let mut write = Write::new(engine);
    for part in PARTS {
        part(&modification, &mut write, &mut reply)?;
    }
    if !modification.is_dry_run {
        write.commit();
    }
    Ok(reply)
}
