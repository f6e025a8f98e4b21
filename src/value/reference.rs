//! A borrowed BSON value: scalars of up to twelve bytes by value, the rest as views of BSON bytes.
//!
//! A value is sixteen bytes wide in the browser. It is moved everywhere, so that what is wider and
//! rare (decimals, regular expressions, deprecated types) is a view and has no parts of its own.

use super::document::length_at;
use super::{ArrayRef, Decimal128, DocumentRef, Kind};

/// A BSON value borrowed from bytes. Cheap to copy.
#[derive(Clone, Copy)]
pub enum ValueRef<'a> {
    Double(f64),
    String(&'a str),
    Document(DocumentRef<'a>),
    Array(ArrayRef<'a>),
    Binary(BinaryRef<'a>),
    Undefined,
    ObjectId([u8; 12]),
    Boolean(bool),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Date(i64),
    Null,
    Regex(RegexRef<'a>),
    DbPointer(DbPointerRef<'a>),
    Code(&'a str),
    Symbol(&'a str),
    CodeWithScope(CodeWithScopeRef<'a>),
    Int32(i32),
    Timestamp(Timestamp),
    Int64(i64),
    Decimal128(&'a Decimal128),
    MinKey,
    MaxKey,
}

/// Binary data with its subtype. For the old subtype 2 the bytes still hold the inner length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BinaryRef<'a> {
    pub subtype: u8,
    pub bytes: &'a [u8],
}

/// A regular expression stored as a value: the pattern and the options, each with a closing zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RegexRef<'a>(&'a [u8]);

impl<'a> RegexRef<'a> {
    /// The pattern.
    pub fn pattern(self) -> &'a str {
        cstring(self.0)
    }

    /// The options, one letter each.
    pub fn options(self) -> &'a str {
        cstring(&self.0[self.pattern().len() + 1..])
    }

    /// BSON's bytes.
    pub(super) fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// The deprecated reference to a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DbPointerRef<'a>(&'a [u8]);

impl<'a> DbPointerRef<'a> {
    /// The collection's full name.
    pub fn namespace(self) -> &'a str {
        text(self.0)
    }

    /// The document's `_id`.
    pub fn id(self) -> [u8; 12] {
        head(&self.0[4 + length_at(self.0)..])
    }

    /// BSON's bytes.
    pub(super) fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// The deprecated JavaScript code with variables.
#[derive(Clone, Copy)]
pub struct CodeWithScopeRef<'a>(&'a [u8]);

impl<'a> CodeWithScopeRef<'a> {
    /// The program.
    pub fn code(self) -> &'a str {
        text(&self.0[4..])
    }

    /// The variables.
    pub fn scope(self) -> DocumentRef<'a> {
        DocumentRef::from_valid(&self.0[4 + 4 + length_at(&self.0[4..])..])
    }

    /// BSON's bytes.
    pub(super) fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Seconds and a counter within the second; compares as unsigned, seconds first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Timestamp {
    pub time: u32,
    pub increment: u32,
}

impl Timestamp {
    /// The 64-bit form: seconds in the upper half.
    pub fn to_bits(self) -> u64 {
        u64::from(self.time) << 32 | u64::from(self.increment)
    }

    /// From the 64-bit form.
    pub fn from_bits(bits: u64) -> Timestamp {
        Timestamp {
            time: (bits >> 32) as u32,
            increment: bits as u32,
        }
    }
}

/// The text behind a 32-bit length that counts the closing zero.
#[inline(always)]
fn text(bytes: &[u8]) -> &str {
    let end = 4 + length_at(bytes).saturating_sub(1);
    // SAFETY: strings of validated documents are UTF-8 (see `document`).
    unsafe { std::str::from_utf8_unchecked(&bytes[4..end]) }
}

/// The text up to the next zero.
fn cstring(bytes: &[u8]) -> &str {
    let end = bytes
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(bytes.len());
    // SAFETY: as in `text`.
    unsafe { std::str::from_utf8_unchecked(&bytes[..end]) }
}

/// The first `N` bytes.
#[inline(always)]
fn head<const N: usize>(bytes: &[u8]) -> [u8; N] {
    match bytes.first_chunk::<N>() {
        Some(&chunk) => chunk,
        None => [0; N],
    }
}

impl<'a> ValueRef<'a> {
    /// Decodes a value of this kind from its bytes (valid, see `document`).
    #[inline]
    pub fn decode(kind: Kind, bytes: &'a [u8]) -> ValueRef<'a> {
        match kind {
            Kind::Double => ValueRef::Double(f64::from_le_bytes(head(bytes))),
            Kind::String => ValueRef::String(text(bytes)),
            Kind::Document => ValueRef::Document(DocumentRef::from_valid(bytes)),
            Kind::Array => ValueRef::Array(ArrayRef::from_valid(bytes)),
            Kind::Binary => ValueRef::Binary(BinaryRef {
                subtype: bytes[4],
                bytes: &bytes[5..],
            }),
            Kind::Undefined => ValueRef::Undefined,
            Kind::ObjectId => ValueRef::ObjectId(head(bytes)),
            Kind::Boolean => ValueRef::Boolean(bytes[0] != 0),
            Kind::Date => ValueRef::Date(i64::from_le_bytes(head(bytes))),
            Kind::Null => ValueRef::Null,
            Kind::Regex => ValueRef::Regex(RegexRef(bytes)),
            Kind::DbPointer => ValueRef::DbPointer(DbPointerRef(bytes)),
            Kind::Code => ValueRef::Code(text(bytes)),
            Kind::Symbol => ValueRef::Symbol(text(bytes)),
            Kind::CodeWithScope => ValueRef::CodeWithScope(CodeWithScopeRef(bytes)),
            Kind::Int32 => ValueRef::Int32(i32::from_le_bytes(head(bytes))),
            Kind::Timestamp => {
                ValueRef::Timestamp(Timestamp::from_bits(u64::from_le_bytes(head(bytes))))
            }
            Kind::Int64 => ValueRef::Int64(i64::from_le_bytes(head(bytes))),
            Kind::Decimal128 => ValueRef::Decimal128(Decimal128::from_head(bytes)),
            Kind::MinKey => ValueRef::MinKey,
            Kind::MaxKey => ValueRef::MaxKey,
        }
    }

    /// The value's type.
    #[inline]
    pub fn kind(&self) -> Kind {
        match self {
            ValueRef::Double(_) => Kind::Double,
            ValueRef::String(_) => Kind::String,
            ValueRef::Document(_) => Kind::Document,
            ValueRef::Array(_) => Kind::Array,
            ValueRef::Binary(_) => Kind::Binary,
            ValueRef::Undefined => Kind::Undefined,
            ValueRef::ObjectId(_) => Kind::ObjectId,
            ValueRef::Boolean(_) => Kind::Boolean,
            ValueRef::Date(_) => Kind::Date,
            ValueRef::Null => Kind::Null,
            ValueRef::Regex(_) => Kind::Regex,
            ValueRef::DbPointer(_) => Kind::DbPointer,
            ValueRef::Code(_) => Kind::Code,
            ValueRef::Symbol(_) => Kind::Symbol,
            ValueRef::CodeWithScope(_) => Kind::CodeWithScope,
            ValueRef::Int32(_) => Kind::Int32,
            ValueRef::Timestamp(_) => Kind::Timestamp,
            ValueRef::Int64(_) => Kind::Int64,
            ValueRef::Decimal128(_) => Kind::Decimal128,
            ValueRef::MinKey => Kind::MinKey,
            ValueRef::MaxKey => Kind::MaxKey,
        }
    }

    /// True for double, int, long and decimal.
    pub fn is_number(&self) -> bool {
        self.kind().is_number()
    }

    /// True for null and the deprecated undefined. (Missing is `None` of an `Option`.)
    pub fn is_nullish(&self) -> bool {
        matches!(self, ValueRef::Null | ValueRef::Undefined)
    }

    /// True for NaN, double or decimal.
    pub fn is_nan(&self) -> bool {
        match self {
            ValueRef::Double(number) => number.is_nan(),
            ValueRef::Decimal128(number) => number.is_nan(),
            _ => false,
        }
    }

    /// The text of a string (not of a symbol or code).
    pub fn as_str(&self) -> Option<&'a str> {
        match *self {
            ValueRef::String(text) => Some(text),
            _ => None,
        }
    }

    /// The document, if it is one.
    pub fn as_document(&self) -> Option<DocumentRef<'a>> {
        match *self {
            ValueRef::Document(document) => Some(document),
            _ => None,
        }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<ArrayRef<'a>> {
        match *self {
            ValueRef::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match *self {
            ValueRef::Boolean(flag) => Some(flag),
            _ => None,
        }
    }

    /// A number as a double, rounded to the nearest where it must be.
    pub fn to_f64(&self) -> Option<f64> {
        match *self {
            ValueRef::Double(number) => Some(number),
            ValueRef::Int32(number) => Some(f64::from(number)),
            ValueRef::Int64(number) => Some(number as f64),
            ValueRef::Decimal128(number) => Some(number.to_f64()),
            _ => None,
        }
    }

    /// A number as a 64-bit integer if it is one exactly (`2.0` is, `2.5` is not).
    pub fn to_i64_exact(&self) -> Option<i64> {
        match *self {
            ValueRef::Int32(number) => Some(i64::from(number)),
            ValueRef::Int64(number) => Some(number),
            ValueRef::Double(number) => {
                let in_range =
                    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
                (in_range && number.trunc() == number).then_some(number as i64)
            }
            ValueRef::Decimal128(number) => number.to_i64_exact(),
            _ => None,
        }
    }

    /// A number as a 64-bit integer, cut toward zero and clamped; NaN is zero.
    pub fn to_i64_truncated(&self) -> Option<i64> {
        match *self {
            ValueRef::Int32(number) => Some(i64::from(number)),
            ValueRef::Int64(number) => Some(number),
            ValueRef::Double(number) => Some(number as i64),
            ValueRef::Decimal128(number) => Some(number.to_i64_truncated()),
            _ => None,
        }
    }

    /// A number where a command wants a whole one: a double is cut toward zero, a decimal rounded
    /// half to even; both are clamped, and NaN is zero.
    pub fn to_i64_coerced(&self) -> Option<i64> {
        match *self {
            ValueRef::Decimal128(number) => Some(
                number
                    .to_i64_rounded()
                    .unwrap_or_else(|| number.to_i64_truncated()),
            ),
            _ => self.to_i64_truncated(),
        }
    }

    /// MongoDB's truth: false, zero, null and undefined are false, all else is true.
    /// (Missing is false too: `Option::is_some_and`.)
    pub fn is_truthy(&self) -> bool {
        match *self {
            ValueRef::Boolean(flag) => flag,
            ValueRef::Null | ValueRef::Undefined => false,
            ValueRef::Int32(number) => number != 0,
            ValueRef::Int64(number) => number != 0,
            ValueRef::Double(number) => number != 0.0,
            ValueRef::Decimal128(number) => !number.is_zero(),
            _ => true,
        }
    }
}

macro_rules! from_scalar {
    ($($from:ty => $variant:ident),*) => {
        $(impl<'a> From<$from> for ValueRef<'a> {
            fn from(value: $from) -> ValueRef<'a> {
                ValueRef::$variant(value)
            }
        })*
    };
}

from_scalar!(f64 => Double, &'a str => String, DocumentRef<'a> => Document, ArrayRef<'a> => Array,
    bool => Boolean, i32 => Int32, i64 => Int64, &'a Decimal128 => Decimal128, Timestamp => Timestamp,
    RegexRef<'a> => Regex, BinaryRef<'a> => Binary);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn values_are_small() {
        // Four words: sixteen bytes in the browser.
        assert_eq!(size_of::<ValueRef<'_>>(), 4 * size_of::<usize>());
        assert_eq!(size_of::<Option<Value<'_>>>(), size_of::<ValueRef<'_>>());
    }
}
