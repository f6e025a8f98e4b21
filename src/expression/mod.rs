//! Aggregation expressions: parsed once, evaluated over raw documents.

mod call;
mod context;
mod convert;
mod date_argument;
mod dependencies;
mod fields;
mod memory;
mod named_arguments;
pub mod number;
mod operators;
mod ops;
mod parse;
mod scope;
pub mod sort_by;
pub mod statistics;
pub mod text;
mod tree;
mod vector;

pub use call::Call;
pub use context::{Context, Variables};
pub use date_argument::Unit as TimeUnit;
pub use dependencies::Dependencies;
pub use fields::{FieldValues, Fields, Prepared};
pub use memory::check_bytes;
pub use operators::{OPERATORS, Registration};
pub use ops::date_add::move_date;
pub use ops::merge_objects::merge as merge_documents;
pub use ops::meta::{METADATA, unavailable as metadata_unavailable};
pub use ops::percentile::parse_percentile_argument;
pub use parse::{NO_JAVASCRIPT, check_variable_name};
pub use scope::{Local, ParseScope, Scope};
pub use tree::{Evaluate, Expression, Outcome};

#[cfg(test)]
pub(crate) mod testing;
