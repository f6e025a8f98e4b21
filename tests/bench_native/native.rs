//! Native micro-benchmarks: `cargo bench --bench native [-- FILTER]`.
//!
//! Each prints the nanoseconds of one operation, the median of several batches. They show
//! where time goes and whether a change helped; no time is asserted.

#![allow(clippy::unwrap_used)]

mod analytic;
mod counted;
mod engine;
mod keystring;
mod orders;
mod stopwatch;
mod storage;
mod value;

use stopwatch::Stopwatch;

fn main() {
    // `cargo bench` passes `--bench`; `cargo test --benches` does not, and only wants to know
    // that everything runs.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let once = !arguments.iter().any(|argument| argument == "--bench");
    let filter = arguments
        .into_iter()
        .find(|argument| !argument.starts_with('-'));
    let mut stopwatch = Stopwatch::new(filter, once);
    value::run(&mut stopwatch);
    keystring::run(&mut stopwatch);
    storage::run(&mut stopwatch);
    engine::run(&mut stopwatch);
    analytic::run(&mut stopwatch);
    counted::run(&mut stopwatch);
}
