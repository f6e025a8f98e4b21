//! Accumulators of `$group`, `$bucket` and windows: parsed once, one state per group.

mod accumulate;
mod ops;
mod table;

pub use accumulate::{Accumulate, Accumulator, State};
pub use table::{ACCUMULATORS, Registration};
