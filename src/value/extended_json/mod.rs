//! Extended JSON: BSON as JSON text, canonical or relaxed, and back.
//!
//! Source: the manual, "MongoDB Extended JSON (v2)". Canonical keeps every type; relaxed writes
//! numbers, and dates of the years 1970 to 9999, as people do.

mod date;
mod json;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use read::{parse, parse_plain, read_value, tagged};
pub use write::{Mode, hex, quoted, write};
