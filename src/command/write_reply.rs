//! The errors of single statements of a write command, and the loop over statements.

use super::arguments::Arguments;
use super::collection_uuid;
use super::create::is_creatable;
use super::request::Request;
use crate::catalog::Namespace;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::limits;
use crate::value::{ArrayRef, DocumentBuf, DocumentRef};

/// Errors: `InvalidLength` (16) for no statement or more than 100,000, or for `stmtIds` of another
/// number; `InvalidOptions` (72) for `stmtIds` beside `stmtId`.
pub(super) fn check_batch_size(arguments: &Arguments<'_>, statements: ArrayRef<'_>) -> Result<()> {
    let count = statements.count();
    if (1..=limits::WRITE_BATCH_MAX).contains(&count) {
        let Some(ids) = arguments.array("stmtIds") else {
            return Ok(());
        };
        if ids.count() != count {
            let message = "there must be as many stmtIds as statements";
            return Err(Error::new(codes::INVALID_LENGTH, message));
        }
        if arguments.get("stmtId").is_some() {
            let message = "stmtId and stmtIds exclude each other";
            return Err(Error::new(codes::INVALID_OPTIONS, message));
        }
        return Ok(());
    }
    Err(Error::new(
        codes::INVALID_LENGTH,
        format_args!("Write batch sizes must be between 1 and 100000. Got {count} operations."),
    ))
}

/// Checks that users may write to a collection, and that it is the one they mean.
///
/// Errors: `CommandNotSupportedOnView` (166), `InvalidNamespace` (73) for one of the server's own,
/// those of `collectionUUID`.
pub(super) fn check_target(
    engine: &Engine,
    namespace: &Namespace,
    request: &Request<'_>,
) -> Result<()> {
    check_writable(namespace)?;
    collection_uuid::check(engine.catalog(), namespace, request)?;
    engine.catalog().regular(namespace).map(drop)
}

/// Whether documents may be written to a collection of this name.
pub(super) fn is_writable(name: &str) -> bool {
    is_creatable(name) && !matches!(name, "system.views" | "system.profile")
}

/// Errors: `InvalidNamespace` (73).
pub(super) fn check_writable(namespace: &Namespace) -> Result<()> {
    match is_writable(namespace.collection()) {
        true => Ok(()),
        false => Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("cannot write to '{namespace}'"),
        )),
    }
}

/// Collects the errors of statements.
pub(super) struct WriteErrors {
    ordered: bool,
    errors: Vec<(usize, Error)>,
}

impl WriteErrors {
    /// With `ordered`, the first error ends the command.
    pub(super) fn new(ordered: bool) -> WriteErrors {
        WriteErrors {
            ordered,
            errors: Vec::new(),
        }
    }

    /// Takes the outcome of a statement; true if the next one is to be run.
    ///
    /// Errors: faults and the end of the time, which end the whole command.
    pub(super) fn note(&mut self, index: usize, outcome: Result<()>) -> Result<bool> {
        match outcome {
            Ok(()) => Ok(true),
            Err(error) if error.ends_command() => Err(error),
            Err(error) => {
                self.errors.push((index, error));
                Ok(!self.ordered)
            }
        }
    }

    /// Appends `writeErrors`, if there are any.
    pub(super) fn append(&self, reply: &mut DocumentBuf) {
        if self.errors.is_empty() {
            return;
        }
        reply.append_array("writeErrors", |list| {
            for (index, error) in &self.errors {
                let mut item = list.document();
                item.append("index", *index as i32);
                item.append("code", error.code());
                if !error.details().is_empty() {
                    DocumentRef::from_valid(error.details())
                        .elements()
                        .for_each(|element| item.append_element(&element));
                }
                item.append("errmsg", error.message());
            }
        });
    }
}
