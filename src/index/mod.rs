//! Indexes: what they are, which keys a document has in them, and their trees.

mod keys;
mod spec;
mod store;

pub use keys::{KeyEntry, KeySet, Multikey, sort_key};
pub use spec::{IndexField, IndexSpec, key_pattern_name};
pub use store::{Index, IndexRecord, split_record};
