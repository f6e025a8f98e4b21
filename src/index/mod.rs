//! Indexes: what they are, which keys a document has in them, and their trees.

mod keys;
mod partial;
mod spec;
mod store;
mod wildcard;

pub use keys::{KeyEntry, KeySet, Multikey, index_keys, sort_key};
pub use partial::PartialFilter;
pub use spec::{FieldKind, IndexField, IndexSpec, is_order_by_id, is_wildcard, key_pattern_name};
pub use store::{Index, IndexRecord, Uses, split_record};
pub use wildcard::{Wildcard, view_for_path, view_without_path};
