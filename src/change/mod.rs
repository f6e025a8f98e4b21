//! The change log: what every commit did, in bytes that can be replayed.
//!
//! The journal, and later other tabs, change streams and live queries, read this one form.
//!
//! ```text
//! change = tag collection-id(8) [record-id(8)] [length(4) BSON document]
//! ```
//! All integers are little-endian. A commit is the changes of one command, in order.

mod record;

pub use record::{Change, ChangeReader, ChangeWriter};
