//! The counted copy-on-write tree, snapshots, pages and the record store: knows bytes, never BSON.
//!
//! ```text
//!  record_store   documents by record id          builder     a tree from sorted entries
//!  cursor         walking, by key or position     checkpoint  dirty nodes onto pages
//!  tree / write   reading / changing              retired     pages that are no longer needed
//!  node / pager   nodes, and how their pages come into memory
//!  page / packed  the bytes of a node
//! ```
//!
//! Invariants:
//! - A clone of a [`Tree`] is a snapshot. What two versions share is never changed.
//! - What is missing in memory is a fault, raised before anything has changed.
//! - Inner nodes know the number of entries below each child, so that positions, counts of ranges
//!   and skips cost a descent, not a walk.
//!
//! Deliberately absent: threads (a tree is one thread's), checksums and the store itself (see
//! `persist`), and parent or sibling links (they could not be shared by snapshots).

mod builder;
mod checkpoint;
mod cursor;
mod damage;
mod handle;
mod node;
mod packed;
mod page;
mod pager;
mod record_store;
mod retired;
mod tree;
mod write;

#[cfg(test)]
mod model_test;

pub use builder::TreeBuilder;
pub use checkpoint::Prepared;
pub use cursor::Cursor;
pub use handle::{Entry, EntryRef, LeafEntries, ValueHandle};
pub use page::{Outline, PAGE_ID_MAX, outline};
pub use pager::Pager;
pub use record_store::{RecordCursor, RecordId, RecordStore};
pub use tree::{ENTRY_BYTES_END, PAGE_BYTES, Root, Tree};
