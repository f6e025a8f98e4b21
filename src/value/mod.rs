//! BSON values: borrowed views, owned values, order, numbers, paths, Extended JSON.

mod compare;
mod decimal;
mod display;
mod document;
pub mod double;
pub mod extended_json;
mod hash;
mod kind;
mod md5;
mod owned;
pub mod path;
mod reference;
mod sha256;
mod validate;

pub use compare::{compare, compare_arrays, compare_documents, compare_numbers, compare_optional};
pub use decimal::{COEFFICIENT_END, Decimal, Decimal128, Rounding};
pub use document::{ArrayIter, ArrayRef, DocumentIter, DocumentRef, Element, Elements, are_equal};
pub use extended_json::hex;
pub use hash::hashed_index_key;
pub use kind::Kind;
pub use md5::Md5;
pub use owned::{ArrayBuf, ArrayWriter, DocumentBuf, DocumentWriter, Value};
pub use path::FieldPath;
pub use reference::{BinaryRef, CodeWithScopeRef, DbPointerRef, RegexRef, Timestamp, ValueRef};
pub use sha256::sha256;
pub use validate::validate;
