//! Commands: one file each, parse -> engine -> reply. Only this room knows the wire's field names.

mod arguments;
mod concerns;
mod cursor_reply;
mod delete;
mod dispatch;
mod find;
mod get_more;
mod handshake;
mod insert;
mod kill_cursors;
mod registry;
mod request;
mod selection;
mod write_reply;

pub use dispatch::{Outcome, error_reply};
pub use registry::{COMMANDS, Command};
