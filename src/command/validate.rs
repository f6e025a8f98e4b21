//! validate: whether a collection's indexes say what its documents say.
//!
//! Source: the manual, "validate". Each index is built anew beside the stored one and compared with
//! it; documents are checked to be well-formed BSON. With `repair` (or `fixMultikey`) an index that differs is
//! replaced by the one that was built; documents are never changed.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::catalog::{Collection, Namespace, check_known_name};
use crate::engine::{Engine, Write};
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
    optional("enforceFastCount", Takes::Any),
];

/// What was found wrong.
#[derive(Default)]
struct Findings(Vec<String>);

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of_lenient(request, FIELDS)?;
    let namespace = namespace(request)?;
    let asked = |name: &str| arguments.truth(name).unwrap_or(false);
    check_combination(&asked)?;
    let checks = request.document.get("checkBSONConformance");
    if checks.is_some_and(|checks| !checks.is_truthy())
        && (asked("full") || asked("enforceFastCount"))
    {
        let message = "a full validation includes checkBSONConformance";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    }
    let missing = || {
        Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("Collection '{namespace}' does not exist to validate."),
        )
    };
    let collection = engine
        .catalog()
        .regular_or_buckets(&namespace)?
        .ok_or_else(missing)?
        .clone();
    let namespace = collection.info.namespace.clone();
    let mut findings = Findings::default();
    let only_metadata = asked("metadata");
    if !only_metadata {
        check_documents(engine, &collection, &mut findings)?;
    }
    let mut checked = Vec::new();
    for index in &collection.indexes {
        let mut verdict = Verdict::Right;
        if !only_metadata {
            let rebuilt = Index::new(index.spec.as_ref().clone(), engine.new_tree());
            let time_limit = engine.time_limit.as_deref();
            verdict = compare(&collection, index, rebuilt, time_limit, &mut findings)?;
        }
        checked.push((index, verdict));
    }
    let mut repaired = 0;
    if asked("repair") || asked("fixMultikey") {
        let wrong = checked
            .iter_mut()
            .filter(|(_, verdict)| *verdict == Verdict::Wrong);
        let mut write = Write::new(engine);
        for (index, verdict) in wrong {
            write.drop_index(&namespace, &index.spec.name)?;
            write.create_index(&namespace, index.spec.as_ref().clone())?;
            *verdict = Verdict::Right;
            repaired += 1;
        }
        write.commit();
    }
    let now = engine.collection(&namespace);
    let now = now.as_ref().unwrap_or(&collection);
    Ok(reply(now, &checked, &findings, repaired))
}

/// What comparing an index with the documents came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Right,
    /// Another one could be built.
    Wrong,
    /// None can be built from the documents.
    Impossible,
}

/// The collection's namespace; an existing one is demanded later.
fn namespace(request: &Request<'_>) -> Result<Namespace> {
    match request.target {
        ValueRef::String(name) => {
            check_known_name(request.database, name)?;
            Ok(Namespace::new(request.database, name))
        }
        _ => request.namespace(),
    }
}

/// Errors: `InvalidOptions` (72).
fn check_combination(asked: &dyn Fn(&str) -> bool) -> Result<()> {
    let conflicts = [
        ("metadata", "full"),
        ("metadata", "background"),
        ("metadata", "repair"),
        ("metadata", "checkBSONConformance"),
        ("background", "full"),
        ("background", "repair"),
        ("checkBSONConformance", "repair"),
        ("enforceFastCount", "background"),
        ("enforceFastCount", "repair"),
        ("enforceFastCount", "metadata"),
    ];
    for (one, two) in conflicts {
        if asked(one) && asked(two) {
            return Err(Error::new(
                codes::INVALID_OPTIONS,
                format_args!("validate cannot have both {one} and {two}"),
            ));
        }
    }
    Ok(())
}

fn check_documents(
    engine: &Engine,
    collection: &Collection,
    findings: &mut Findings,
) -> Result<()> {
    let mut cursor = collection.records.cursor();
    loop {
        engine.step()?;
        let (record, bytes) = match cursor.next() {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(()),
            Err(error) if error.code() == codes::DATA_CORRUPTION_DETECTED => {
                findings.0.push(error.message().into());
                cursor.pass_damage(error)?;
                continue;
            }
            Err(error) => return Err(error),
        };
        if let Err(error) = crate::value::validate(&bytes, limits::NESTING_DEPTH_MAX) {
            let message = format!("record {record} is not valid BSON: {}", error.message());
            findings.0.push(message);
        }
    }
}

/// Compares an index with what it would be if it were built now.
fn compare(
    collection: &Collection,
    stored: &Index,
    mut rebuilt: Index,
    time_limit: Option<&TimeLimit>,
    findings: &mut Findings,
) -> Result<Verdict> {
    let name = &stored.spec.name;
    if let Err(error) = collection.build_index(&mut rebuilt, time_limit) {
        if error.ends_command() {
            return Err(error);
        }
        findings
            .0
            .push(format!("index '{name}': {}", error.message()));
        return Ok(Verdict::Impossible);
    }
    let (mut have, mut want) = (stored.tree.cursor(), rebuilt.tree.cursor());
    loop {
        let entry = match have.next() {
            Err(error) if error.code() == codes::DATA_CORRUPTION_DETECTED => {
                let message = format!("index '{name}': {}", error.message());
                findings.0.push(message);
                return Ok(Verdict::Wrong);
            }
            entry => entry?,
        };
        match (&entry, &want.next()?) {
            (None, None) if covers(stored, &rebuilt) => return Ok(Verdict::Right),
            (Some(a), Some(b)) if a.key() == b.key() && a.value() == b.value() => {}
            _ => {
                let message = format!("index '{name}' does not have the entries of the documents");
                findings.0.push(message);
                return Ok(Verdict::Wrong);
            }
        }
    }
}

/// Whether an index knows of every path on which another one has arrays; it may remember more.
fn covers(stored: &Index, rebuilt: &Index) -> bool {
    let mut bits = rebuilt.multikey.iter().enumerate();
    bits.all(|(at, bits)| {
        let known = stored.multikey.get(at).copied().unwrap_or(0);
        known & bits == *bits
    })
}

fn reply(
    collection: &Collection,
    checked: &[(&Index, Verdict)],
    findings: &Findings,
    repaired: usize,
) -> DocumentBuf {
    let mut reply = DocumentBuf::new();
    reply.append("ns", collection.info.namespace.to_string().as_str());
    reply.append("nInvalidDocuments", 0);
    reply.append("nNonCompliantDocuments", 0);
    reply.append("nrecords", collection.records.len() as i32);
    let shown = || {
        let all = checked.iter();
        all.filter(|(index, _)| !index.spec.is_internal())
    };
    reply.append("nIndexes", shown().count() as i32);
    reply.append_document("keysPerIndex", |keys| {
        for (index, _) in shown() {
            let now = collection.index(&index.spec.name).unwrap_or(index);
            keys.append(&index.spec.name, now.tree.len() as i32);
        }
    });
    reply.append_document("indexDetails", |details| {
        for (index, verdict) in shown() {
            let valid = *verdict == Verdict::Right;
            details.document(&index.spec.name).append("valid", valid);
        }
    });
    // What a repair has mended is told of as a warning.
    let is_valid = findings.0.len() == repaired;
    let names = match is_valid {
        true => ["warnings", "errors"],
        false => ["errors", "warnings"],
    };
    reply.append("valid", is_valid);
    reply.append("repaired", repaired > 0);
    reply.append_array(names[0], |list| {
        findings.0.iter().for_each(|text| list.push(text.as_str()));
    });
    reply.append_array(names[1], |_| {});
    reply.append_array("extraIndexEntries", |_| {});
    reply.append_array("missingIndexEntries", |_| {});
    reply.append_array("corruptRecords", |_| {});
    reply
}
