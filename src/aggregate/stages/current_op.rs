//! $currentOp: the operations that run, which is this one: commands run one after the other.
//!
//! Source: the manual, "$currentOp (aggregation)".

use super::listed::{check_fields, flag, stage};
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, ValueRef};

const FLAGS: [&str; 7] = [
    "allUsers",
    "idleConnections",
    "idleCursors",
    "idleSessions",
    "localOps",
    "truncateOps",
    "targetAllNodes",
];

/// Errors: `TypeMismatch` (14), 40415, `FailedToParse` (9) for `targetAllNodes`, which only a sharded
/// cluster has, `InvalidNamespace` (73) outside `admin`.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    if scope.namespace.database() != "admin" {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("{name} must be run against the 'admin' database"),
        ));
    }
    let argument = value.as_document().ok_or_else(|| {
        let kind = value.kind().alias();
        Error::type_mismatch(format_args!("{name} must be an object, but found: {kind}"))
    })?;
    check_fields(name, argument, &FLAGS)?;
    for flag_name in FLAGS {
        let is_set = flag(name, argument, flag_name)?;
        if is_set && flag_name == "targetAllNodes" {
            let message = "targetAllNodes is only for sharded clusters";
            return Err(Error::failed_to_parse(message));
        }
    }
    let mut row = DocumentBuf::new();
    row.append("host", "tussock");
    row.append("type", "op");
    row.append("active", true);
    row.append("op", "command");
    row.append("ns", scope.namespace.to_string().as_str());
    row.append_document("command", |command| {
        command.append("aggregate", 1);
        command.append("$db", scope.namespace.database());
    });
    Ok(stage(name, value, vec![row]))
}
