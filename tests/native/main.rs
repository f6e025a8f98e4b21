//! The one native integration binary: what no unit test inside `src/` can see.

#![allow(clippy::unwrap_used)]

mod architecture;
mod bson_corpus;
mod compatibility;
mod conformance;
mod engine;
mod fuzz;
mod wire;
