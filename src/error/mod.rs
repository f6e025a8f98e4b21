//! Errors: MongoDB's code, code name, message and labels, from birth.
//!
//! [`Error`] is one pointer wide, so that `Result` stays small on hot paths. Two
//! things travel in it: what a user did wrong (or the engine could not do), and a
//! *fault*: "these pages are not in memory, load them and run the command again".

pub mod codes;

use std::fmt;

/// The result of everything in the engine that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Identifies a page in the store. Zero is never used.
pub type PageId = u64;

/// What went wrong, or which pages are missing.
#[derive(Clone, PartialEq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq)]
enum Inner {
    Failed(Failure),
    Fault(Vec<PageId>),
}

/// A failure as a reply shows it.
#[derive(Clone, PartialEq)]
struct Failure {
    code: i32,
    message: String,
    labels: Vec<&'static str>,
    /// Further top-level fields of the reply (`keyPattern`, `errInfo`, ...): the
    /// bytes of a BSON document, or empty.
    details: Vec<u8>,
}

/// What a message is made from.
pub trait Message {
    /// The message.
    fn text(self) -> String;
}

impl Message for String {
    fn text(self) -> String {
        self
    }
}

impl Message for &str {
    fn text(self) -> String {
        self.to_owned()
    }
}

impl Message for fmt::Arguments<'_> {
    fn text(self) -> String {
        fmt::format(self)
    }
}

impl Error {
    /// A failure with one of the codes in [`codes`] (or a location code). A message that is put together is handed
    /// over in pieces, as `format_args!`: that takes less code than a `String` of everybody's own.
    #[cold]
    #[inline(never)]
    pub fn new(code: i32, message: impl Message) -> Error {
        Error(Box::new(Inner::Failed(Failure {
            code,
            message: message.text(),
            labels: Vec::new(),
            details: Vec::new(),
        })))
    }

    /// `BadValue` (2).
    #[cold]
    pub fn bad_value(message: impl Message) -> Error {
        Error::new(codes::BAD_VALUE, message)
    }

    /// `FailedToParse` (9).
    #[cold]
    pub fn failed_to_parse(message: impl Message) -> Error {
        Error::new(codes::FAILED_TO_PARSE, message)
    }

    /// `TypeMismatch` (14).
    #[cold]
    pub fn type_mismatch(message: impl Message) -> Error {
        Error::new(codes::TYPE_MISMATCH, message)
    }

    /// `InternalError` (1): an assertion inside the engine that did not hold.
    #[cold]
    pub fn internal(message: impl Message) -> Error {
        Error::new(codes::INTERNAL_ERROR, message)
    }

    /// Pages that must be in memory before the command can run. The first is the one
    /// that is needed now; those after it are what a scan would touch next, in order,
    /// so that the loader may read ahead.
    #[cold]
    pub fn fault(pages: Vec<PageId>) -> Error {
        Error(Box::new(Inner::Fault(pages)))
    }

    /// The missing pages, if this is a fault and not a failure.
    pub fn missing_pages(&self) -> Option<&[PageId]> {
        match &*self.0 {
            Inner::Fault(pages) => Some(pages),
            Inner::Failed(_) => None,
        }
    }

    /// True for a fault. Code that catches errors (per document of a bulk write, or
    /// `onError` of an expression) must pass faults on.
    pub fn is_fault(&self) -> bool {
        self.missing_pages().is_some()
    }

    /// True for what ends the whole command, whatever part of it met it: faults, and that its
    /// time is up.
    pub fn ends_command(&self) -> bool {
        self.is_fault() || self.code() == codes::MAX_TIME_MS_EXPIRED
    }

    /// The code; `InternalError` for a fault, which never reaches a reply.
    pub fn code(&self) -> i32 {
        match &*self.0 {
            Inner::Failed(failure) => failure.code,
            Inner::Fault(_) => codes::INTERNAL_ERROR,
        }
    }

    /// The code's name, as in `codeName`.
    pub fn code_name(&self) -> String {
        codes::name(self.code())
    }

    /// The message, as in `errmsg`.
    pub fn message(&self) -> &str {
        match &*self.0 {
            Inner::Failed(failure) => &failure.message,
            Inner::Fault(_) => "pages are not in memory",
        }
    }

    /// Labels such as `TransientTransactionError`.
    pub fn labels(&self) -> &[&'static str] {
        match &*self.0 {
            Inner::Failed(failure) => &failure.labels,
            Inner::Fault(_) => &[],
        }
    }

    /// Further fields of the reply: the bytes of a BSON document, or empty.
    pub fn details(&self) -> &[u8] {
        match &*self.0 {
            Inner::Failed(failure) => &failure.details,
            Inner::Fault(_) => &[],
        }
    }

    /// Adds a label.
    #[must_use]
    pub fn with_label(mut self, label: &'static str) -> Error {
        if let Inner::Failed(failure) = &mut *self.0 {
            failure.labels.push(label);
        }
        self
    }

    /// Adds further fields to the reply: the bytes of a BSON document.
    #[must_use]
    pub fn with_details(mut self, document: Vec<u8>) -> Error {
        if let Inner::Failed(failure) = &mut *self.0 {
            failure.details = document;
        }
        self
    }

    /// Puts words before the message, keeping code, labels and details.
    #[must_use]
    pub fn context(mut self, prefix: &str) -> Error {
        if let Inner::Failed(failure) = &mut *self.0 {
            failure.message = format!("{prefix}{}", failure.message);
        }
        self
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} ({}): {}",
            self.code_name(),
            self.code(),
            self.message()
        )
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_no_failure() {
        let fault = Error::fault(vec![7, 8]);
        assert_eq!(fault.missing_pages(), Some(&[7, 8][..]));
        assert!(!Error::bad_value("x").is_fault());
        assert_eq!(
            std::mem::size_of::<Result<()>>(),
            std::mem::size_of::<usize>()
        );
    }

    #[test]
    fn shows_name_code_and_message() {
        let error = Error::bad_value("no").context("In $and: ");
        assert_eq!(error.to_string(), "BadValue (2): In $and: no");
    }
}
