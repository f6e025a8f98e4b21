//! Decimal128 as text: parsing and MongoDB's form of output.
//!
//! Source: the BSON specification's page on Decimal128, "To String Representation".

use std::fmt;

use super::{COEFFICIENT_END, Decimal, Decimal128};

impl Decimal128 {
    /// Parses a decimal such as `-12.50`, `1E+3`, `Infinity`, `NaN`. Digits beyond the 34th
    /// are rounded half to even; numbers out of range become infinite or zero. `None` when
    /// the text is no number.
    pub fn parse(text: &str) -> Option<Decimal128> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        match unsigned.len() {
            3 if unsigned.eq_ignore_ascii_case("nan") => return Some(Decimal128::NAN),
            3 if unsigned.eq_ignore_ascii_case("inf") => {
                return Some(Decimal128::infinity(negative));
            }
            8 if unsigned.eq_ignore_ascii_case("infinity") => {
                return Some(Decimal128::infinity(negative));
            }
            _ => {}
        }
        let (digits, exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], parse_exponent(&unsigned[at + 1..])?),
            None => (unsigned, 0),
        };
        parse_digits(negative, digits, exponent)
    }
}

/// An exponent, cut off far outside the range of decimals.
fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.bytes().fold(0i64, |size, digit| {
        (size * 10 + i64::from(digit - b'0')).min(1_000_000_000)
    });
    Some(if negative { -size } else { size })
}

fn parse_digits(negative: bool, digits: &str, mut exponent: i64) -> Option<Decimal128> {
    let mut coefficient = 0u128;
    let mut point = false;
    let mut seen = false;
    // The first digit that does not fit, and whether anything but zeros follows it.
    let (mut dropped, mut sticky, mut full) = (0u8, false, false);
    for byte in digits.bytes() {
        match byte {
            b'.' if !point => point = true,
            b'0'..=b'9' => {
                seen = true;
                let digit = byte - b'0';
                if full {
                    sticky |= digit != 0;
                    exponent += i64::from(!point);
                } else if coefficient >= COEFFICIENT_END / 10 {
                    full = true;
                    dropped = digit;
                    exponent += i64::from(!point);
                } else {
                    coefficient = coefficient * 10 + u128::from(digit);
                    exponent -= i64::from(point);
                }
            }
            _ => return None,
        }
    }
    if !seen {
        return None;
    }
    if dropped > 5 || (dropped == 5 && (sticky || coefficient % 2 == 1)) {
        coefficient += 1;
    }
    let exponent = exponent.clamp(-100_000, 100_000) as i32;
    let inexact = dropped != 0 || sticky;
    Some(super::arithmetic::encode(
        negative,
        coefficient,
        exponent,
        inexact,
    ))
}

impl fmt::Display for Decimal128 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (negative, coefficient, exponent) = match self.decode() {
            Decimal::NaN => return out.write_str("NaN"),
            Decimal::Infinity { negative: false } => return out.write_str("Infinity"),
            Decimal::Infinity { negative: true } => return out.write_str("-Infinity"),
            Decimal::Finite {
                negative,
                coefficient,
                exponent,
            } => (negative, coefficient, exponent),
        };
        if negative {
            out.write_str("-")?;
        }
        let digits = coefficient.to_string();
        let adjusted = exponent + digits.len() as i32 - 1;
        if exponent > 0 || adjusted < -6 {
            out.write_str(&digits[..1])?;
            if digits.len() > 1 {
                write!(out, ".{}", &digits[1..])?;
            }
            return write!(out, "E{adjusted:+}");
        }
        if exponent == 0 {
            return out.write_str(&digits);
        }
        let point = digits.len() as i32 + exponent;
        if point > 0 {
            let (whole, fraction) = digits.split_at(point as usize);
            return write!(out, "{whole}.{fraction}");
        }
        out.write_str("0.")?;
        (point..0).try_for_each(|_| out.write_str("0"))?;
        out.write_str(&digits)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Decimal128;

    #[test]
    fn text_goes_round() {
        for text in [
            "0",
            "-0",
            "1",
            "-1.50",
            "0.00123",
            "1E+3",
            "1.234E-7",
            "0E-6176",
            "0E+6111",
            "9.999999999999999999999999999999999E+6144",
            "1E-6176",
            "NaN",
            "Infinity",
            "-Infinity",
            "0.000001234",
            "123456789012345678901234567890.1234",
        ] {
            assert_eq!(Decimal128::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn long_and_large_numbers_are_rounded() {
        let check = |text: &str, expected: &str| {
            assert_eq!(
                Decimal128::parse(text).unwrap().to_string(),
                expected,
                "{text}"
            );
        };
        check(
            "12345678901234567890123456789012345",
            "1.234567890123456789012345678901234E+34",
        );
        check(
            "12345678901234567890123456789012335",
            "1.234567890123456789012345678901234E+34",
        );
        check(
            "99999999999999999999999999999999999",
            "1.000000000000000000000000000000000E+35",
        );
        check("1E+6145", "Infinity");
        check("1E+6144", "1.000000000000000000000000000000000E+6144");
        check("1E-6177", "0E-6176");
        check("6E-6177", "1E-6176");
        check("15E-6177", "2E-6176");
        check("+.5e0", "0.5");
        check("inf", "Infinity");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "-", ".", "e1", "1e", "1.2.3", "1 ", "0x1", "--1", "1e+", "infin",
        ] {
            assert!(Decimal128::parse(text).is_none(), "{text}");
        }
    }
}
