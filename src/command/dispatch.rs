//! The boundary: one command in, one reply out.

use super::registry::find_command;
use super::request::Request;
use crate::engine::{Engine, Ticket};
use crate::error::{Error, PageId, Result, codes};
use crate::limits;
use crate::value::{DocumentBuf, DocumentRef, ValueRef, validate};

/// What running a command came to.
pub enum Outcome {
    /// A reply, `ok` or not.
    Reply(Vec<u8>),
    /// Nothing has happened: these pages are needed first (see [`Error::fault`]), then the same
    /// command is to be run again.
    Fault(Vec<PageId>),
}

impl Engine {
    /// Runs one command, given as a BSON document with its name as the first key and the database
    /// in `$db` (the manual: "Database Commands"). The reply has `ok: 1`, or `ok: 0` with
    /// `errmsg`, `code`, `codeName` and perhaps `errorLabels`.
    ///
    /// For engines in memory; one over a store uses [`Engine::execute`].
    pub fn run_command(&mut self, request: &[u8]) -> Vec<u8> {
        match self.execute(request) {
            Outcome::Reply(reply) => reply,
            Outcome::Fault(_) => {
                let error = Error::internal("a page of this database is not in memory");
                error_reply(&error).into_bytes()
            }
        }
    }

    /// As [`Engine::run_command`], in the types of the crate `bson`.
    pub fn run_document(&mut self, request: &bson::RawDocument) -> bson::RawDocumentBuf {
        let reply = self.run_command(request.as_bytes());
        // A reply is always one document; an empty one would stand for a bug, not for a reply.
        bson::RawDocumentBuf::from_bytes(reply).unwrap_or_default()
    }

    /// As [`Engine::execute`], for a command that may be sent again because its answer was lost: a
    /// write is done once, and answered as often as it is sent.
    ///
    /// Errors: `IncompleteTransactionHistory` (217) when it was done and its answer was too long to
    /// be kept.
    pub fn execute_once(&mut self, request: &[u8], ticket: &Ticket) -> Outcome {
        if let Some(answer) = self.answers_mut().find(ticket) {
            return Outcome::Reply(match answer.is_empty() {
                false => answer.to_vec(),
                true => error_reply(&Error::new(
                    codes::INCOMPLETE_TRANSACTION_HISTORY,
                    "this write was done; its reply was too long to be kept",
                ))
                .into_bytes(),
            });
        }
        let before = self.sequence();
        let outcome = self.execute(request);
        if let Outcome::Reply(reply) = &outcome
            && self.sequence() != before
        {
            self.answer(ticket, reply);
        }
        outcome
    }

    /// As [`Engine::run_command`], for an engine whose pages may have to be loaded.
    pub fn execute(&mut self, request: &[u8]) -> Outcome {
        let outcome = self.reply_or_fault(request);
        if let Outcome::Reply(reply) = &outcome {
            self.status.requests += 1;
            self.status.bytes_in += request.len() as u64;
            self.status.bytes_out += reply.len() as u64;
        }
        outcome
    }

    fn reply_or_fault(&mut self, request: &[u8]) -> Outcome {
        let result = parse(request).and_then(|document| run(self, document));
        match result {
            Ok(mut reply) => {
                if reply.as_ref().get("ok").is_none() {
                    reply.append("ok", 1.0);
                }
                Outcome::Reply(reply.into_bytes())
            }
            Err(error) => match error.missing_pages() {
                Some(pages) => Outcome::Fault(pages.to_vec()),
                None => Outcome::Reply(error_reply(&error).into_bytes()),
            },
        }
    }
}

fn parse(request: &[u8]) -> Result<DocumentRef<'_>> {
    if request.len() > limits::MESSAGE_BYTES_MAX {
        return Err(Error::new(
            codes::INVALID_LENGTH,
            "the command is larger than 48000000 bytes",
        ));
    }
    match validate(request, limits::NESTING_DEPTH_MAX) {
        Err(error) if error.code() == codes::OVERFLOW => {
            let document = validate(request, limits::COMMAND_DEPTH_MAX)?;
            check_stored(document)?;
            Ok(document)
        }
        outcome => outcome,
    }
}

/// What may be stored may not be nested as deep as the rest of a command.
///
/// Errors: `Overflow` (15).
fn check_stored(command: DocumentRef<'_>) -> Result<()> {
    let name = command.first().map_or("", |first| first.name);
    let stored = match name {
        "insert" => "documents",
        "update" => "updates",
        "findAndModify" | "findandmodify" => "update",
        "bulkWrite" => "ops",
        _ => return Ok(()),
    };
    match command.get(stored) {
        Some(ValueRef::Document(part)) => {
            validate(part.as_bytes(), limits::NESTING_DEPTH_MAX - 1).map(drop)
        }
        Some(ValueRef::Array(part)) => {
            validate(part.as_document().as_bytes(), limits::NESTING_DEPTH_MAX - 1).map(drop)
        }
        _ => Ok(()),
    }
}

/// What can be done with what was read of a damaged store.
const OF_DAMAGED: &[&str] = &[
    "tussockSnapshot",
    "getMore",
    "killCursors",
    "endSessions",
    "hello",
    "ping",
];

fn run(engine: &mut Engine, document: DocumentRef<'_>) -> Result<DocumentBuf> {
    let request = Request::new(document, engine)?;
    engine
        .cursors
        .close_idle(request.context.now_ms, engine.status.cursor_idle_ms_max);
    let command = match find_command(request.name) {
        Some(command) => command,
        None => return Err(super::refused::error(request.name)),
    };
    if engine.salvaged().is_some() && !OF_DAMAGED.contains(&request.name) {
        let message =
            "the stored database is damaged: what can be read can be salvaged, then repair it";
        return Err(Error::new(codes::DATA_CORRUPTION_DETECTED, message));
    }
    super::server::check_write_lock(engine, &request)?;
    super::time_series::check_buckets(engine, &request)?;
    let session = super::sessions::of_command(document)?;
    super::sessions::check_number(&request)?;
    engine.cursors.enter_session(session);
    if let Some(session) = session {
        engine.sessions.touch(session, request.context.now_ms);
    }
    engine.time_limit = request.context.time_limit.clone();
    let outcome = (command.run)(engine, &request);
    engine.time_limit = None;
    super::accounting::note(engine, &request, &outcome);
    let outcome = outcome.map_err(|error| super::damage::located(engine, error));
    match outcome {
        Ok(_) if super::concerns::is_unacknowledged(&request) => Ok(DocumentBuf::new()),
        outcome => outcome,
    }
}

/// The reply of a command that failed.
pub fn error_reply(error: &Error) -> DocumentBuf {
    let mut reply = DocumentBuf::new();
    reply.append("ok", 0.0);
    append_error(&mut reply, error);
    if !error.labels().is_empty() {
        reply.append_array("errorLabels", |labels| {
            error.labels().iter().for_each(|label| labels.push(*label));
        });
    }
    reply
}

/// `errmsg`, `code`, `codeName` and the details.
fn append_error(reply: &mut DocumentBuf, error: &Error) {
    reply.append("errmsg", error.message());
    reply.append("code", error.code());
    reply.append("codeName", error.code_name().as_str());
    if !error.details().is_empty() {
        DocumentRef::from_valid(error.details())
            .elements()
            .for_each(|element| reply.append_element(&element));
    }
}
