//! Databases, collections and their options: what exists, and how a collection changes.

mod collection;
mod describe;
mod index_filter;
mod listing;
mod namespace;
mod rules;
mod time_series;

pub use collection::{Collection, CollectionInfo, CollectionKind};
pub use index_filter::{IndexFilter, IndexFilters};
pub use listing::Catalog;
pub use namespace::{Namespace, check_collection_name, check_database_name, check_known_name};
pub use rules::{Capped, Rules, Validation};
pub use time_series::{BUCKETS_PREFIX, TimeSeries, TimeSeriesOptions};
