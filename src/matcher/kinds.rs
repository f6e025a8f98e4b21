//! Sets of BSON types, as `$type` and `bsonType` name them.

use crate::error::{Error, Result, codes};
use crate::value::{ArrayRef, Kind, ValueRef};

/// A set of types.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct KindSet(u32);

impl KindSet {
    /// No type at all.
    pub const EMPTY: KindSet = KindSet(0);

    /// The four types of numbers.
    pub const NUMBERS: KindSet = KindSet::EMPTY
        .with(Kind::Double)
        .with(Kind::Int32)
        .with(Kind::Int64)
        .with(Kind::Decimal128);

    /// The set with one more type.
    #[must_use]
    pub const fn with(self, kind: Kind) -> KindSet {
        KindSet(self.0 | KindSet::bit(kind))
    }

    const fn bit(kind: Kind) -> u32 {
        match kind {
            Kind::MinKey => 1 << 30,
            Kind::MaxKey => 1 << 31,
            _ => 1 << kind as u32,
        }
    }

    /// Whether the type is in the set.
    #[inline]
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & KindSet::bit(kind) != 0
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: KindSet) -> KindSet {
        KindSet(self.0 | other.0)
    }

    /// True when the set holds nothing.
    pub fn is_empty(self) -> bool {
        self == KindSet::EMPTY
    }

    /// The types that an alias names: `number` is four, every other alias one.
    pub fn from_alias(alias: &str) -> Option<KindSet> {
        match alias {
            "number" => Some(KindSet::NUMBERS),
            _ => Kind::from_alias(alias).map(|kind| KindSet::EMPTY.with(kind)),
        }
    }

    /// The types that `$type` names: one alias or number, or an array of them.
    ///
    /// Errors: `BadValue` (2) for an unknown name or number, `TypeMismatch` (14) for
    /// other values, `FailedToParse` (9) for an empty array.
    pub fn parse(operand: ValueRef<'_>) -> Result<KindSet> {
        match operand {
            ValueRef::Array(names) => KindSet::parse_all(names),
            _ => KindSet::parse_one(operand),
        }
    }

    fn parse_all(names: ArrayRef<'_>) -> Result<KindSet> {
        let mut kinds = KindSet::EMPTY;
        for name in names.iter() {
            kinds = kinds.union(KindSet::parse_one(name)?);
        }
        if kinds.is_empty() {
            return Err(Error::failed_to_parse("$type must match at least one type"));
        }
        Ok(kinds)
    }

    fn parse_one(name: ValueRef<'_>) -> Result<KindSet> {
        if let ValueRef::String(alias) = name {
            return KindSet::from_alias(alias)
                .ok_or_else(|| Error::bad_value(format_args!("Unknown type name alias: {alias}")));
        }
        if !name.is_number() {
            return Err(Error::new(
                codes::TYPE_MISMATCH,
                "type must be represented as a number or a string",
            ));
        }
        let kind = name.to_i64_exact().and_then(Kind::from_type_number);
        kind.map(|kind| KindSet::EMPTY.with(kind))
            .ok_or_else(|| Error::bad_value("Invalid numerical type code"))
    }
}
