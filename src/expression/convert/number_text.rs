//! Numbers read from text: the whole text, without white space.

use crate::value::Decimal128;
use crate::value::double::parse;

/// An integer in decimal digits, with a sign if need be.
pub fn read_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    text.parse().ok()
}

/// A double: decimal, `Infinity`, `inf`, `nan`, or hexadecimal as `0x1.8p1`; `None` also for
/// what is too large or too small for a double.
pub fn read_double(text: &str) -> Option<f64> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let size = if let Some(digits) = unsigned.strip_prefix("0x").or(unsigned.strip_prefix("0X")) {
        read_hexadecimal(digits)?
    } else if unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        let size: f64 = parse(unsigned)?;
        let mantissa = unsigned.split(['e', 'E']).next().unwrap_or("");
        let is_zero = !mantissa.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        if size.is_infinite() || (size == 0.0 && !is_zero) {
            return None;
        }
        size
    } else if unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity") {
        f64::INFINITY
    } else if unsigned.eq_ignore_ascii_case("nan") {
        f64::NAN
    } else {
        return None;
    };
    Some(if negative { -size } else { size })
}

/// The digits behind `0x`: a fraction and a binary exponent may follow.
fn read_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['p', 'P']) {
        Some((mantissa, exponent)) => (mantissa, i32::try_from(read_integer(exponent)?).ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut size = 0.0;
    for digit in whole.chars().chain(fraction.chars()) {
        size = size * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let size = size * 2.0f64.powi(exponent - 4 * fraction.len() as i32);
    size.is_finite().then_some(size)
}

/// A decimal; `None` also for what is too large or too small.
pub fn read_decimal(text: &str) -> Option<Decimal128> {
    let number = Decimal128::parse(text)?;
    let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let mantissa = text.split(['e', 'E']).next().unwrap_or("");
    let is_zero = !mantissa.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    let too_large = number.is_infinite() && has_digits;
    let too_small = number.is_zero() && has_digits && !is_zero;
    (!too_large && !too_small).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles() {
        let check = |text: &str, expected: Option<f64>| {
            assert_eq!(read_double(text), expected, "{text}");
        };
        check("1.5e-3", Some(0.0015));
        check(".5", Some(0.5));
        check("-inf", Some(f64::NEG_INFINITY));
        check("+0x1.8p1", Some(3.0));
        check("0X1P0", Some(1.0));
        check("0x.p0", None);
        check("0x1p", None);
        check("1e309", None);
        check("1e-400", None);
        check("0e-400", Some(0.0));
        check(" 1", None);
        check("1.5e", None);
        check("", None);
        check("-", None);
    }

    #[test]
    fn integers_and_decimals() {
        assert_eq!(read_integer("+0042"), Some(42));
        assert_eq!(read_integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(read_integer("1.0"), None);
        assert_eq!(read_integer("+-1"), None);
        assert_eq!(
            read_decimal("1.50")
                .map(|number| number.to_string())
                .as_deref(),
            Some("1.50")
        );
        assert!(read_decimal("1E-6177").is_none());
        assert!(read_decimal("1E+6145").is_none());
        assert!(read_decimal("inf").is_some());
    }
}
