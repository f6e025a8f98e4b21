//! connectionStatus, killOp, listCommands: what little there is to say of the server itself.
//!
//! Source: the manual's pages of the same names.

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::registry::COMMANDS;
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::value::DocumentBuf;

/// connectionStatus: nobody has to say who they are, so there are no users.
pub(super) fn connection_status(
    _engine: &mut Engine,
    request: &Request<'_>,
) -> Result<DocumentBuf> {
    const FIELDS: &[Field] = &[optional("showPrivileges", Takes::Truth)];
    let arguments = Arguments::of(request, FIELDS)?;
    let mut reply = DocumentBuf::new();
    reply.append_document("authInfo", |info| {
        info.array("authenticatedUsers");
        info.array("authenticatedUserRoles");
        if arguments.truth("showPrivileges").unwrap_or(false) {
            info.array("authenticatedUserPrivileges");
        }
    });
    Ok(reply)
}

/// killOp: one command runs at a time, so no other is there to be ended; as on any server, naming
/// an operation that is not there is no error.
///
/// Errors: `Unauthorized` (13) outside `admin`.
pub(super) fn kill_op(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    const FIELDS: &[Field] = &[required("op", Takes::Number)];
    if request.database != "admin" {
        let message = "killOp may only be run against the admin database.";
        return Err(Error::new(codes::UNAUTHORIZED, message));
    }
    Arguments::of_lenient(request, FIELDS)?;
    let mut reply = DocumentBuf::new();
    reply.append("info", "attempting to kill op");
    Ok(reply)
}

/// listCommands: the commands by their names.
pub(super) fn list_commands(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, &[])?;
    let mut reply = DocumentBuf::new();
    reply.append_document("commands", |list| {
        for command in COMMANDS {
            let mut about = list.document(command.name);
            let mut names = about.array("aliases");
            command.aliases.iter().for_each(|name| names.push(*name));
        }
    });
    Ok(reply)
}
