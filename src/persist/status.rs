//! How durable a database is at the moment: what its user can be shown.

use crate::error::Error;

/// What is going on between the memory and the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum State {
    /// Everything is in the store.
    #[default]
    Durable,
    /// Commits are on their way to the store, or wait for it.
    Saving,
    /// The connection broke; it is being tried again.
    Retrying,
    /// It was tried often enough: writes are refused until the store is back.
    Failing,
    /// The store is lost for this client: another owner has it, or it was deleted. Final.
    ReadOnly,
}

impl State {
    /// The name, as users see it.
    pub fn name(self) -> &'static str {
        match self {
            State::Durable => "durable",
            State::Saving => "saving",
            State::Retrying => "retrying",
            State::Failing => "failing",
            State::ReadOnly => "readOnly",
        }
    }
}

/// What is not durable yet, and why.
#[derive(Clone)]
pub struct Status {
    pub state: State,
    /// Commits that are applied and not durable.
    pub commits: u64,
    /// The bytes of their changes.
    pub bytes: u64,
    /// How long the oldest of them waits, in milliseconds.
    pub age_ms: f64,
    /// Why the store does not do its work, in the states from `Retrying` on.
    pub failure: Option<Error>,
}
