//! $listLocalSessions and $listSessions: the sessions that are in use. One process keeps all
//! sessions there are, so both lists are the same.
//!
//! Source: the manual, "$listLocalSessions" and "$listSessions". There are no users, so a session is nobody's: those of
//! named users are none, those of the current user or of all are all.

use super::listed::{check_fields, flag, stage};
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::catalog::Namespace;
use crate::error::{Error, Result, codes};
use crate::value::{BinaryRef, DocumentBuf, DocumentRef, ValueRef};

const UUID_SUBTYPE: u8 = 4;

/// Errors: `TypeMismatch` (14), 40415, 40414, `UnsupportedFormat` (12) for users beside `allUsers`.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let argument = value
        .as_document()
        .ok_or_else(|| wrong_type(name, value, "object"))?;
    check_fields(name, argument, &["users", "allUsers"])?;
    let all_users = match argument.get("allUsers") {
        Some(ValueRef::Null) => false,
        _ => flag(name, argument, "allUsers")?,
    };
    let named_users = users(name, argument)?;
    if all_users && named_users > 0 {
        return Err(Error::new(
            12,
            format_args!("{name} may not name users when allUsers is true"),
        ));
    }
    let rows = scope.sessions.iter().filter(|_| named_users == 0);
    let rows = rows.map(|(id, last_used_ms)| {
        let mut row = DocumentBuf::new();
        row.append_document("_id", |out| {
            let uuid = BinaryRef {
                subtype: UUID_SUBTYPE,
                bytes: id,
            };
            out.append("id", ValueRef::Binary(uuid));
        });
        row.append("lastUse", ValueRef::Date(*last_used_ms));
        row
    });
    Ok(stage(name, value, rows.collect()))
}

/// `$listSessions`. Errors: those of [`parse`], `InvalidNamespace` (73) for a collection other than
/// that of the sessions.
pub fn parse_stored(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    if scope.namespace != Namespace::new("config", "system.sessions") {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("{name} may only be run against config.system.sessions"),
        ));
    }
    parse(name, value, scope)
}

/// The number of users that are named.
fn users(stage: &str, argument: DocumentRef<'_>) -> Result<usize> {
    let list = match argument.get("users") {
        None | Some(ValueRef::Null) => return Ok(0),
        Some(ValueRef::Array(list)) => list,
        Some(other) => return Err(wrong_type(&format!("{stage}.users"), other, "array")),
    };
    let mut count = 0;
    for user in list.iter().filter(|user| !user.is_nullish()) {
        let user = user
            .as_document()
            .ok_or_else(|| wrong_type(&format!("{stage}.users"), user, "object"))?;
        check_fields(&format!("{stage}.users"), user, &["user", "db"])?;
        for field in ["user", "db"] {
            let path = format!("{stage}.users.{field}");
            match user.get(field) {
                Some(ValueRef::String(_)) => {}
                None | Some(ValueRef::Null) => {
                    return Err(Error::new(
                        40414,
                        format_args!("BSON field '{path}' is missing but a required field"),
                    ));
                }
                Some(other) => return Err(wrong_type(&path, other, "string")),
            }
        }
        count += 1;
    }
    Ok(count)
}

#[cold]
fn wrong_type(path: &str, value: ValueRef<'_>, expected: &str) -> Error {
    Error::type_mismatch(format_args!(
        "BSON field '{path}' is the wrong type '{}', expected type '{expected}'",
        value.kind().alias()
    ))
}
