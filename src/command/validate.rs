//! validate: whether a collection's indexes say what its documents say.
//!
//! Source: the manual, "validate". Each index is built anew beside the stored one and compared with
//! it; documents are checked to be well-formed BSON. Nothing is repaired.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::catalog::{Collection, Namespace};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::index::Index;
use crate::limits;
use crate::time_limit::TimeLimit;
use crate::value::{DocumentBuf, ValueRef};

const FIELDS: &[Field] = &[
    optional("full", Takes::Any),
    optional("repair", Takes::Any),
    optional("fixMultikey", Takes::Any),
    optional("metadata", Takes::Any),
    optional("background", Takes::Any),
    optional("checkBSONConformance", Takes::Any),
];

/// What was found wrong.
#[derive(Default)]
struct Findings(Vec<String>);

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of_lenient(request, FIELDS)?;
    let namespace = namespace(request)?;
    let asked = |name: &str| arguments.truth(name).unwrap_or(false);
    check_combination(&asked)?;
    let missing = || {
        let message = format!("Collection '{namespace}' does not exist to validate.");
        Error::new(codes::NAMESPACE_NOT_FOUND, message)
    };
    let collection = engine
        .catalog()
        .regular(&namespace)?
        .ok_or_else(missing)?
        .clone();
    let mut findings = Findings::default();
    let only_metadata = asked("metadata");
    if !only_metadata {
        check_documents(engine, &collection, &mut findings)?;
    }
    let time_limit = engine.time_limit.as_deref();
    let mut entries = Vec::new();
    for index in &collection.indexes {
        let before = findings.0.len();
        if !only_metadata {
            let rebuilt = Index::new(index.spec.as_ref().clone(), engine.new_tree());
            compare(&collection, index, rebuilt, time_limit, &mut findings)?;
        }
        entries.push((index, findings.0.len() == before));
    }
    Ok(reply(&namespace, &collection, &entries, &findings))
}

/// The collection's namespace; an existing one is demanded later.
fn namespace(request: &Request<'_>) -> Result<Namespace> {
    match request.target {
        ValueRef::String(name) if !name.is_empty() => Ok(Namespace::new(request.database, name)),
        _ => request.namespace(),
    }
}

/// Errors: `InvalidOptions` (72), `NotImplemented` (238) for a repair.
fn check_combination(asked: &dyn Fn(&str) -> bool) -> Result<()> {
    let conflicts = [
        ("metadata", "full"),
        ("metadata", "background"),
        ("metadata", "repair"),
        ("metadata", "checkBSONConformance"),
        ("background", "full"),
        ("background", "repair"),
        ("checkBSONConformance", "repair"),
    ];
    for (one, two) in conflicts {
        if asked(one) && asked(two) {
            let message = format!("validate cannot have both {one} and {two}");
            return Err(Error::new(codes::INVALID_OPTIONS, message));
        }
    }
    match ["repair", "fixMultikey"]
        .into_iter()
        .find(|name| asked(name))
    {
        Some(name) => {
            let message = format!("validate with {name} is not supported");
            Err(Error::new(codes::NOT_IMPLEMENTED, message))
        }
        None => Ok(()),
    }
}

fn check_documents(
    engine: &Engine,
    collection: &Collection,
    findings: &mut Findings,
) -> Result<()> {
    let mut cursor = collection.records.cursor();
    while let Some((record, bytes)) = cursor.next_ref()? {
        engine.step()?;
        if let Err(error) = crate::value::validate(bytes, limits::NESTING_DEPTH_MAX) {
            let message = format!("record {record} is not valid BSON: {}", error.message());
            findings.0.push(message);
        }
    }
    Ok(())
}

/// Compares an index with what it would be if it were built now.
fn compare(
    collection: &Collection,
    stored: &Index,
    mut rebuilt: Index,
    time_limit: Option<&TimeLimit>,
    findings: &mut Findings,
) -> Result<()> {
    let name = &stored.spec.name;
    if let Err(error) = collection.build_index(&mut rebuilt, time_limit) {
        if error.ends_command() {
            return Err(error);
        }
        findings
            .0
            .push(format!("index '{name}': {}", error.message()));
        return Ok(());
    }
    let (mut have, mut want) = (stored.tree.cursor(), rebuilt.tree.cursor());
    loop {
        let (entry, wanted) = (have.next()?, want.next()?);
        match (&entry, &wanted) {
            (None, None) => return Ok(()),
            (Some(a), Some(b)) if a.key() == b.key() && a.value() == b.value() => {}
            _ => {
                let message = format!("index '{name}' does not have the entries of the documents");
                findings.0.push(message);
                return Ok(());
            }
        }
    }
}

fn reply(
    namespace: &Namespace,
    collection: &Collection,
    entries: &[(&Index, bool)],
    findings: &Findings,
) -> DocumentBuf {
    let mut reply = DocumentBuf::new();
    reply.append("ns", namespace.to_string().as_str());
    reply.append("nInvalidDocuments", 0);
    reply.append("nNonCompliantDocuments", 0);
    reply.append("nrecords", collection.records.len() as i32);
    reply.append("nIndexes", entries.len() as i32);
    reply.append_document("keysPerIndex", |keys| {
        for (index, _) in entries {
            keys.append(&index.spec.name, index.tree.len() as i32);
        }
    });
    reply.append_document("indexDetails", |details| {
        for (index, valid) in entries {
            details.document(&index.spec.name).append("valid", *valid);
        }
    });
    reply.append("valid", findings.0.is_empty());
    reply.append("repaired", false);
    reply.append_array("warnings", |_| {});
    reply.append_array("errors", |list| {
        findings.0.iter().for_each(|text| list.push(text.as_str()));
    });
    reply.append_array("extraIndexEntries", |_| {});
    reply.append_array("missingIndexEntries", |_| {});
    reply.append_array("corruptRecords", |_| {});
    reply
}
