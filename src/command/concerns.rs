//! Read and write concerns: which a single node can honour.
//!
//! Source: the manual, "Read Concern" and "Write Concern". Every write is durable before it is
//! acknowledged, so `j: true` and `w: 1` or `"majority"` ask for what happens anyway.

use super::accounting::WRITERS;
use super::request::Request;
use crate::error::{Error, Result, codes};
use crate::value::{DocumentRef, ValueRef};

/// Commands that take more read concern levels than `local`.
const READERS: [&str; 5] = ["aggregate", "count", "distinct", "explain", "find"];

/// Commands that take a write concern beside those that write; all others refuse one.
const ALSO_ACKNOWLEDGED: [&str; 8] = [
    "abortTransaction",
    "aggregate",
    "commitTransaction",
    "dropAllRolesFromDatabase",
    "dropAllUsersFromDatabase",
    "setDefaultRWConcern",
    "setFeatureCompatibilityVersion",
    "tussockExpire",
];

/// Stages that look at the server and not at stored data.
const STAGES_OF_SERVER: [&str; 4] = [
    "$currentOp",
    "$listClusterCatalog",
    "$listLocalSessions",
    "$planCacheStats",
];

fn takes_write_concern(name: &str) -> bool {
    ALSO_ACKNOWLEDGED.contains(&name) || WRITERS.contains(&name) && name != "reIndex"
}

/// True for commands that take levels other than `local`.
fn reads_data(command: DocumentRef<'_>) -> bool {
    let stages = command.get("pipeline").and_then(|stages| stages.as_array());
    let first = stages.and_then(|stages| stages.iter().next()?.as_document()?.first());
    let name = command.first().map_or("", |first| first.name);
    READERS.contains(&name) && first.is_none_or(|stage| !STAGES_OF_SERVER.contains(&stage.name))
}

/// Checks `readConcern` and `writeConcern` of a command.
///
/// Errors: `FailedToParse` (9), `TypeMismatch` (14), `BadValue` (2) for a `w` that one node cannot
/// meet, `InvalidOptions` (72) for a read concern it does not have.
pub(super) fn check(command: DocumentRef<'_>) -> Result<()> {
    if let Some(ValueRef::Document(concern)) = command.get("writeConcern") {
        let name = command.first().map_or("", |first| first.name);
        if !takes_write_concern(name) {
            return Err(Error::new(
                codes::INVALID_OPTIONS,
                format_args!("Command {name} does not support writeConcern"),
            ));
        }
        check_write(concern)?;
    }
    if let Some(ValueRef::Document(concern)) = command.get("readConcern") {
        check_read(concern, command)?;
    }
    Ok(())
}

/// True for a write whose sender does not want to know what became of it: `w: 0` without `j`.
#[inline]
pub(super) fn is_unacknowledged(request: &Request<'_>) -> bool {
    let Some(ValueRef::Document(concern)) = request.document.get("writeConcern") else {
        return false;
    };
    matches!(request.name, "insert" | "update" | "delete" | "bulkWrite")
        && concern.get("w").and_then(|w| w.to_i64_coerced()) == Some(0)
        && !concern.get("j").is_some_and(|j| j.is_truthy())
}

fn check_write(concern: DocumentRef<'_>) -> Result<()> {
    for (name, value) in concern.iter() {
        match name {
            "w" => check_w(value)?,
            "j" | "fsync" => {
                if !(value.is_number() || value.as_bool().is_some() || value.is_nullish()) {
                    return Err(wrong_type("writeConcern", name, value));
                }
            }
            // What is no number is no time limit; a number is one for a single node's write, which
            // is over before it is acknowledged.
            "wtimeout" | "wtimeoutMS" => {
                if value
                    .to_i64_coerced()
                    .is_some_and(|limit| limit > i64::from(i32::MAX))
                {
                    return Err(Error::failed_to_parse("wtimeout must be a 32-bit integer"));
                }
            }
            "provenance" => check_provenance("writeConcern", value)?,
            _ => return Err(unknown("writeConcern", name)),
        }
    }
    Ok(())
}

fn check_w(value: ValueRef<'_>) -> Result<()> {
    match value {
        ValueRef::String("majority") => Ok(()),
        ValueRef::String(tag) => Err(Error::bad_value(format_args!(
            "cannot use non-majority 'w' mode '{tag}' when a host is not replicated"
        ))),
        ValueRef::Document(tags) => {
            let is_tags = !tags.is_empty() && tags.iter().all(|(_, number)| number.is_number());
            match is_tags {
                true => Ok(()),
                false => Err(Error::failed_to_parse(
                    "w tags must be a non-empty object of numbers",
                )),
            }
        }
        ValueRef::Null => Err(Error::bad_value("w may not be null")),
        _ if value.is_nan() => Err(Error::failed_to_parse("w may not be NaN")),
        _ => match value.to_i64_coerced() {
            Some(0 | 1) => Ok(()),
            Some(number) if !(0..=50).contains(&number) => Err(Error::failed_to_parse(
                "w has to be a non-negative number and not greater than 50",
            )),
            Some(_) => Err(Error::bad_value(
                "cannot use 'w' > 1 when a host is not replicated",
            )),
            None => Err(Error::failed_to_parse(
                "w has to be a number, string, or object",
            )),
        },
    }
}

/// Where a concern comes from, as servers tell each other.
fn check_provenance(owner: &str, value: ValueRef<'_>) -> Result<()> {
    match value {
        ValueRef::Null
        | ValueRef::String(
            "clientSupplied" | "implicitDefault" | "customDefault" | "getLastErrorDefaults",
        ) => Ok(()),
        ValueRef::String(text) => Err(Error::bad_value(format_args!(
            "Enumeration value '{text}' for field '{owner}.provenance' is not a valid value."
        ))),
        other => Err(wrong_type(owner, "provenance", other)),
    }
}

fn check_read(concern: DocumentRef<'_>, command: DocumentRef<'_>) -> Result<()> {
    if let Some(ValueRef::Timestamp(_)) = concern.get("atClusterTime") {
        return Err(Error::new(
            codes::INVALID_OPTIONS,
            "readConcern atClusterTime needs the level snapshot of a replica set",
        ));
    }
    for (name, value) in concern.iter() {
        match (name, value) {
            ("level", ValueRef::Null) => {}
            ("level", ValueRef::String("local")) => {}
            ("level", ValueRef::String("available" | "majority")) if reads_data(command) => {}
            ("level", ValueRef::String(level @ ("available" | "majority"))) => {
                return Err(Error::new(
                    codes::INVALID_OPTIONS,
                    format_args!("this command does not support the read concern level '{level}'"),
                ));
            }
            ("level", ValueRef::String(level @ ("snapshot" | "linearizable"))) => {
                return Err(level_of_replica_sets(level, command));
            }
            ("level", ValueRef::String(other)) => {
                return Err(Error::bad_value(format_args!(
                    "Enumeration value '{other}' for field 'readConcern.level' is not a valid value."
                )));
            }
            ("level", other) => return Err(wrong_type("readConcern", name, other)),
            ("provenance", value) => check_provenance("readConcern", value)?,
            ("afterClusterTime", ValueRef::Timestamp(_)) => {
                return Err(Error::new(
                    codes::ILLEGAL_OPERATION,
                    "Cannot specify afterClusterTime on a standalone server",
                ));
            }
            ("afterClusterTime" | "atClusterTime", other) => {
                return Err(wrong_type("readConcern", name, other));
            }
            _ => return Err(unknown("readConcern", name)),
        }
    }
    Ok(())
}

/// Levels that only a replica set has; some commands know nothing of snapshots anywhere.
#[cold]
fn level_of_replica_sets(level: &str, command: DocumentRef<'_>) -> Error {
    let name = command.first().map_or("", |first| first.name);
    let reads = ["aggregate", "find", "distinct"].contains(&name);
    let stages = command.get("pipeline").and_then(|stages| stages.as_array());
    let last = stages.and_then(|stages| stages.iter().last()?.as_document()?.first());
    let writes = last.is_some_and(|last| matches!(last.name, "$out" | "$merge"));
    let code = match (level == "linearizable" || reads) && !writes && reads_data(command) {
        true => codes::NOT_A_REPLICA_SET,
        false => codes::INVALID_OPTIONS,
    };
    Error::new(
        code,
        format_args!("the read concern level '{level}' needs a replica set"),
    )
}

#[cold]
fn wrong_type(owner: &str, name: &str, value: ValueRef<'_>) -> Error {
    Error::new(
        codes::TYPE_MISMATCH,
        format_args!(
            "BSON field '{owner}.{name}' is the wrong type '{}'",
            value.kind().alias()
        ),
    )
}

#[cold]
fn unknown(owner: &str, name: &str) -> Error {
    Error::new(
        40415,
        format_args!("BSON field '{owner}.{name}' is an unknown field."),
    )
}
