//! The hash of a value for hashed indexes: 64 bits of MD5 over its canonical form.
//!
//! Numbers of all types hash as their whole part, so that equal whole numbers meet; MD5 is
//! that of RFC 1321.

use super::{Kind, Md5, ValueRef};

/// The hash; missing hashes as null.
pub fn hashed_index_key(value: Option<ValueRef<'_>>) -> i64 {
    let mut bytes = Vec::new();
    // The seed of the hash.
    bytes.extend_from_slice(&0i32.to_le_bytes());
    append(&mut bytes, value.unwrap_or(ValueRef::Null), None);
    let mut digest = Md5::default();
    digest.update(&bytes);
    let [a, b, ..] = digest.finish();
    (u64::from(b) << 32 | u64::from(a)) as i64
}

/// The number that stands for a type and those that are equal to it.
fn type_number(kind: Kind) -> i32 {
    match kind {
        Kind::MinKey => -1,
        Kind::MaxKey => 127,
        Kind::Undefined => 0,
        Kind::Null => 5,
        Kind::Double | Kind::Int32 | Kind::Int64 | Kind::Decimal128 => 10,
        Kind::String | Kind::Symbol => 15,
        Kind::Document => 20,
        Kind::Array => 25,
        Kind::Binary => 30,
        Kind::ObjectId => 35,
        Kind::Boolean => 40,
        Kind::Date => 45,
        Kind::Timestamp => 47,
        Kind::Regex => 50,
        Kind::DbPointer => 55,
        Kind::Code => 60,
        Kind::CodeWithScope => 65,
    }
}

fn append(bytes: &mut Vec<u8>, value: ValueRef<'_>, name: Option<&str>) {
    bytes.extend_from_slice(&type_number(value.kind()).to_le_bytes());
    if let Some(name) = name {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
    }
    if let Some(whole) = value.to_i64_truncated() {
        bytes.extend_from_slice(&whole.to_le_bytes());
        return;
    }
    let inner = match value {
        ValueRef::Document(document) => document,
        ValueRef::Array(array) => array.as_document(),
        ValueRef::CodeWithScope(code) => {
            bytes.extend_from_slice(code.code().as_bytes());
            bytes.push(0);
            code.scope()
        }
        scalar => {
            super::owned::write_value(bytes, scalar);
            return;
        }
    };
    for (name, value) in inner.iter() {
        append(bytes, value, Some(name));
    }
    // The end of a document counts as an element of type 0 with an empty name.
    bytes.extend_from_slice(&[0; 5]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_hash_alike() {
        let hash = |value| hashed_index_key(Some(value));
        assert_eq!(hash(ValueRef::Int32(2)), hash(ValueRef::Double(2.5)));
        assert_ne!(hash(ValueRef::Int32(2)), hash(ValueRef::Int32(3)));
        assert_eq!(hash(ValueRef::Null), hashed_index_key(None));
        assert_eq!(hash(ValueRef::Int32(1)), 5_902_408_780_260_971_510);
    }
}
