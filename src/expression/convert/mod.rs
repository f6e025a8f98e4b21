//! Conversions between types, as `$convert` does them.

mod binary;
mod number_text;
mod target;
mod to_type;

pub use binary::Format;
pub use target::Target;
pub use to_type::convert;
