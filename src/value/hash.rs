//! The hash of a value for hashed indexes: 64 bits of MD5 over its canonical form.
//!
//! Numbers of all types hash as their whole part, so that equal whole numbers meet; MD5 is
//! that of RFC 1321.

use super::{Kind, ValueRef};

/// The hash; missing hashes as null.
pub fn hashed_index_key(value: Option<ValueRef<'_>>) -> i64 {
    let mut bytes = Vec::new();
    // The seed of the hash.
    bytes.extend_from_slice(&0i32.to_le_bytes());
    append(&mut bytes, value.unwrap_or(ValueRef::Null), None);
    let [a, b, ..] = md5(&bytes);
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
            bytes.extend_from_slice(code.code.as_bytes());
            bytes.push(0);
            code.scope
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

const SHIFTS: [[u32; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

/// The digest as four little-endian words.
fn md5(message: &[u8]) -> [u32; 4] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(64) - 8, 0);
    padded.extend_from_slice(&(message.len() as u64 * 8).to_le_bytes());
    let mut state = [0x6745_2301u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.chunks(64) {
        let word = |index: usize| {
            let word = block
                .get(index * 4..)
                .and_then(|rest| rest.first_chunk::<4>());
            word.map_or(0, |word| u32::from_le_bytes(*word))
        };
        let [mut a, mut b, mut c, mut d] = state;
        for step in 0..64usize {
            let (mix, index) = match step / 16 {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), 5 * step + 1),
                2 => (b ^ c ^ d, 3 * step + 5),
                _ => (c ^ (b | !d), 7 * step),
            };
            // The constants of the steps are the sine of the step, as a fraction of 2^32.
            let constant = ((step as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
            let sum = a
                .wrapping_add(mix)
                .wrapping_add(constant)
                .wrapping_add(word(index % 16));
            let turned = sum.rotate_left(SHIFTS[step / 16][step % 4]);
            (a, d, c, b) = (d, c, b, b.wrapping_add(turned));
        }
        for (word, mixed) in state.iter_mut().zip([a, b, c, d]) {
            *word = word.wrapping_add(mixed);
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        let check = |message: &str, expected: &str| {
            let bytes = md5(message.as_bytes())
                .into_iter()
                .flat_map(u32::to_le_bytes);
            let text: String = bytes.map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(text, expected);
        };
        check("", "d41d8cd98f00b204e9800998ecf8427e");
        check("abc", "900150983cd24fb0d6963f7d28e17f72");
        check(
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        );
    }

    #[test]
    fn equal_numbers_hash_alike() {
        let hash = |value| hashed_index_key(Some(value));
        assert_eq!(hash(ValueRef::Int32(2)), hash(ValueRef::Double(2.5)));
        assert_ne!(hash(ValueRef::Int32(2)), hash(ValueRef::Int32(3)));
        assert_eq!(hash(ValueRef::Null), hashed_index_key(None));
        assert_eq!(hash(ValueRef::Int32(1)), 5_902_408_780_260_971_510);
    }
}
