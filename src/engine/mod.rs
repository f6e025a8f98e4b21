//! The engine's state: the catalog of the moment, cursors, and commits on their way to the disk.

mod cursors;
mod state;
mod write;

pub use cursors::{Batch, Cursor, Cursors, SessionId};
pub use state::{Commit, Engine};
pub use write::Write;
