//! BSON, JSON and Extended JSON written a second time, apart from the engine's own code, so
//! that the tests have an oracle.

pub mod binary_text;
pub mod bson;
pub mod build;
pub mod decimal;
pub mod json;
pub mod text;

pub use bson::{Document, Value};
pub use json::Json;
