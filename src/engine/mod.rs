//! The engine's state: the catalog of the moment, cursors, and commits on their way to the disk.

mod answers;
mod capped;
mod cursors;
mod expiry;
mod sessions;
mod state;
mod status;
mod views;
mod write;

pub use answers::{Answers, ClientId, Ticket};
pub use cursors::{Batch, Cursor, Cursors, Tailing, check_size};
pub use expiry::Expired;
pub use sessions::{SessionId, Sessions};
pub use state::{Commit, Engine};
pub use status::{Profile, Spent, Status, Usage, Work};
pub use write::Write;
