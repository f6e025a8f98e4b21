//! bulkWrite: inserts, updates and deletes on several collections in one command.
//!
//! Source: the manual, "bulkWrite".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use super::updating::{Parts, Statement};
use super::write_reply::{check_batch_size, check_writable};
use super::{
    collation, collection_uuid, cursor_reply, delete, insert, listing, selection, time_series,
};
use crate::catalog::{Namespace, check_collection_name, check_database_name};
use crate::engine::{Cursor, Engine, Write};
use crate::error::{Error, Result, codes};
use crate::expression::Context;
use crate::value::{ArrayRef, DocumentBuf, DocumentRef, Value, ValueRef};

const FIELDS: &[Field] = &[
    required("ops", Takes::Array),
    required("nsInfo", Takes::Array),
    optional("ordered", Takes::Bool),
    optional("errorsOnly", Takes::Bool),
    optional("bypassDocumentValidation", Takes::Truth),
    optional("let", Takes::Document),
    optional("cursor", Takes::Document),
    optional("stmtId", Takes::Number),
    optional("stmtIds", Takes::Array),
    optional("txnNumber", Takes::Number),
];

const NAMESPACE_FIELDS: &[Field] = &[
    required("ns", Takes::String),
    optional("collectionUUID", Takes::Any),
    optional("encryptionInformation", Takes::Document),
];

const INSERT_FIELDS: &[Field] = &[
    required("insert", Takes::Number),
    required("document", Takes::Document),
];

const UPDATE_FIELDS: &[Field] = &[
    required("update", Takes::Number),
    required("filter", Takes::Document),
    required("updateMods", Takes::Any),
    optional("constants", Takes::Document),
    optional("arrayFilters", Takes::Array),
    optional("multi", Takes::Bool),
    optional("upsert", Takes::Bool),
    optional("hint", Takes::Hint),
    optional("collation", Takes::Document),
    optional("sort", Takes::Document),
];

const DELETE_FIELDS: &[Field] = &[
    required("delete", Takes::Number),
    required("filter", Takes::Document),
    optional("multi", Takes::Bool),
    optional("hint", Takes::Hint),
    optional("collation", Takes::Document),
];

/// The counters of the reply.
#[derive(Default)]
struct Totals {
    errors: i32,
    inserted: i32,
    matched: i32,
    modified: i32,
    upserted: i32,
    deleted: i32,
}

/// An operation, checked.
struct Operation<'a> {
    kind: &'a str,
    arguments: Arguments<'a>,
    namespace: Namespace,
    /// The UUID that its collection must have.
    uuid: Option<ValueRef<'a>>,
}

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    if request.database != "admin" {
        let message = "bulkWrite may only be run against the admin database.";
        return Err(Error::new(codes::UNAUTHORIZED, message));
    }
    let arguments = Arguments::of(request, FIELDS)?;
    let context = request.context_with_let()?;
    let operations = parse(&arguments)?;
    let batch_size = listing::batch_size("bulkWrite", &arguments)?;
    let ordered = arguments.truth("ordered").unwrap_or(true);
    let errors_only = arguments.truth("errorsOnly").unwrap_or(false);
    let mut totals = Totals::default();
    let mut results = Vec::new();
    let mut write = Write::new(engine);
    write.bypass_validation(arguments.truth("bypassDocumentValidation").unwrap_or(false));
    for (at, operation) in operations.iter().enumerate() {
        match apply(&mut write, operation, &context, request, &mut totals) {
            Ok(done) if errors_only => drop(done),
            Ok(done) => results.push(success(at, &done)),
            Err(error) if error.ends_command() => return Err(error),
            Err(error) => {
                totals.errors += 1;
                results.push(failure(at, &error));
                if ordered {
                    break;
                }
            }
        }
    }
    write.commit();
    let namespace = Namespace::new("admin", "$cmd.bulkWrite");
    let cursor = Cursor::new(namespace, listing::stream(results), request.context.clone());
    let mut reply = cursor_reply::first_batch(engine, cursor, batch_size, false)?;
    for (name, count) in [
        ("nErrors", totals.errors),
        ("nInserted", totals.inserted),
        ("nMatched", totals.matched),
        ("nModified", totals.modified),
        ("nUpserted", totals.upserted),
        ("nDeleted", totals.deleted),
    ] {
        reply.append(name, count);
    }
    Ok(reply)
}

fn parse<'a>(arguments: &Arguments<'a>) -> Result<Vec<Operation<'a>>> {
    let mut namespaces = Vec::new();
    for item in arguments.array("nsInfo").unwrap_or(ArrayRef::EMPTY).iter() {
        let item = item.as_document().ok_or_else(|| {
            Error::type_mismatch("BSON field 'bulkWrite.nsInfo' must be an array of documents")
        })?;
        let item = Arguments::inside("bulkWrite.nsInfo", item, NAMESPACE_FIELDS)?;
        item.refuse(&["encryptionInformation"])?;
        let text = item.string("ns").unwrap_or_default();
        let name = Namespace::parse(text).ok_or_else(|| {
            Error::new(
                codes::INVALID_NAMESPACE,
                format_args!("Invalid namespace specified '{text}'"),
            )
        })?;
        check_database_name(name.database())?;
        check_collection_name(name.database(), name.collection())?;
        namespaces.push((name, item.get("collectionUUID")));
    }
    let ops = arguments.array("ops").unwrap_or(ArrayRef::EMPTY);
    check_batch_size(arguments, ops)?;
    ops.iter()
        .map(|operation| parse_operation(operation, &namespaces))
        .collect()
}

fn parse_operation<'a>(
    operation: ValueRef<'a>,
    namespaces: &[(Namespace, Option<ValueRef<'a>>)],
) -> Result<Operation<'a>> {
    let document = operation.as_document().ok_or_else(|| {
        Error::type_mismatch("BSON field 'bulkWrite.ops' must be an array of documents")
    })?;
    let kind = document.first().map_or("", |first| first.name);
    let fields = match kind {
        "insert" => INSERT_FIELDS,
        "update" => UPDATE_FIELDS,
        "delete" => DELETE_FIELDS,
        _ => {
            return Err(Error::new(
                40415,
                format_args!(
                    "BSON field '{kind}' is not a valid bulkWrite operation: use insert, update or delete"
                ),
            ));
        }
    };
    let arguments = Arguments::inside("bulkWrite.ops", document, fields)?;
    let at = arguments.number(kind).unwrap_or(-1);
    let (namespace, uuid) = usize::try_from(at)
        .ok()
        .and_then(|at| namespaces.get(at))
        .ok_or_else(|| {
            Error::bad_value(format_args!(
                "BulkWrite ops entry {at} has an invalid nsInfo index."
            ))
        })?;
    Ok(Operation {
        kind,
        arguments,
        namespace: namespace.clone(),
        uuid: *uuid,
    })
}

/// What an operation did.
#[derive(Default)]
struct Done {
    n: i32,
    modified: Option<i32>,
    upserted: Option<Value<'static>>,
}

fn apply(
    write: &mut Write<'_>,
    operation: &Operation<'_>,
    context: &Context,
    request: &Request<'_>,
    totals: &mut Totals,
) -> Result<Done> {
    let (arguments, namespace) = (&operation.arguments, &operation.namespace);
    let catalog = write.engine().catalog();
    if let Some(uuid) = operation.uuid {
        collection_uuid::check_value(catalog, namespace, uuid)?;
    }
    check_writable(namespace)?;
    catalog.regular(namespace)?;
    match operation.kind {
        "insert" => {
            let document = arguments.document("document").unwrap_or(DocumentRef::EMPTY);
            let prepared = insert::prepare(document, request)?;
            write.create_implicitly(namespace)?;
            write.insert(
                namespace,
                prepared.as_ref().map_or(document, DocumentBuf::as_ref),
            )?;
            totals.inserted += 1;
            Ok(Done {
                n: 1,
                ..Done::default()
            })
        }
        "update" => update(write, arguments, namespace, context, request, totals),
        _ => {
            let limit = if arguments.truth("multi").unwrap_or(false) {
                None
            } else {
                Some(1)
            };
            let filter = arguments.document("filter");
            let deleted = delete::remove(write, namespace, arguments, filter, limit, context)?;
            totals.deleted += deleted;
            Ok(Done {
                n: deleted,
                ..Done::default()
            })
        }
    }
}

fn update(
    write: &mut Write<'_>,
    arguments: &Arguments<'_>,
    namespace: &Namespace,
    context: &Context,
    request: &Request<'_>,
    totals: &mut Totals,
) -> Result<Done> {
    collation::refuse(arguments)?;
    let flag = |name: &str| arguments.truth(name).unwrap_or(false);
    let parts = Parts {
        filter: arguments.document("filter"),
        update: arguments.get("updateMods").unwrap_or(ValueRef::Null),
        constants: arguments.document("constants"),
        array_filters: arguments.array("arrayFilters"),
        multi: flag("multi"),
        upsert: flag("upsert"),
        hint: selection::hint(arguments)?,
        sort: arguments.document("sort"),
    };
    let target = write.engine().catalog().get(namespace);
    time_series::check_update(target.and_then(|found| found.time_series()), &parts)?;
    let updated = Statement::parse(parts, context)?.run(write, namespace, request)?;
    totals.matched += updated.matched;
    totals.modified += updated.modified;
    totals.upserted += i32::from(updated.upserted.is_some());
    Ok(Done {
        n: updated.matched + i32::from(updated.upserted.is_some()),
        modified: Some(updated.modified),
        upserted: updated.upserted,
    })
}

fn success(at: usize, done: &Done) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    out.append("ok", 1.0);
    out.append("idx", at as i32);
    out.append("n", done.n);
    if let Some(modified) = done.modified {
        out.append("nModified", modified);
    }
    if let Some(id) = &done.upserted {
        out.append_document("upserted", |upserted| upserted.append("_id", id));
    }
    out
}

fn failure(at: usize, error: &Error) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    out.append("ok", 0.0);
    out.append("idx", at as i32);
    out.append("code", error.code());
    out.append("errmsg", error.message());
    if !error.details().is_empty() {
        let details = DocumentRef::from_valid(error.details());
        details
            .elements()
            .for_each(|element| out.append_element(&element));
    }
    out.append("n", 0);
    out
}
