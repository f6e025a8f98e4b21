//! Commands: one file each, parse -> engine -> reply. Only this room knows the wire's field names.

mod aggregate;
mod api_version;
mod arguments;
mod bulk_write;
mod capped_copy;
mod coll_mod;
mod coll_mod_options;
mod coll_mod_time_series;
mod coll_mod_view;
mod collation;
mod collection_options;
mod collection_uuid;
mod compact;
mod concerns;
mod count;
mod create;
mod create_indexes;
mod cursor_reply;
mod data_size;
mod delete;
mod dispatch;
mod distinct;
mod drop;
mod drop_indexes;
mod encrypted_fields;
mod explain;
mod explain_pipeline;
mod find;
mod find_and_modify;
mod get_more;
mod handshake;
mod id_index;
mod index_specification;
mod insert;
mod kill_cursors;
mod list_collections;
mod list_databases;
mod list_indexes;
mod listing;
mod pipeline_output;
mod plan_cache;
mod registry;
mod rename_collection;
mod request;
mod selection;
mod server;
mod sessions;
mod statistics;
mod tailable;
mod update;
mod updating;
mod validate;
mod validate_metadata;
mod views;
mod write_reply;

pub use dispatch::{Outcome, error_reply};
pub use registry::{COMMANDS, Command};

#[cfg(test)]
mod plan_property_test;
#[cfg(test)]
mod rewrites_tests;
#[cfg(test)]
pub(crate) mod testing;
