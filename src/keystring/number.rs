//! The bytes of a number: its double toward zero, then the digits a double cannot hold.
//!
//! ```text
//! number   = tag [double 0x00 | double 0x01 exponent digits 0x00]
//! double   = the bits of |number|, rounded toward zero; 8 bytes, big-endian
//! exponent = of the first digit, + 0x8000; 2 bytes, big-endian
//! digits   = two decimal digits a byte, + 1, trailing zeros left out
//! ```
//! All that follows the tag is inverted for negative numbers. Between two doubles lie
//! only integers and decimals, which have few digits; so most numbers take ten bytes.

use std::cmp::Ordering;

use super::{exact, tag};
use crate::value::{Decimal, Decimal128, ValueRef};

/// Appends a number's component and its type byte. Other values are ignored.
pub(super) fn write(out: &mut Vec<u8>, types: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Int32(number) => {
            types.push(exact::INT32_OR_STRING);
            write_double(out, f64::from(number));
        }
        ValueRef::Int64(number) => {
            types.push(exact::INT64);
            write_long(out, number);
        }
        ValueRef::Double(number) => {
            let negative_zero = number == 0.0 && number.is_sign_negative();
            types.push(if negative_zero {
                exact::NEGATIVE_ZERO
            } else {
                exact::DOUBLE
            });
            write_double(out, number);
        }
        ValueRef::Decimal128(number) => {
            types.push(exact::DECIMAL);
            types.extend_from_slice(&number.to_bytes());
            write_decimal(out, *number);
        }
        _ => {}
    }
}

fn write_double(out: &mut Vec<u8>, number: f64) {
    if number.is_nan() {
        out.push(tag::NAN);
    } else if number.is_infinite() {
        out.push(if number > 0.0 {
            tag::POSITIVE_INFINITY
        } else {
            tag::NEGATIVE_INFINITY
        });
    } else if number == 0.0 {
        out.push(tag::ZERO);
    } else {
        write_size(out, number < 0.0, number.abs(), None);
    }
}

fn write_long(out: &mut Vec<u8>, number: i64) {
    const EXACT: u64 = 1 << 53;
    let size = number.unsigned_abs();
    if size <= EXACT {
        return write_double(out, number as f64);
    }
    // Clear the bits that a double has no room for: that rounds toward zero.
    let spare = 64 - size.leading_zeros() - 53;
    let floor = size >> spare << spare;
    let digits = (floor != size).then_some((u128::from(size), 0));
    write_size(out, number < 0, floor as f64, digits);
}

fn write_decimal(out: &mut Vec<u8>, number: Decimal128) {
    let (negative, coefficient, exponent) = match number.decode() {
        Decimal::Finite {
            negative,
            coefficient,
            exponent,
        } => (negative, coefficient, exponent),
        Decimal::NaN => return out.push(tag::NAN),
        Decimal::Infinity { negative: true } => return out.push(tag::NEGATIVE_INFINITY),
        Decimal::Infinity { negative: false } => return out.push(tag::POSITIVE_INFINITY),
    };
    if coefficient == 0 {
        return out.push(tag::ZERO);
    }
    let size = Decimal128::from_parts(false, coefficient, exponent);
    let mut floor = size.to_f64().min(f64::MAX);
    if size.compare_f64(floor) == Ordering::Less {
        floor = f64::from_bits(floor.to_bits() - 1);
    }
    let is_exact = size.compare_f64(floor) == Ordering::Equal;
    write_size(
        out,
        negative,
        floor,
        (!is_exact).then_some((coefficient, exponent)),
    );
}

/// Writes a number that is neither zero nor infinite, from its size rounded toward zero
/// and, if that is not exact, its coefficient and exponent of ten.
fn write_size(out: &mut Vec<u8>, negative: bool, floor: f64, digits: Option<(u128, i32)>) {
    out.push(if negative {
        tag::NEGATIVE
    } else {
        tag::POSITIVE
    });
    let start = out.len();
    out.extend_from_slice(&floor.to_bits().to_be_bytes());
    match digits {
        None => out.push(0),
        Some((coefficient, exponent)) => {
            out.push(1);
            write_digits(out, coefficient, exponent);
        }
    }
    if negative {
        out[start..].iter_mut().for_each(|byte| *byte = !*byte);
    }
}

fn write_digits(out: &mut Vec<u8>, coefficient: u128, exponent: i32) {
    let text = coefficient.to_string();
    let first = exponent + text.len() as i32 - 1;
    out.extend_from_slice(&((first + 0x8000) as u16).to_be_bytes());
    let digits = text.trim_end_matches('0').as_bytes();
    for pair in digits.chunks(2) {
        let low = pair.get(1).map_or(0, |digit| digit - b'0');
        out.push((pair[0] - b'0') * 10 + low + 1);
    }
    out.push(0);
}

/// The size and the digits at the head of `bytes` (not inverted, after the tag), as the
/// double, whether it is exact, and the bytes taken. Digits are skipped: the type bytes
/// hold decimals whole, and integers are rebuilt by [`long_from_digits`].
pub(super) fn read_size(bytes: &[u8]) -> Option<(f64, Option<u64>, usize)> {
    let floor = f64::from_bits(u64::from_be_bytes(*bytes.first_chunk::<8>()?));
    if *bytes.get(8)? == 0 {
        return Some((floor, None, 9));
    }
    let first = i32::from(u16::from_be_bytes(*bytes.get(9..)?.first_chunk::<2>()?)) - 0x8000;
    let digits = bytes.get(11..)?;
    let count = digits.iter().position(|&byte| byte == 0)?;
    Some((floor, long_from_digits(&digits[..count], first), 12 + count))
}

/// An integer from its packed digits, if it is one of at most 64 bits.
fn long_from_digits(packed: &[u8], first: i32) -> Option<u64> {
    let mut left = first + 1;
    let mut number = 0u128;
    for &byte in packed {
        let pair = byte.checked_sub(1)?;
        for digit in [pair / 10, pair % 10] {
            if left > 0 {
                number = number.checked_mul(10)? + u128::from(digit);
                left -= 1;
            }
        }
    }
    for _ in 0..left.clamp(0, 40) {
        number = number.checked_mul(10)?;
    }
    u64::try_from(number).ok()
}
