//! Aggregation expressions: parsed once, evaluated over raw documents.

mod call;
mod context;
mod dependencies;
pub mod number;
mod operators;
mod ops;
mod parse;
mod scope;
mod tree;

pub use call::Call;
pub use context::{Context, Variables};
pub use dependencies::Dependencies;
pub use operators::{OPERATORS, Registration};
pub use parse::check_variable_name;
pub use scope::{Local, ParseScope, Scope};
pub use tree::{Evaluate, Expression, Outcome};

#[cfg(test)]
pub(crate) mod testing;
