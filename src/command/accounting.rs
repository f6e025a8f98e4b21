//! What is counted, logged and profiled of each command.
//!
//! Source: the manual, "serverStatus", "top", "getLog", "Database Profiler".

use super::request::Request;
use crate::catalog::{CollectionKind, Namespace};
use crate::engine::{Engine, Work, Write};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::limits;
use crate::matcher::Matcher;
use crate::value::extended_json::quoted;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Commands that change stored data whatever their arguments are.
pub(super) const WRITERS: &[&str] = &[
    "bulkWrite",
    "cloneCollectionAsCapped",
    "collMod",
    "convertToCapped",
    "create",
    "createIndexes",
    "delete",
    "deleteIndexes",
    "drop",
    "dropDatabase",
    "dropIndexes",
    "findAndModify",
    "findandmodify",
    "insert",
    "reIndex",
    "renameCollection",
    "setClusterParameter",
    "update",
];

/// True if a command may change stored data.
pub(super) fn writes(request: &Request<'_>) -> bool {
    let last_stage = || match request.document.get("pipeline") {
        Some(ValueRef::Array(stages)) => stages.iter().last()?.as_document()?.first(),
        _ => None,
    };
    WRITERS.contains(&request.name)
        || (request.name == "aggregate"
            && last_stage().is_some_and(|stage| matches!(stage.name, "$out" | "$merge")))
}

fn work(name: &str) -> Work {
    match name {
        "insert" => Work::Insert,
        "find" => Work::Query,
        "update" => Work::Update,
        "delete" => Work::Remove,
        "getMore" => Work::GetMore,
        _ => Work::Command,
    }
}

/// How many operations a command is: the documents or statements of a write.
fn operations(work: Work, command: DocumentRef<'_>) -> u64 {
    let list = match work {
        Work::Insert => "documents",
        Work::Update => "updates",
        Work::Remove => "deletes",
        _ => return 1,
    };
    match command.get(list) {
        Some(ValueRef::Array(list)) => list.iter().count() as u64,
        _ => 0,
    }
}

/// Notes a command that has run, unless it is going to be run again.
pub(super) fn note(engine: &mut Engine, request: &Request<'_>, outcome: &Result<DocumentBuf>) {
    if let Err(error) = outcome
        && error.missing_pages().is_some()
    {
        return;
    }
    let work = work(request.name);
    let millis = (engine.env.now_ms() - request.context.now_ms).max(0);
    let collection = match (work, request.target) {
        (Work::GetMore, _) => request.document.get("collection"),
        (_, target) => Some(target),
    };
    let collection = collection.and_then(|name| name.as_str());
    let status = &mut engine.status;
    status.operations[work as usize] += operations(work, request.document);
    status.failures += u64::from(outcome.is_err());
    if let Some(collection) = collection
        && let Some(usage) = engine.usage_mut(request.database, collection)
    {
        usage.add(work, writes(request), millis as u64);
    }
    let status = &engine.status;
    let is_slow = millis > i64::from(status.slow_ms);
    if is_slow || status.log_level > 0 {
        log_command(engine, request, millis, is_slow);
    }
    if engine.status.profiles.contains_key(request.database) {
        let done = Done {
            request,
            outcome,
            collection,
            millis,
            is_slow,
        };
        // As on a server, the operation that is profiled does not fail when this does.
        let _ = profile(engine, &done);
    }
}

/// Adds a line of JSON to the log.
pub(super) fn log(engine: &mut Engine, component: &str, message: &str, attributes: &str) {
    let now = engine.env.now_ms();
    let line = format!(
        "{{\"t\":{{\"$date\":{{\"$numberLong\":\"{now}\"}}}},\"s\":\"I\",\"c\":\"{component}\",\
         \"ctx\":\"conn1\",\"msg\":\"{message}\",\"attr\":{{{attributes}}}}}"
    );
    engine.status.log.push(line);
}

#[cold]
fn log_command(engine: &mut Engine, request: &Request<'_>, millis: i64, is_slow: bool) {
    let message = match is_slow {
        true => "Slow query",
        false => "Command",
    };
    let collection = request.target.as_str().unwrap_or("$cmd");
    let attributes = format!(
        "\"command\":{},\"ns\":{},\"durationMillis\":{millis}",
        quoted(request.name),
        quoted(&format!("{}.{collection}", request.database)),
    );
    log(engine, "COMMAND", message, &attributes);
}

/// A command that is over.
struct Done<'a> {
    request: &'a Request<'a>,
    outcome: &'a Result<DocumentBuf>,
    collection: Option<&'a str>,
    millis: i64,
    is_slow: bool,
}

impl Done<'_> {
    /// As `system.profile` has it.
    fn describe(&self) -> DocumentBuf {
        let request = self.request;
        let name = self.collection.unwrap_or("$cmd");
        let mut out = DocumentBuf::new();
        let id = super::insert::new_object_id(request);
        out.append("_id", ValueRef::ObjectId(id));
        let op = match work(request.name) {
            Work::Insert => "insert",
            Work::Query => "query",
            Work::Update => "update",
            Work::Remove => "remove",
            Work::GetMore => "getmore",
            Work::Command => "command",
        };
        out.append("op", op);
        out.append("ns", format!("{}.{name}", request.database).as_str());
        match request.document.as_bytes().len() <= limits::PROFILED_COMMAND_BYTES_MAX {
            true => out.append("command", ValueRef::Document(request.document)),
            false => out.append_document("command", |command| {
                command.append("$truncated", request.name);
            }),
        }
        match self.outcome {
            Ok(reply) => self.describe_reply(reply.as_ref(), &mut out),
            Err(error) => describe_error(error, &mut out),
        }
        out.append("millis", i32::try_from(self.millis).unwrap_or(i32::MAX));
        out.append("ts", ValueRef::Date(request.context.now_ms));
        out.append("client", "");
        out.append("user", "");
        out
    }

    fn describe_reply(&self, reply: DocumentRef<'_>, out: &mut DocumentBuf) {
        let counter = match work(self.request.name) {
            Work::Insert => "ninserted",
            Work::Update => "nMatched",
            Work::Remove => "ndeleted",
            _ => "",
        };
        if let Some(number) = reply.get("n")
            && !counter.is_empty()
        {
            out.append(counter, number);
        }
        if let Some(ValueRef::Document(cursor)) = reply.get("cursor") {
            let batch = cursor.get("firstBatch").or_else(|| cursor.get("nextBatch"));
            if let Some(ValueRef::Array(batch)) = batch {
                out.append("nreturned", batch.iter().count() as i32);
            }
        }
        out.append("responseLength", reply.as_bytes().len() as i32);
    }
}

fn describe_error(error: &Error, out: &mut DocumentBuf) {
    out.append("ok", 0);
    out.append("errMsg", error.message());
    out.append("errName", error.code_name().as_str());
    out.append("errCode", error.code());
}

/// Writes a command to `system.profile` if the database's settings ask for it.
#[cold]
fn profile(engine: &mut Engine, done: &Done<'_>) -> Result<()> {
    let status = &engine.status;
    let Some(settings) = status.profiles.get(done.request.database) else {
        return Ok(());
    };
    if settings.level == 0 {
        return Ok(());
    }
    let sample_rate = status.sample_rate;
    let document = done.describe();
    let is_wanted = match &settings.filter {
        // A filter takes the place of the level's and the sample's rules.
        Some(filter) => {
            let scope = ParseScope::of(&done.request.context);
            let matcher = Matcher::parse(filter.as_ref(), &scope)?;
            matcher.matches(document.as_ref(), &done.request.context)?
        }
        None => {
            settings.level == 2
                || (done.is_slow && (engine.env.random() as f64) < sample_rate * u64::MAX as f64)
        }
    };
    if !is_wanted {
        return Ok(());
    }
    let namespace = Namespace::new(done.request.database, "system.profile");
    let mut options = DocumentBuf::new();
    options.append("capped", true);
    options.append("size", limits::PROFILE_BYTES_MAX as i32);
    let mut write = Write::new(engine);
    if write.snapshot(&namespace).is_none() {
        write.create(&namespace, options, CollectionKind::Regular)?;
    }
    write.insert(&namespace, document.as_ref())?;
    while let Some(collection) = write.snapshot(&namespace)
        && collection.records.data_size() > limits::PROFILE_BYTES_MAX
    {
        let mut cursor = collection.records.cursor();
        let Some((record, oldest)) = cursor.next_ref()? else {
            break;
        };
        write.delete(&namespace, record, DocumentRef::from_valid(oldest))?;
    }
    write.commit();
    Ok(())
}
