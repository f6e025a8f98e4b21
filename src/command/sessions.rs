//! startSession, endSessions, refreshSessions, killSessions, killAllSessions: sessions hold cursors.
//!
//! Source: the manual's pages of the same names. A session begins with the first command that names
//! it; ending one closes its cursors.

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use crate::engine::{Engine, SessionId};
use crate::error::{Error, Result, codes};
use crate::limits;
use crate::value::{ArrayRef, BinaryRef, DocumentBuf, DocumentRef, ValueRef};

const UUID_SUBTYPE: u8 = 4;

/// The session that a command runs in: its `lsid`.
///
/// Errors: as [`id`].
pub(super) fn of_command(command: DocumentRef<'_>) -> Result<Option<SessionId>> {
    match command.get("lsid") {
        Some(ValueRef::Document(lsid)) => {
            id("lsid", lsid, &["id", "uid", "txnUUID", "txnNumber"]).map(Some)
        }
        _ => Ok(None),
    }
}

/// A write with a number would have to be done once, however often it is sent; that takes
/// transactions' bookkeeping.
///
/// Errors: `InvalidOptions` (72) without a session, `IllegalOperation` (20).
pub(super) fn check_number(request: &Request<'_>) -> Result<()> {
    let is_write = matches!(
        request.name,
        "insert" | "update" | "delete" | "findAndModify" | "findandmodify" | "bulkWrite"
    );
    let number = request.document.get("txnNumber");
    if !is_write || !number.is_some_and(|number| number.is_number()) {
        return Ok(());
    }
    if request.document.get("lsid").is_none() {
        let message = "a command with 'txnNumber' needs a session, as 'lsid'";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    }
    Err(Error::new(
        codes::ILLEGAL_OPERATION,
        "'txnNumber' is not supported: this is a single node without transactions",
    ))
}

/// The id in a document `{id: UUID}`.
///
/// Errors: 40414 without an id, 40415 for fields other than `known`, `TypeMismatch` (14),
/// `InvalidUUID` (207).
fn id(owner: &str, document: DocumentRef<'_>, known: &[&str]) -> Result<SessionId> {
    if let Some(element) = document
        .elements()
        .find(|element| !known.contains(&element.name))
    {
        return Err(Error::new(
            40415,
            format_args!("BSON field '{owner}.{}' is an unknown field.", element.name),
        ));
    }
    let bytes = match document.get("id").filter(|id| !id.is_nullish()) {
        Some(ValueRef::Binary(BinaryRef {
            subtype: UUID_SUBTYPE,
            bytes,
        })) => bytes,
        Some(other) => {
            return Err(Error::type_mismatch(format_args!(
                "BSON field '{owner}.id' must be a UUID, not {}",
                other.kind().alias()
            )));
        }
        None => {
            return Err(Error::new(
                40414,
                format_args!("BSON field '{owner}.id' is missing but a required field"),
            ));
        }
    };
    SessionId::try_from(bytes)
        .map_err(|_| Error::new(codes::INVALID_UUID, "a UUID must have 16 bytes"))
}

/// The array that stands after the command's name.
///
/// Errors: 40414 for null, `TypeMismatch` (14).
fn list<'a>(request: &Request<'a>) -> Result<ArrayRef<'a>> {
    match request.target {
        ValueRef::Array(list) => Ok(list),
        other if other.is_nullish() => Err(Error::new(
            40414,
            format_args!(
                "BSON field '{0}.{0}' is missing but a required field",
                request.name
            ),
        )),
        other => Err(Error::type_mismatch(format_args!(
            "BSON field '{0}.{0}' is the wrong type '{1}', expected type 'array'",
            request.name,
            other.kind().alias()
        ))),
    }
}

/// A document of that array.
fn member<'a>(request: &Request<'_>, at: usize, value: ValueRef<'a>) -> Result<DocumentRef<'a>> {
    value.as_document().ok_or_else(|| {
        Error::type_mismatch(format_args!(
            "BSON field '{0}.{0}.{at}' is the wrong type '{1}', expected type 'object'",
            request.name,
            value.kind().alias()
        ))
    })
}

fn ids(request: &Request<'_>) -> Result<Vec<SessionId>> {
    Arguments::of_lenient(request, &[])?;
    let ids = list(request)?
        .iter()
        .enumerate()
        .filter(|(_, value)| !value.is_nullish())
        .map(|(at, value)| id(request.name, member(request, at, value)?, &["id"]));
    ids.collect()
}

/// startSession: an id that nobody else has.
pub(super) fn start(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, &[])?;
    let mut id = [0; 16];
    id[..8].copy_from_slice(&engine.env.random().to_le_bytes());
    id[8..].copy_from_slice(&engine.env.random().to_le_bytes());
    // Version 4 (random), variant 1.
    id[6] = id[6] & 0x0f | 0x40;
    id[8] = id[8] & 0x3f | 0x80;
    let mut reply = DocumentBuf::new();
    reply.append_document("id", |inner| {
        let uuid = BinaryRef {
            subtype: UUID_SUBTYPE,
            bytes: &id,
        };
        inner.append("id", ValueRef::Binary(uuid));
    });
    reply.append("timeoutMinutes", limits::SESSION_TIMEOUT_MINUTES);
    Ok(reply)
}

/// endSessions and killSessions: closes the cursors of sessions.
pub(super) fn kill(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let ids = ids(request)?;
    engine
        .cursors
        .close_sessions(|session| ids.contains(session));
    engine.sessions.end(|session| ids.contains(session));
    Ok(DocumentBuf::new())
}

/// refreshSessions: counts as a use of each.
pub(super) fn refresh(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    for id in ids(request)? {
        engine.sessions.touch(id, request.context.now_ms);
    }
    Ok(DocumentBuf::new())
}

/// killAllSessions: the sessions of some users, or of everyone. There are no users, so a pattern
/// that names one matches nothing.
pub(super) fn kill_all(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    const USER: &[Field] = &[
        required("user", Takes::String),
        required("db", Takes::String),
    ];
    Arguments::of_lenient(request, &[])?;
    let users = list(request)?;
    for (at, user) in users.iter().enumerate() {
        if user.is_nullish() {
            continue;
        }
        Arguments::inside(request.name, member(request, at, user)?, USER)?;
    }
    if users.iter().all(|user| user.is_nullish()) {
        engine.cursors.close_sessions(|_| true);
        engine.sessions.end(|_| true);
    }
    Ok(DocumentBuf::new())
}
/// killAllSessionsByPattern: the sessions that one of the patterns fits. There are no users and no
/// roles, so a pattern that names any fits nothing; one of an `lsid` fits that session.
pub(super) fn kill_all_by_pattern(
    engine: &mut Engine,
    request: &Request<'_>,
) -> Result<DocumentBuf> {
    const PATTERN: &[Field] = &[
        optional("lsid", Takes::Document),
        optional("uid", Takes::Any),
        optional("users", Takes::Array),
        optional("roles", Takes::Array),
    ];
    Arguments::of_lenient(request, &[])?;
    let patterns = list(request)?;
    let mut fits_all = patterns.is_empty();
    let mut fitting = Vec::new();
    for (at, value) in patterns.iter().enumerate() {
        let pattern = Arguments::inside(request.name, member(request, at, value)?, PATTERN)?;
        let names_users = ["uid", "users", "roles"]
            .iter()
            .any(|field| pattern.get(field).is_some());
        match pattern.document("lsid") {
            _ if names_users => {}
            Some(lsid) => fitting.push(id(request.name, lsid, &["id", "uid"])?),
            None => fits_all = true,
        }
    }
    let ends = |session: &SessionId| fits_all || fitting.contains(session);
    engine.cursors.close_sessions(ends);
    engine.sessions.end(ends);
    Ok(DocumentBuf::new())
}
