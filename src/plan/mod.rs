//! The planner, and the nodes that carry a plan out.
//!
//! A plan reads one snapshot of a collection. Every node is a stream: [`Stream::next`] gives the
//! next row, and after a fault (see `error`) can be called again as if nothing had happened.

mod bounds;
mod candidate;
mod count;
mod document;
mod explain;
mod fetch;
mod filter;
mod index_scan;
mod limit;
mod planner;
mod predicates;
mod projection_node;
mod sample;
mod scan;
mod sort;
mod sort_node;
mod stream;
mod tail;
mod union;

pub use bounds::{Interval, IntervalSet};
pub use count::{CountNode, count};
pub use document::{Document, Row};
pub use explain::{Verbosity, examined, explain};
pub use fetch::Select;
pub use filter::Filter;
pub use planner::{Hint, Plan, Query, QueryProjection, plan};
pub use sample::{Sample, below};
pub use sort::{SortPattern, Sorter};
pub use stream::{BoxStream, Statistics, Stream};
pub use tail::Tail;
