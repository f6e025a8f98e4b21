//! The counted copy-on-write tree, snapshots, pages and the record store: knows bytes, never BSON.
