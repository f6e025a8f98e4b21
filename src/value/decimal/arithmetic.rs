//! Arithmetic of Decimal128: exact results rounded half to even to 34 digits, with the
//! exponents that IEEE 754-2008 prefers.

use super::wide::{Wide, power_of_ten};
use super::{COEFFICIENT_END, Decimal, Decimal128};

const DIGITS: u32 = 34;
const EXPONENT_MAX: i32 = 6111;
const EXPONENT_MIN: i32 = -6176;

/// A finite decimal taken apart.
#[derive(Clone, Copy)]
pub(super) struct Finite {
    pub negative: bool,
    pub coefficient: u128,
    pub exponent: i32,
}

/// Two operands: both finite, or a result that needs no arithmetic.
enum Operands {
    Finite(Finite, Finite),
    Special(Decimal, Decimal),
}

fn operands(left: Decimal128, right: Decimal128) -> Operands {
    match (left.finite(), right.finite()) {
        (Some(left), Some(right)) => Operands::Finite(left, right),
        _ => Operands::Special(left.decode(), right.decode()),
    }
}

/// Rounds `number * 10^exponent` to what a decimal holds. `sticky` says that a little more
/// than the number is meant. Digits are dropped half to even.
pub(super) fn round(negative: bool, number: Wide, exponent: i32, sticky: bool) -> Decimal128 {
    let digits = number.digits();
    let drop = digits
        .saturating_sub(DIGITS)
        .max(EXPONENT_MIN.saturating_sub(exponent).max(0) as u32);
    if drop == 0 && !sticky {
        return encode(negative, number.low, exponent, false);
    }
    let (number, rounds_up) = drop_digits(number, drop.min(digits + 1), sticky);
    let coefficient = number.low + u128::from(rounds_up);
    encode(negative, coefficient, exponent + drop as i32, true)
}

/// Drops decimal digits; tells whether the rest must be rounded up (half to even).
fn drop_digits(mut number: Wide, mut drop: u32, mut sticky: bool) -> (Wide, bool) {
    if drop == 0 {
        return (number, false);
    }
    while drop > 1 {
        let step = (drop - 1).min(19);
        let (quotient, rest) = number.divide_small(10u64.pow(step));
        sticky |= rest != 0;
        number = quotient;
        drop -= step;
    }
    let (number, last) = number.divide_small(10);
    let up = last > 5 || (last == 5 && (sticky || number.low % 2 == 1));
    (number, up)
}

/// A decimal with a coefficient of at most 10^34; brings exponents into range by padding
/// zeros, by rounding, or as infinity. `inexact` is kept for numbers below the range, so
/// that they are not rounded twice upward.
pub(super) fn encode(
    negative: bool,
    mut coefficient: u128,
    mut exponent: i32,
    inexact: bool,
) -> Decimal128 {
    if coefficient == COEFFICIENT_END {
        coefficient /= 10;
        exponent += 1;
    }
    if coefficient == 0 {
        return Decimal128::from_parts(negative, 0, exponent.clamp(EXPONENT_MIN, EXPONENT_MAX));
    }
    if exponent < EXPONENT_MIN {
        let drop = (EXPONENT_MIN - exponent) as u32;
        let (number, up) = drop_digits(coefficient.into(), drop.min(40), inexact);
        return Decimal128::from_parts(negative, number.low + u128::from(up), EXPONENT_MIN);
    }
    while exponent > EXPONENT_MAX {
        if coefficient >= COEFFICIENT_END / 10 {
            return Decimal128::infinity(negative);
        }
        coefficient *= 10;
        exponent -= 1;
    }
    Decimal128::from_parts(negative, coefficient, exponent)
}

impl Decimal128 {
    /// Sign, coefficient and exponent of a finite number.
    pub(super) fn finite(self) -> Option<Finite> {
        match self.decode() {
            Decimal::Finite {
                negative,
                coefficient,
                exponent,
            } => Some(Finite {
                negative,
                coefficient,
                exponent,
            }),
            _ => None,
        }
    }

    /// True for numbers below zero, for -0 and for -Infinity.
    pub fn is_negative(self) -> bool {
        match self.decode() {
            Decimal::Finite { negative, .. } | Decimal::Infinity { negative } => negative,
            Decimal::NaN => false,
        }
    }

    /// True for both infinities.
    pub fn is_infinite(self) -> bool {
        matches!(self.decode(), Decimal::Infinity { .. })
    }

    /// The number with its sign turned.
    #[must_use]
    pub fn negated(self) -> Decimal128 {
        Decimal128::from_bits(self.to_bits() ^ 1 << 127)
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(self) -> Decimal128 {
        Decimal128::from_bits(self.to_bits() & !(1 << 127))
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Decimal128) -> Decimal128 {
        match operands(self, other) {
            Operands::Finite(left, right) => add_finite(left, right),
            Operands::Special(Decimal::NaN, _) | Operands::Special(_, Decimal::NaN) => {
                Decimal128::NAN
            }
            Operands::Special(
                Decimal::Infinity { negative: left },
                Decimal::Infinity { negative: right },
            ) if left != right => Decimal128::NAN,
            Operands::Special(Decimal::Infinity { .. }, _) => self,
            Operands::Special(..) => other,
        }
    }

    /// The difference.
    #[must_use]
    pub fn minus(self, other: Decimal128) -> Decimal128 {
        if other.is_nan() {
            return Decimal128::NAN;
        }
        self.plus(other.negated())
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Decimal128) -> Decimal128 {
        let negative = self.is_negative() != other.is_negative();
        match operands(self, other) {
            Operands::Finite(left, right) => {
                let product = Wide::product(left.coefficient, right.coefficient);
                round(negative, product, left.exponent + right.exponent, false)
            }
            Operands::Special(Decimal::NaN, _) | Operands::Special(_, Decimal::NaN) => {
                Decimal128::NAN
            }
            Operands::Special(Decimal::Finite { coefficient: 0, .. }, _)
            | Operands::Special(_, Decimal::Finite { coefficient: 0, .. }) => Decimal128::NAN,
            Operands::Special(..) => Decimal128::infinity(negative),
        }
    }

    /// The quotient. Division by zero gives infinity, or NaN for zero by zero.
    #[must_use]
    pub fn divided_by(self, other: Decimal128) -> Decimal128 {
        let negative = self.is_negative() != other.is_negative();
        match operands(self, other) {
            Operands::Finite(left, right) => divide_finite(negative, left, right),
            Operands::Special(Decimal::Finite { .. }, Decimal::Infinity { .. }) => {
                Decimal128::from_parts(negative, 0, EXPONENT_MIN)
            }
            Operands::Special(Decimal::Infinity { .. }, Decimal::Finite { .. }) => {
                Decimal128::infinity(negative)
            }
            Operands::Special(..) => Decimal128::NAN,
        }
    }

    /// What division cut toward zero leaves; it has the sign of `self`. NaN for an
    /// infinite dividend or a divisor of zero.
    #[must_use]
    pub fn remainder(self, other: Decimal128) -> Decimal128 {
        match operands(self, other) {
            Operands::Finite(left, right) if right.coefficient != 0 => {
                remainder_finite(left, right)
            }
            Operands::Special(Decimal::Finite { .. }, Decimal::Infinity { .. }) => self,
            _ => Decimal128::NAN,
        }
    }

    /// The square root; NaN below zero.
    #[must_use]
    pub fn square_root(self) -> Decimal128 {
        let Some(number) = self.finite() else {
            return if self.is_infinite() && !self.is_negative() {
                self
            } else {
                Decimal128::NAN
            };
        };
        let ideal = number.exponent.div_euclid(2);
        if number.coefficient == 0 {
            return Decimal128::from_parts(number.negative, 0, ideal);
        }
        if number.negative {
            return Decimal128::NAN;
        }
        // Seventy digits or so give a root of 35; the exponent must stay even.
        let digits = Wide::from(number.coefficient).digits();
        let mut shift = 70 - digits as i32;
        shift += (number.exponent - shift).rem_euclid(2);
        let wide = scale(number.coefficient, shift as u32);
        let root = wide.square_root();
        let exact = Wide::product(root, root) == wide;
        let exponent = (number.exponent - shift) / 2;
        if exact {
            return strip(false, root, exponent, ideal);
        }
        round(false, root.into(), exponent, true)
    }
}

/// `coefficient * 10^tens`; the caller knows that it fits 256 bits.
fn scale(coefficient: u128, tens: u32) -> Wide {
    let first = tens.min(38);
    let mut wide = Wide::product(coefficient, power_of_ten(first));
    for _ in first..tens {
        let eight = wide.plus(wide);
        let eight = eight.plus(eight);
        let eight = eight.plus(eight);
        wide = eight.plus(wide).plus(wide);
    }
    wide
}

/// Drops zeros at the end while the exponent is below the preferred one.
fn strip(negative: bool, mut coefficient: u128, mut exponent: i32, preferred: i32) -> Decimal128 {
    while exponent < preferred && coefficient != 0 && coefficient.is_multiple_of(10) {
        coefficient /= 10;
        exponent += 1;
    }
    if coefficient == 0 {
        exponent = preferred;
    }
    round(negative, coefficient.into(), exponent, false)
}

fn add_finite(left: Finite, right: Finite) -> Decimal128 {
    let (high, low) = if left.exponent >= right.exponent {
        (left, right)
    } else {
        (right, left)
    };
    let gap = (high.exponent - low.exponent) as u32;
    if high.coefficient == 0 || low.coefficient == 0 {
        return add_zero(high, low, left, right);
    }
    // Beyond 36 digits more than the larger has, the smaller is only "a little".
    let high_digits = Wide::from(high.coefficient).digits();
    let room = 73 - high_digits;
    if gap > room {
        let scaled = scale(high.coefficient, room);
        let exponent = high.exponent - room as i32;
        let number = if high.negative == low.negative {
            scaled
        } else {
            scaled.minus(Wide::from(1))
        };
        return round(high.negative, number, exponent, true);
    }
    let (one, two) = (scale(high.coefficient, gap), Wide::from(low.coefficient));
    if high.negative == low.negative {
        return round(high.negative, one.plus(two), low.exponent, false);
    }
    if one == two {
        return Decimal128::from_parts(false, 0, low.exponent);
    }
    if one > two {
        round(high.negative, one.minus(two), low.exponent, false)
    } else {
        round(low.negative, two.minus(one), low.exponent, false)
    }
}

/// A sum of which one part is zero: the other, with as small an exponent as fits.
fn add_zero(high: Finite, low: Finite, left: Finite, right: Finite) -> Decimal128 {
    if left.coefficient == 0 && right.coefficient == 0 {
        let negative = left.negative && right.negative;
        return Decimal128::from_parts(negative, 0, low.exponent);
    }
    if high.coefficient == 0 {
        return Decimal128::from_parts(low.negative, low.coefficient, low.exponent);
    }
    let digits = Wide::from(high.coefficient).digits();
    let pad = (DIGITS - digits).min((high.exponent - low.exponent) as u32);
    Decimal128::from_parts(
        high.negative,
        high.coefficient * power_of_ten(pad),
        high.exponent - pad as i32,
    )
}

fn divide_finite(negative: bool, left: Finite, right: Finite) -> Decimal128 {
    let preferred = left.exponent - right.exponent;
    if right.coefficient == 0 {
        return match left.coefficient {
            0 => Decimal128::NAN,
            _ => Decimal128::infinity(negative),
        };
    }
    if left.coefficient == 0 {
        let exponent = preferred.clamp(EXPONENT_MIN, EXPONENT_MAX);
        return Decimal128::from_parts(negative, 0, exponent);
    }
    let digits = |coefficient: u128| Wide::from(coefficient).digits();
    let shift = (DIGITS + 2 + digits(right.coefficient)).saturating_sub(digits(left.coefficient));
    let (quotient, rest) = scale(left.coefficient, shift).divide(right.coefficient);
    let exponent = preferred - shift as i32;
    if rest == 0 {
        return strip(negative, quotient.low, exponent, preferred);
    }
    round(negative, quotient, exponent, true)
}

fn remainder_finite(left: Finite, right: Finite) -> Decimal128 {
    let exponent = left.exponent.min(right.exponent);
    if left.exponent >= right.exponent {
        let mut rest = left.coefficient % right.coefficient;
        for _ in right.exponent..left.exponent {
            if rest == 0 {
                break;
            }
            rest = rest * 10 % right.coefficient;
        }
        return Decimal128::from_parts(left.negative, rest, exponent);
    }
    let gap = (right.exponent - left.exponent) as u32;
    let divisor = (gap <= 34)
        .then(|| right.coefficient.checked_mul(power_of_ten(gap)))
        .flatten();
    let rest = match divisor {
        Some(divisor) => left.coefficient % divisor,
        // The divisor is larger than any coefficient.
        None => left.coefficient,
    };
    Decimal128::from_parts(left.negative, rest, exponent)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Decimal128;

    fn check(
        operation: fn(Decimal128, Decimal128) -> Decimal128,
        left: &str,
        right: &str,
        expected: &str,
    ) {
        let parse = |text| Decimal128::parse(text).unwrap();
        let result = operation(parse(left), parse(right)).to_string();
        assert_eq!(result, expected, "{left} and {right}");
    }

    #[test]
    fn sums() {
        let check = |left, right, expected| check(Decimal128::plus, left, right, expected);
        check("1", "2", "3");
        check("1.0", "2.00", "3.00");
        check("1E+3", "1", "1001");
        check("1", "-1.0", "0.0");
        check("-0", "-0", "-0");
        check("0E+5", "1", "1");
        check("1E+5", "0", "100000");
        check("1E+40", "0", "1.000000000000000000000000000000000E+40");
        check("1E+40", "1", "1.000000000000000000000000000000000E+40");
        check("1E+100", "-1", "1.000000000000000000000000000000000E+100");
        check(
            "9999999999999999999999999999999999",
            "1",
            "1.000000000000000000000000000000000E+34",
        );
        check(
            "9.999999999999999999999999999999999E+6144",
            "1E+6144",
            "Infinity",
        );
        check("Infinity", "-Infinity", "NaN");
        check("Infinity", "1", "Infinity");
        check("NaN", "1", "NaN");
    }

    #[test]
    fn products_quotients_and_remainders() {
        let times = |left, right, expected| check(Decimal128::times, left, right, expected);
        times("1.20", "3", "3.60");
        times(
            "1234567890123456789012345678901234",
            "9",
            "1.111111101111111110111111111011111E+34",
        );
        times("1E+6000", "1E+6000", "Infinity");
        times("1E-6000", "1E-6000", "0E-6176");
        times("-1", "0", "-0");
        times("Infinity", "0", "NaN");
        let by = |left, right, expected| check(Decimal128::divided_by, left, right, expected);
        by("1", "3", "0.3333333333333333333333333333333333");
        by("2", "3", "0.6666666666666666666666666666666667");
        by("10", "2", "5");
        by("1", "8", "0.125");
        by("1.00", "2", "0.50");
        by("100", "10", "10");
        by("1", "0", "Infinity");
        by("0", "0", "NaN");
        let rest = |left, right, expected| check(Decimal128::remainder, left, right, expected);
        rest("10", "3", "1");
        rest("-10", "3", "-1");
        rest("5.5", "2", "1.5");
        rest("1E+20", "7", "2");
        rest("5", "1E+40", "5");
    }

    #[test]
    fn square_roots() {
        let check = |text: &str, expected: &str| {
            let root = Decimal128::parse(text).unwrap().square_root();
            assert_eq!(root.to_string(), expected, "{text}");
        };
        check("4", "2");
        check("0.25", "0.5");
        check("2", "1.414213562373095048801688724209698");
        check("1E+3", "31.62277660168379331998893544432719");
        check("-0", "-0");
        check("-1", "NaN");
    }
}
