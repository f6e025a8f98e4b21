//! Vectors of numbers: an array, or binary data of subtype 9.

use crate::value::{ArrayBuf, BinaryRef, ValueRef};

/// The subtype of vectors.
const SUBTYPE: u8 = 9;

/// The numbers of a vector; `None` for what is none.
pub(super) fn read_vector(value: ValueRef<'_>) -> Option<Vec<f64>> {
    match value {
        ValueRef::Array(array) => array.iter().map(|number| number.to_f64()).collect(),
        ValueRef::Binary(binary) => {
            let unpacked = unpack(binary)?;
            let numbers = unpacked.as_ref().iter().map(|number| number.to_f64());
            numbers.collect()
        }
        _ => None,
    }
}

/// The elements of a vector in binary data. Its first byte tells their type, the second how many bits
/// of the last byte are not used. `None` for what is no vector.
pub(super) fn unpack(binary: BinaryRef<'_>) -> Option<ArrayBuf> {
    let (&[kind, padding], elements) = binary.bytes.split_first_chunk::<2>()?;
    let mut out = ArrayBuf::new();
    match (binary.subtype, kind, padding) {
        // Bytes with a sign.
        (SUBTYPE, 0x03, 0) => {
            for byte in elements {
                out.push(i32::from(*byte as i8));
            }
        }
        // Floating-point numbers of 32 bits.
        (SUBTYPE, 0x27, 0) if elements.len().is_multiple_of(4) => {
            for bytes in elements.as_chunks::<4>().0 {
                out.push(f64::from(f32::from_le_bytes(*bytes)));
            }
        }
        // Bits, the highest of a byte first.
        (SUBTYPE, 0x10, 0..=7) => {
            let count = (elements.len() * 8).checked_sub(usize::from(padding))?;
            for at in 0..count {
                out.push(elements[at / 8] >> (7 - at % 8) & 1 == 1);
            }
        }
        _ => return None,
    }
    Some(out)
}
