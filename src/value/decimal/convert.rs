//! Decimals from doubles, and rounding of decimals to a place.

use super::wide::{Wide, power_of_ten};
use super::{COEFFICIENT_END, Decimal128};
use crate::value::double::nearest_digits;

/// Which neighbour rounding takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// The nearest; of two equally near the even one.
    HalfEven,
    /// The one nearer to zero.
    TowardZero,
    /// The lower one.
    Floor,
    /// The higher one.
    Ceiling,
}

impl Decimal128 {
    /// The decimal with 15 digits nearest to a double: what MongoDB takes a double for when
    /// it meets a decimal (10.5 is 10.5000000000000).
    pub fn from_f64(number: f64) -> Decimal128 {
        from_digits(number, 15)
    }

    /// The decimal with 34 digits nearest to a double, without zeros at the end: 0.1 is
    /// 0.1000000000000000055511151231257827.
    pub fn from_f64_full(number: f64) -> Decimal128 {
        from_digits(number, 34).stripped()
    }

    /// The same number without zeros at the end, the exponent at most zero.
    pub(super) fn stripped(self) -> Decimal128 {
        let Some(mut number) = self.finite() else {
            return self;
        };
        while number.exponent < 0 && number.coefficient.is_multiple_of(10) {
            number.coefficient /= 10;
            number.exponent += 1;
        }
        Decimal128::from_parts(number.negative, number.coefficient, number.exponent)
    }

    /// The number with this exponent, rounded if it must be; NaN when it would need more
    /// than 34 digits, and for infinity.
    #[must_use]
    pub fn quantize(self, exponent: i32, rounding: Rounding) -> Decimal128 {
        let Some(number) = self.finite() else {
            return Decimal128::NAN;
        };
        let gap = number.exponent - exponent;
        if gap >= 0 {
            let scaled = u32::try_from(gap)
                .ok()
                .filter(|&gap| gap <= 34)
                .and_then(|gap| number.coefficient.checked_mul(power_of_ten(gap)))
                .filter(|&coefficient| coefficient < COEFFICIENT_END);
            return match scaled {
                Some(coefficient) => Decimal128::from_parts(number.negative, coefficient, exponent),
                None if number.coefficient == 0 => {
                    Decimal128::from_parts(number.negative, 0, exponent)
                }
                None => Decimal128::NAN,
            };
        }
        let drop = gap.unsigned_abs().min(38);
        let unit = power_of_ten(drop);
        let (whole, rest) = (number.coefficient / unit, number.coefficient % unit);
        let up = match rounding {
            Rounding::TowardZero => false,
            Rounding::Floor => number.negative && rest != 0,
            Rounding::Ceiling => !number.negative && rest != 0,
            Rounding::HalfEven => match (rest * 2).cmp(&unit) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Equal => whole % 2 == 1,
                std::cmp::Ordering::Less => false,
            },
        };
        Decimal128::from_parts(number.negative, whole + u128::from(up), exponent)
    }

    /// The nearest whole number as a 64-bit integer, halves to even; `None` out of range.
    pub fn to_i64_rounded(self) -> Option<i64> {
        let number = self.finite()?;
        let digits = Wide::from(number.coefficient).digits() as i32;
        if digits + number.exponent > 19 {
            return None;
        }
        self.quantize(0, Rounding::HalfEven).to_i64_exact()
    }
}

fn from_digits(number: f64, digits: usize) -> Decimal128 {
    if number.is_nan() {
        return Decimal128::NAN;
    }
    let negative = number.is_sign_negative();
    if number.is_infinite() {
        return Decimal128::infinity(negative);
    }
    if number == 0.0 {
        return Decimal128::from_parts(negative, 0, 0);
    }
    let (text, exponent) = nearest_digits(number.abs(), digits);
    let coefficient = text
        .bytes()
        .fold(0u128, |all, digit| all * 10 + u128::from(digit - b'0'))
        * power_of_ten((digits - text.len()) as u32);
    Decimal128::from_parts(negative, coefficient, exponent + 1 - digits as i32)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn doubles_become_fifteen_digits() {
        let check = |number: f64, expected: &str| {
            assert_eq!(Decimal128::from_f64(number).to_string(), expected);
        };
        check(10.5, "10.5000000000000");
        check(0.1, "0.100000000000000");
        check(-0.0, "-0");
        check(1e300, "1.00000000000000E+300");
        check(f64::NEG_INFINITY, "-Infinity");
        assert_eq!(
            Decimal128::from_f64_full(0.1).to_string(),
            "0.1000000000000000055511151231257827"
        );
        assert_eq!(Decimal128::from_f64_full(1.5).to_string(), "1.5");
    }

    #[test]
    fn rounding_to_a_place() {
        let check = |text: &str, exponent: i32, rounding: Rounding, expected: &str| {
            let number = Decimal128::parse(text).unwrap();
            assert_eq!(
                number.quantize(exponent, rounding).to_string(),
                expected,
                "{text}"
            );
        };
        check("1.25", -1, Rounding::HalfEven, "1.2");
        check("1.35", -1, Rounding::HalfEven, "1.4");
        check("25", 1, Rounding::HalfEven, "2E+1");
        check("10", -2, Rounding::HalfEven, "10.00");
        check("-1.5", 0, Rounding::Floor, "-2");
        check("-1.5", 0, Rounding::Ceiling, "-1");
        check("-0.5", 0, Rounding::TowardZero, "-0");
        check("1E+40", 0, Rounding::Floor, "NaN");
        check("9E-100", 0, Rounding::Ceiling, "1");
        assert_eq!(Decimal128::parse("2.5").unwrap().to_i64_rounded(), Some(2));
        assert_eq!(Decimal128::parse("1E+19").unwrap().to_i64_rounded(), None);
    }
}
