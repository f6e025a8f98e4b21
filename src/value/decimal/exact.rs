//! Exact comparison of decimals with decimals and doubles, on integers of any size.

use std::cmp::Ordering;

use super::Decimal;

/// Sign, then NaN and infinities: what decides without arithmetic. The number is -2 for
/// NaN, -1 and 1 for infinities, 0 for finite numbers.
fn rank(decimal: &Decimal) -> i8 {
    match decimal {
        Decimal::NaN => -2,
        Decimal::Infinity { negative: true } => -1,
        Decimal::Finite { .. } => 0,
        Decimal::Infinity { negative: false } => 1,
    }
}

fn sign(negative: bool, is_zero: bool) -> i8 {
    match (is_zero, negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    }
}

/// The order of two decimals; NaN is lowest.
pub(super) fn compare_decimals(left: Decimal, right: Decimal) -> Ordering {
    let by_rank = rank(&left).cmp(&rank(&right));
    let (
        Decimal::Finite {
            negative,
            coefficient,
            exponent,
        },
        Decimal::Finite {
            negative: right_negative,
            coefficient: right_coefficient,
            exponent: right_exponent,
        },
    ) = (left, right)
    else {
        return by_rank;
    };
    let signs = (
        sign(negative, coefficient == 0),
        sign(right_negative, right_coefficient == 0),
    );
    if signs.0 != signs.1 || signs.0 == 0 {
        return signs.0.cmp(&signs.1);
    }
    let sizes = compare_sizes(
        Size {
            factor: coefficient,
            tens: exponent,
            twos: 0,
        },
        Size {
            factor: right_coefficient,
            tens: right_exponent,
            twos: 0,
        },
    );
    if negative { sizes.reverse() } else { sizes }
}

/// The order of a decimal and a double; NaN is lowest.
pub(super) fn compare_to_f64(left: Decimal, right: f64) -> Ordering {
    if right.is_nan() {
        return rank(&left).cmp(&-2);
    }
    if right.is_infinite() {
        return rank(&left).cmp(&if right > 0.0 { 1 } else { -1 });
    }
    let Decimal::Finite {
        negative,
        coefficient,
        exponent,
    } = left
    else {
        return rank(&left).cmp(&0);
    };
    let signs = (
        sign(negative, coefficient == 0),
        sign(right < 0.0, right == 0.0),
    );
    if signs.0 != signs.1 || signs.0 == 0 {
        return signs.0.cmp(&signs.1);
    }
    let bits = right.abs().to_bits();
    let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
    let (factor, twos) = if biased == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, biased - 1075)
    };
    let sizes = compare_sizes(
        Size {
            factor: coefficient,
            tens: exponent,
            twos: 0,
        },
        Size {
            factor: u128::from(factor),
            tens: 0,
            twos,
        },
    );
    if negative { sizes.reverse() } else { sizes }
}

/// `factor * 10^tens * 2^twos`, positive.
#[derive(Clone, Copy)]
struct Size {
    factor: u128,
    tens: i32,
    twos: i32,
}

impl Size {
    /// The binary logarithm, right to well below one.
    fn log2(self) -> f64 {
        (self.factor as f64).log2()
            + f64::from(self.tens) * std::f64::consts::LOG2_10
            + f64::from(self.twos)
    }
}

fn compare_sizes(left: Size, right: Size) -> Ordering {
    let (left_log, right_log) = (left.log2(), right.log2());
    if (left_log - right_log).abs() > 1.0 {
        return left_log.total_cmp(&right_log);
    }
    // Near each other: bring both to whole numbers with the same powers and compare those.
    let tens = left.tens.min(right.tens);
    let twos = left.twos.min(right.twos);
    let whole = |size: Size| {
        let mut number = Natural::new(size.factor);
        for _ in tens..size.tens {
            number.multiply(10);
        }
        for _ in twos..size.twos {
            number.multiply(2);
        }
        number
    };
    whole(left).compare(&whole(right))
}

/// A natural number of any size: digits of 32 bits, the lowest first, no zero at the top.
struct Natural(Vec<u32>);

impl Natural {
    fn new(mut number: u128) -> Natural {
        let mut digits = Vec::new();
        while number != 0 {
            digits.push(number as u32);
            number >>= 32;
        }
        Natural(digits)
    }

    fn multiply(&mut self, factor: u32) {
        let mut carry = 0u64;
        for digit in &mut self.0 {
            let product = u64::from(*digit) * u64::from(factor) + carry;
            *digit = product as u32;
            carry = product >> 32;
        }
        if carry != 0 {
            self.0.push(carry as u32);
        }
    }

    fn compare(&self, other: &Natural) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Decimal128;
    use std::cmp::Ordering::{self, Equal, Greater, Less};

    #[test]
    fn decimals_compare_by_exact_value() {
        let decimal = Decimal128::from_parts;
        assert_eq!(
            decimal(false, 10, -1).compare(decimal(false, 100, -2)),
            Equal
        );
        assert_eq!(decimal(true, 0, 5).compare(decimal(false, 0, -3)), Equal);
        assert_eq!(decimal(true, 2, 0).compare(decimal(true, 1, 0)), Less);
        assert_eq!(
            decimal(false, 1, 6000).compare(decimal(false, 9, -6000)),
            Greater
        );
        assert_eq!(Decimal128::NAN.compare(Decimal128::infinity(true)), Less);
    }

    #[test]
    fn decimals_and_doubles_compare_by_exact_value() {
        let check = |coefficient: u128, exponent: i32, double: f64, expected: Ordering| {
            let decimal = Decimal128::from_parts(false, coefficient, exponent);
            assert_eq!(decimal.compare_f64(double), expected);
        };
        check(1, -1, 0.1, Less);
        check(5, -1, 0.5, Equal);
        check(9_007_199_254_740_993, 0, 9_007_199_254_740_992.0, Greater);
        check(1, 308, 1e308, Less);
        check(0, 0, -0.0, Equal);
        check(1, 0, f64::NAN, Greater);
        check(1, 0, f64::INFINITY, Less);
        check(5, -324, f64::from_bits(1), Greater);
    }

    #[test]
    fn to_integers_and_doubles() {
        assert_eq!(
            Decimal128::from_parts(true, 120, -1).to_i64_exact(),
            Some(-12)
        );
        assert_eq!(Decimal128::from_parts(false, 125, -1).to_i64_exact(), None);
        assert_eq!(
            Decimal128::from_parts(false, 125, -1).to_i64_truncated(),
            12
        );
        assert_eq!(
            Decimal128::from_parts(true, 1 << 63, 0).to_i64_exact(),
            Some(i64::MIN)
        );
        assert_eq!(
            Decimal128::from_parts(false, 1, 30).to_i64_truncated(),
            i64::MAX
        );
        assert_eq!(Decimal128::from_parts(false, 15, -1).to_f64(), 1.5);
        assert_eq!(Decimal128::from(-7).to_i64_exact(), Some(-7));
    }
}
