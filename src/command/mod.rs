//! Commands: one file each, parse -> engine -> reply. Only this room knows the wire's field names.

mod accounting;
mod aggregate;
mod api_version;
mod arguments;
mod bulk_write;
mod capped_copy;
mod cluster_parameters;
mod clustered_index;
mod coll_mod;
mod coll_mod_index;
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
mod damage;
mod data_size;
mod db_hash;
mod delete;
mod dispatch;
mod distinct;
mod drop;
mod drop_indexes;
mod encrypted_fields;
mod expire;
mod explain;
mod explain_pipeline;
mod file_md5;
mod find;
mod find_and_modify;
mod find_express;
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
mod parameters;
mod pipeline_output;
mod plan_cache;
mod profile;
mod re_index;
mod refused;
mod registry;
mod rename_collection;
mod request;
mod selection;
mod server;
mod server_status;
mod sessions;
mod snapshot;
mod statistics;
mod tailable;
mod time_series;
mod update;
mod updating;
mod validate;
mod validate_metadata;
mod views;
mod write_reply;

pub use dispatch::{Outcome, error_reply};
pub use refused::REFUSED;
pub use registry::{COMMANDS, Command};

#[cfg(test)]
mod plan_property_test;
#[cfg(test)]
mod rewrites_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod time_series_tests;
