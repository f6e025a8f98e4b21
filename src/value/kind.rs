//! The types of BSON: their element codes, `$type` numbers and aliases, and their place in the order.

/// A BSON type, by its element code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    Double = 0x01,
    String = 0x02,
    Document = 0x03,
    Array = 0x04,
    Binary = 0x05,
    Undefined = 0x06,
    ObjectId = 0x07,
    Boolean = 0x08,
    Date = 0x09,
    Null = 0x0a,
    Regex = 0x0b,
    DbPointer = 0x0c,
    Code = 0x0d,
    Symbol = 0x0e,
    CodeWithScope = 0x0f,
    Int32 = 0x10,
    Timestamp = 0x11,
    Int64 = 0x12,
    Decimal128 = 0x13,
    MaxKey = 0x7f,
    MinKey = 0xff,
}

/// Every kind with its alias, in the order of the element codes.
const ALIASES: &[(Kind, &str)] = &[
    (Kind::Double, "double"),
    (Kind::String, "string"),
    (Kind::Document, "object"),
    (Kind::Array, "array"),
    (Kind::Binary, "binData"),
    (Kind::Undefined, "undefined"),
    (Kind::ObjectId, "objectId"),
    (Kind::Boolean, "bool"),
    (Kind::Date, "date"),
    (Kind::Null, "null"),
    (Kind::Regex, "regex"),
    (Kind::DbPointer, "dbPointer"),
    (Kind::Code, "javascript"),
    (Kind::Symbol, "symbol"),
    (Kind::CodeWithScope, "javascriptWithScope"),
    (Kind::Int32, "int"),
    (Kind::Timestamp, "timestamp"),
    (Kind::Int64, "long"),
    (Kind::Decimal128, "decimal"),
    (Kind::MaxKey, "maxKey"),
    (Kind::MinKey, "minKey"),
];

impl Kind {
    /// The kind with this element code.
    #[inline(always)]
    pub fn from_code(code: u8) -> Option<Kind> {
        Some(match code {
            0x01 => Kind::Double,
            0x02 => Kind::String,
            0x03 => Kind::Document,
            0x04 => Kind::Array,
            0x05 => Kind::Binary,
            0x06 => Kind::Undefined,
            0x07 => Kind::ObjectId,
            0x08 => Kind::Boolean,
            0x09 => Kind::Date,
            0x0a => Kind::Null,
            0x0b => Kind::Regex,
            0x0c => Kind::DbPointer,
            0x0d => Kind::Code,
            0x0e => Kind::Symbol,
            0x0f => Kind::CodeWithScope,
            0x10 => Kind::Int32,
            0x11 => Kind::Timestamp,
            0x12 => Kind::Int64,
            0x13 => Kind::Decimal128,
            0x7f => Kind::MaxKey,
            0xff => Kind::MinKey,
            _ => return None,
        })
    }

    /// The name that `$type` (query and expression) uses. Source: the manual, "BSON Types".
    pub fn alias(self) -> &'static str {
        ALIASES
            .iter()
            .find(|row| row.0 == self)
            .map_or("missing", |row| row.1)
    }

    /// The kind with this alias; the aliases are case-sensitive and `number` is not one kind.
    pub fn from_alias(alias: &str) -> Option<Kind> {
        ALIASES.iter().find(|row| row.1 == alias).map(|row| row.0)
    }

    /// The number that query `$type` uses: the element code, but -1 for MinKey.
    pub fn type_number(self) -> i32 {
        if self == Kind::MinKey {
            -1
        } else {
            self as i32
        }
    }

    /// The kind with this `$type` number.
    pub fn from_type_number(number: i64) -> Option<Kind> {
        match number {
            -1 => Some(Kind::MinKey),
            255 => None,
            _ => u8::try_from(number).ok().and_then(Kind::from_code),
        }
    }

    /// True for double, int, long and decimal.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Kind::Double | Kind::Int32 | Kind::Int64 | Kind::Decimal128
        )
    }

    /// The place of the type in the order across types. Kinds with the same place
    /// compare by value. Source: the manual, "Comparison/Sort Order".
    pub fn order(self) -> u8 {
        match self {
            Kind::MinKey => 1,
            Kind::Undefined => 3,
            Kind::Null => 4,
            Kind::Double | Kind::Int32 | Kind::Int64 | Kind::Decimal128 => 5,
            Kind::String | Kind::Symbol => 6,
            Kind::Document => 7,
            Kind::Array => 8,
            Kind::Binary => 9,
            Kind::ObjectId => 10,
            Kind::Boolean => 11,
            Kind::Date => 12,
            Kind::Timestamp => 13,
            Kind::Regex => 14,
            Kind::DbPointer => 15,
            Kind::Code => 16,
            Kind::CodeWithScope => 17,
            Kind::MaxKey => 18,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_aliases_and_numbers_agree() {
        for &(kind, alias) in ALIASES {
            assert_eq!(Kind::from_code(kind as u8), Some(kind));
            assert_eq!(Kind::from_alias(alias), Some(kind));
            assert_eq!(
                Kind::from_type_number(i64::from(kind.type_number())),
                Some(kind)
            );
        }
        assert_eq!(Kind::from_alias("Double"), None);
        assert_eq!(Kind::from_type_number(0), None);
        assert_eq!(Kind::from_type_number(255), None);
    }
}
