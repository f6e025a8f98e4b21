//! Sums, averages, deviations and percentiles, shared by expressions and accumulators.

mod deviation;
mod percentile;
mod sum;

pub use deviation::Deviation;
pub use percentile::percentile;
pub use sum::Sum;
