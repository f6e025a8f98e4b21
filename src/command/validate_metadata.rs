//! validateDBMetadata: which collections and indexes a version of the API does not allow.
//!
//! Source: the manual, "validateDBMetadata" and "Stable API".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::index::IndexSpec;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

const FIELDS: &[Field] = &[
    required("apiParameters", Takes::Document),
    optional("db", Takes::String),
    optional("collection", Takes::String),
];

const PARAMETERS: &[Field] = &[
    required("version", Takes::String),
    optional("strict", Takes::Bool),
    optional("deprecationErrors", Takes::Bool),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let parameters = arguments
        .document("apiParameters")
        .unwrap_or(DocumentRef::EMPTY);
    let given = parameters;
    let parameters = Arguments::inside("validateDBMetadata.apiParameters", parameters, PARAMETERS)?;
    for name in ["strict", "deprecationErrors"] {
        if given.get(name).is_some_and(|value| value.is_nullish()) {
            return Err(Error::type_mismatch(format_args!(
                "BSON field 'apiParameters.{name}' may not be null"
            )));
        }
    }
    let is_strict =
        parameters.string("version") == Some("1") && parameters.truth("strict").unwrap_or(false);
    let (database, name) = (arguments.string("db"), arguments.string("collection"));
    if database == Some("") {
        return Err(Error::new(28539, "a database's name may not be empty"));
    }
    let is_asked = |wanted: Option<&str>, name: &str| wanted.is_none_or(|wanted| wanted == name);
    let mut reply = DocumentBuf::new();
    reply.append_array("apiVersionErrors", |list| {
        for collection in engine.catalog().iter().filter(|_| is_strict) {
            let namespace = &collection.info.namespace;
            if !is_asked(database, namespace.database()) || !is_asked(name, namespace.collection())
            {
                continue;
            }
            for index in collection
                .shown_indexes()
                .iter()
                .filter(|index| !is_allowed(&index.spec))
            {
                let mut error = list.document();
                error.append("ns", namespace.to_string().as_str());
                error.append("code", codes::API_STRICT_ERROR);
                error.append("codeName", codes::name(codes::API_STRICT_ERROR).as_str());
                let message = format!(
                    "The index with name {} is not allowed in API version 1.",
                    index.spec.name
                );
                error.append("errmsg", message.as_str());
            }
        }
    });
    Ok(reply)
}

/// Text indexes and sparse ones are not part of the first version.
fn is_allowed(index: &IndexSpec) -> bool {
    let description = index.describe();
    let key = description.as_ref().get("key");
    let key = key
        .and_then(|key| key.as_document())
        .unwrap_or(DocumentRef::EMPTY);
    let is_text = key
        .iter()
        .any(|(_, kind)| matches!(kind, ValueRef::String("text")));
    !index.sparse && !is_text
}
