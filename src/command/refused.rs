//! Commands that MongoDB has and a database inside a page has not: one table of names and codes.
//!
//! There is one node, nobody logs in, nothing is sharded, and JavaScript does not run here.

use crate::error::{Error, codes};

/// Codes and the commands that are refused with them. Any other name is one that nobody knows (59);
/// so are here those that MongoDB's own single node does not know: those of routers, and those that
/// were removed.
pub static REFUSED: &[(i32, &[&str])] = &[
    (
        codes::AUTHENTICATION_FAILED,
        &["authenticate", "saslContinue", "saslStart"],
    ),
    (
        codes::NO_REPLICATION_ENABLED,
        &[
            "appendOplogNote",
            "applyOps",
            "replSetAbortPrimaryCatchUp",
            "replSetFreeze",
            "replSetGetConfig",
            "replSetGetStatus",
            "replSetInitiate",
            "replSetMaintenance",
            "replSetReconfig",
            "replSetResizeOplog",
            "replSetStepDown",
            "replSetSyncFrom",
        ],
    ),
    (
        codes::COMMAND_NOT_SUPPORTED,
        &[
            "autoCompact",
            "createRole",
            "createUser",
            "dropConnections",
            "getAuditConfig",
            "logApplicationMessage",
            "logRotate",
            "mapReduce",
            "mapreduce",
            "rotateCertificates",
            "setAuditConfig",
            "setIndexCommitQuorum",
            "setUserWriteBlockMode",
            "shutdown",
        ],
    ),
    // There are no users and no roles, so whatever names one names none.
    (
        codes::USER_NOT_FOUND,
        &[
            "dropUser",
            "grantRolesToUser",
            "revokeRolesFromUser",
            "updateUser",
        ],
    ),
    (
        codes::ROLE_NOT_FOUND,
        &[
            "dropRole",
            "grantPrivilegesToRole",
            "grantRolesToRole",
            "revokePrivilegesFromRole",
            "revokeRolesFromRole",
            "updateRole",
        ],
    ),
    (
        codes::SEARCH_NOT_ENABLED,
        &[
            "createSearchIndexes",
            "dropSearchIndex",
            "listSearchIndexes",
            "updateSearchIndex",
        ],
    ),
    // A single node without replication has no defaults for concerns.
    (51300, &["getDefaultRWConcern", "setDefaultRWConcern"]),
];

/// The error of a command that is not registered.
#[cold]
pub(super) fn error(name: &str) -> Error {
    let found = REFUSED.iter().find(|(_, names)| names.contains(&name));
    match found {
        Some((codes::AUTHENTICATION_FAILED, _)) => {
            Error::new(codes::AUTHENTICATION_FAILED, "Authentication failed.")
        }
        Some((code, _)) => Error::new(*code, format_args!("{name} is not supported here")),
        None => Error::new(
            codes::COMMAND_NOT_FOUND,
            format_args!("no such command: '{name}'"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::registry::find_command;
    use crate::command::testing::Shell;

    #[test]
    fn what_is_refused_is_not_registered() {
        for (code, names) in REFUSED {
            for name in *names {
                assert!(find_command(name).is_none(), "{name}");
                Shell::new().check_error(&format!("{{{name}: 1}}"), *code);
            }
        }
        Shell::new().check_error("{eval: 1}", 59);
    }
}
