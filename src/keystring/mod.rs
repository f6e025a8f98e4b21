//! Key strings: values as bytes whose order under `memcmp` is MongoDB's order of the values.
//!
//! A key is one component per field. Each component is self-delimiting, so that keys of
//! several fields compare field by field; a descending field has all its bytes inverted.
//!
//! ```text
//! key       = component* end            end: 0x04 (see `Edge`)
//! component = tag payload               tags grow with the order of the types, 0x0a..=0xf0
//! ```
//!
//! Equal numbers of different types have equal bytes. What the bytes do not say (that a
//! 1 was a double, that a text was a symbol) goes into the *type bytes* kept beside a
//! key, so that [`decode`] gives back the exact values.

mod decode;
mod encode;
mod number;
mod split;

pub use decode::decode;
pub use encode::{KeyWriter, encode_one, type_end, type_start};
pub use split::component_end;

/// What closes a key: the place of a bound relative to all keys with the same components.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Below every key that starts with these components.
    Before,
    /// An entry's own key.
    Exact,
    /// Above every key that starts with these components.
    After,
}

impl Edge {
    fn byte(self) -> u8 {
        match self {
            Edge::Before => 0x01,
            Edge::Exact => 0x04,
            Edge::After => 0xfe,
        }
    }
}

/// The first byte of a component: one per type, and per class of numbers.
mod tag {
    pub(super) const MIN_KEY: u8 = 10;
    pub(super) const UNDEFINED: u8 = 15;
    pub(super) const NULL: u8 = 20;
    pub(super) const NAN: u8 = 29;
    pub(super) const NEGATIVE_INFINITY: u8 = 30;
    pub(super) const NEGATIVE: u8 = 31;
    pub(super) const ZERO: u8 = 32;
    pub(super) const POSITIVE: u8 = 33;
    pub(super) const POSITIVE_INFINITY: u8 = 34;
    pub(super) const STRING: u8 = 60;
    pub(super) const DOCUMENT: u8 = 70;
    pub(super) const ARRAY: u8 = 80;
    pub(super) const BINARY: u8 = 90;
    pub(super) const OBJECT_ID: u8 = 100;
    pub(super) const FALSE: u8 = 110;
    pub(super) const TRUE: u8 = 111;
    pub(super) const DATE: u8 = 120;
    pub(super) const TIMESTAMP: u8 = 130;
    pub(super) const REGEX: u8 = 140;
    pub(super) const DB_POINTER: u8 = 150;
    pub(super) const CODE: u8 = 160;
    pub(super) const CODE_WITH_SCOPE: u8 = 170;
    pub(super) const MAX_KEY: u8 = 240;
}

/// The type byte of a double.
pub const TYPE_DOUBLE: u8 = exact::DOUBLE;
/// The type byte of a long integer.
pub const TYPE_INT64: u8 = exact::INT64;

/// What a type byte says of the number or text it stands for.
mod exact {
    pub(super) const INT32_OR_STRING: u8 = 0;
    pub(super) const INT64: u8 = 1;
    pub(super) const DOUBLE: u8 = 2;
    pub(super) const NEGATIVE_ZERO: u8 = 3;
    /// Followed by the decimal's sixteen bytes.
    pub(super) const DECIMAL: u8 = 4;
    pub(super) const SYMBOL: u8 = 5;
}

#[cfg(test)]
mod tests;
