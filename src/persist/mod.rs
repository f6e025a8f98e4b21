//! Persistence: journal, checkpoint, recovery. Knows pages and a [`Store`], never IndexedDB.
//!
//! ```text
//! a command --> engine (in memory) --> commits --> one journal group --> reply
//!                                          \--> now and then: dirty pages + manifest
//!
//! store   meta     the manifest twice, in chunks, ... (see `format`)
//!         journal  chunks of groups of commits, in the order of their sequence numbers
//!         pages    chunks of pages, by page id
//! ```
//! Invariants: a reply to a write is given after the store's transaction with its changes is
//! complete; a checkpoint's pages, its manifest and the end of the journal it replaces are one
//! transaction; a write whose transaction fails is undone in memory and reported as failed.

mod checkpoint;
mod database;
mod format;
mod fragments;
mod frame;
mod journal;
mod link;
mod load;
mod notify;
#[cfg(test)]
mod ownership_test;
mod recovery;
mod repair;
mod reserve;
mod salvage;
mod status;
mod store;
mod write;

#[cfg(test)]
mod crash_test;
#[cfg(test)]
mod damage_test;
#[cfg(test)]
mod durability_test;
#[cfg(test)]
mod faulty_store;
#[cfg(test)]
mod golden_test;
#[cfg(test)]
mod index_kinds_test;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod quota_test;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod salvage_test;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod simulation;

pub use database::{Attempt, Database, Options};
pub use status::{State, Status};
pub use store::{Batch, Durability, Failure, Key, Space, Store, Values};
