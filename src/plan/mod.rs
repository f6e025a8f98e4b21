//! The planner, and the nodes that carry a plan out.
//!
//! A plan reads one snapshot of a collection. Every node is a stream: [`Stream::next`] gives the
//! next row, and after a fault (see `error`) can be called again as if nothing had happened. Where all
//! rows are wanted, [`drain`] has them given by callback.

mod access;
mod bounds;
mod build;
mod candidate;
mod clustered_scan;
mod count;
mod document;
mod explain;
mod fetch;
mod filter;
mod index_scan;
mod intersection;
mod key_limits;
mod key_test;
mod limit;
mod merge;
mod metadata;
mod parsed_query;
mod planner;
mod predicates;
mod probe;
mod projection_node;
mod query_shape;
mod record_keys;
mod salvage;
mod sample;
mod scan;
mod sort;
mod sort_node;
mod stream;
mod tail;
mod union;
mod ways;

pub use bounds::{Interval, IntervalSet};
pub use count::{CountNode, Counted, count};
pub use document::{Changed, Document, New, Row};
pub use explain::{Verbosity, examined, explain};
pub use fetch::Select;
pub use filter::Filter;
pub use key_limits::KeyLimits;
pub use metadata::Metadata;
pub use parsed_query::of as parsed_query;
#[cfg(test)]
pub(crate) use planner::all_plans;
pub use planner::{
    Choice, Hint, Plan, Query, QueryProjection, plan, plan_and_rejected, plan_distinct,
};
pub use probe::Probe;
pub use query_shape::{query_shape, shape_hash};
pub use salvage::Salvage;
pub use sample::{Sample, below};
#[cfg(test)]
pub(crate) use scan::CollectionScan;
pub use sort::{SortPattern, Sorter, check_metadata_key, key_head};
pub use stream::{BoxStream, Sink, Statistics, Stream, drain};
pub use tail::Tail;
