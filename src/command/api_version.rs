//! The Stable API: `apiVersion`, `apiStrict`, `apiDeprecationErrors`.
//!
//! Source: the manual, "Stable API".

use crate::error::{Error, Result, codes};
use crate::value::{DocumentRef, ValueRef};

/// The commands of version 1.
const VERSION_1: &[&str] = &[
    "abortTransaction",
    "aggregate",
    "bulkWrite",
    "collMod",
    "commitTransaction",
    "count",
    "create",
    "createIndexes",
    "delete",
    "drop",
    "dropDatabase",
    "dropIndexes",
    "endSessions",
    "explain",
    "find",
    "findAndModify",
    "getMore",
    "hello",
    "insert",
    "killCursors",
    "listCollections",
    "listDatabases",
    "listIndexes",
    "ping",
    "refreshSessions",
    "update",
];

/// Stages that are not in version 1.
const OTHER_STAGES: &[&str] = &[
    "$collStats",
    "$currentOp",
    "$indexStats",
    "$listSearchIndexes",
    "$listLocalSessions",
    "$listSessions",
    "$planCacheStats",
    "$search",
    "$searchMeta",
    "$vectorSearch",
];

/// Checks the three fields of a command.
///
/// Errors: `APIVersionError` (322), `APIStrictError` (323), 4886600 for a flag without a version.
pub(super) fn check(command: DocumentRef<'_>) -> Result<()> {
    let version = command.get("apiVersion").and_then(|value| value.as_str());
    let strict = command.get("apiStrict").and_then(|value| value.as_bool());
    let Some(version) = version else {
        let flag = ["apiStrict", "apiDeprecationErrors"]
            .into_iter()
            .find(|flag| command.get(flag).is_some_and(|value| !value.is_nullish()));
        return match flag {
            Some(flag) => Err(Error::new(
                4886600,
                format_args!("{flag} needs apiVersion beside it"),
            )),
            None => Ok(()),
        };
    };
    if version != "1" {
        return Err(Error::new(
            codes::API_VERSION_ERROR,
            format_args!("API version must be \"1\", not \"{version}\""),
        ));
    }
    if strict != Some(true) {
        return Ok(());
    }
    let name = command.first().map_or("", |first| first.name);
    if !VERSION_1.contains(&name) {
        return Err(outside(name));
    }
    if command
        .get("explain")
        .is_some_and(|value| value.is_truthy())
    {
        return Err(outside("explain"));
    }
    let stages = command.get("pipeline").and_then(|stages| stages.as_array());
    for stage in stages.iter().flat_map(|stages| stages.iter()) {
        let first = stage.as_document().and_then(|stage| stage.first());
        if let Some(first) = first.filter(|first| is_outside(first.name, first.value())) {
            return Err(outside(first.name));
        }
    }
    Ok(())
}

/// Of `$collStats` the counting is in version 1, the rest is not.
fn is_outside(stage: &str, argument: ValueRef<'_>) -> bool {
    let only_counts = || {
        let argument = argument.as_document();
        argument.is_some_and(|fields| fields.iter().all(|(name, _)| name == "count"))
    };
    OTHER_STAGES.contains(&stage) && !(stage == "$collStats" && only_counts())
}

#[cold]
fn outside(name: &str) -> Error {
    Error::new(
        codes::API_STRICT_ERROR,
        format_args!("'{name}' is not in API version 1, and apiStrict is true"),
    )
}
