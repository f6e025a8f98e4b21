//! Room that is kept back, so that what makes room can be written down when the quota is used up.
//!
//! ```text
//! meta space   RESERVE       the room: bytes that mean nothing
//!              RESERVE + 1   says that it is there
//!              RESERVE + 2   says that it was there once: what grows brings it back first
//! ```
//! Chromium weighs a transaction that puts anything against what is free on the disk before it, and
//! lets one pass that only deletes; a value of this size has a file of its own there, so that its
//! end makes room at once. Hence the room is given up first, and what needs it is written next.

use std::cell::Cell;

use super::frame;
use super::store::{Batch, Key, Space, Values};
use crate::change::{Change, ChangeReader};
use crate::engine::{Commit, Engine};
use crate::env::next_random;
use crate::error::{Error, codes};
use crate::storage::{PAGE_BYTES, Tree};

/// Above the rows of owners.
const RESERVE: u64 = 1 << 42;
/// The rows that say whether there is room.
pub(super) const ROWS: std::ops::Range<u64> = RESERVE + 1..RESERVE + 3;
/// Enough for some thousand deletes one by one.
const ROOM_BYTES: usize = 512 * 1024;
/// A database that has written less keeps nothing back.
pub(super) const GROWN_BYTES: u64 = 256 * 1024;
/// The same, in pages that were written.
pub(super) const GROWN_PAGES: u64 = 64;

/// Whether there is room.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reserve {
    /// There was none yet.
    #[default]
    Never,
    Kept,
    /// It was given up.
    Spent,
}

fn key(row: u64) -> Key {
    Key {
        space: Space::Meta,
        number: RESERVE + row,
    }
}

/// Whether this is the one value that may be large.
#[cfg(test)]
pub(super) fn is_room(name: Key) -> bool {
    name == key(0)
}

/// What the rows of [`ROWS`] say.
pub(super) fn read(rows: &Values) -> Reserve {
    match rows.as_slice() {
        [] => Reserve::Never,
        [(number, _), ..] if *number == ROWS.start => Reserve::Kept,
        _ => Reserve::Spent,
    }
}

/// Keeps room back.
pub(super) fn fill(batch: &mut Batch) {
    // Nothing that can be compressed.
    let state = Cell::new(RESERVE);
    let mut room = Vec::with_capacity(ROOM_BYTES);
    while room.len() < ROOM_BYTES {
        room.extend_from_slice(&next_random(&state).to_le_bytes());
    }
    batch.puts.push((key(0), room));
    for row in ROWS {
        frame::seal(Space::Meta, row, &[], &mut batch.puts);
    }
}

/// A batch that gives the room up, and puts nothing.
pub(super) fn give_up() -> Batch {
    Batch {
        deletes: vec![key(0), key(1)],
        ..Batch::default()
    }
}

/// `OutOfDiskSpace` (14031).
#[cold]
pub(super) fn full() -> Error {
    Error::new(
        codes::OUT_OF_DISK_SPACE,
        "there is no space for pages: the browser's storage quota for this site is used up",
    )
}

/// Whether the pages that have to be written are few enough to be tried.
pub(super) fn has_room_for(engine: &Engine) -> bool {
    let dirty = engine.catalog().iter().map(|collection| {
        let indexes = collection.indexes.iter().map(|index| &index.tree);
        let trees = indexes.chain([collection.records.tree()]);
        trees.map(Tree::dirty_pages).sum::<usize>()
    });
    dirty.sum::<usize>() * PAGE_BYTES < ROOM_BYTES / 2
}

/// Whether this is about space.
pub(super) fn is_full(error: &Error) -> bool {
    error.code() == codes::OUT_OF_DISK_SPACE
}

/// Whether commits only take away.
pub(super) fn only_frees(commits: &[Commit]) -> bool {
    let frees = |change| {
        matches!(
            change,
            Ok(Change::Delete { .. }
                | Change::DropCollection { .. }
                | Change::DropIndex { .. }
                | Change::Answer { .. })
        )
    };
    let mut commits = commits.iter();
    commits.all(|commit| ChangeReader::new(&commit.changes).all(frees))
}
