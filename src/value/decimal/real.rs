//! Binary floating point with 256 bits: what the functions of decimals are computed in.
//!
//! A result has some 70 good decimal digits, so that rounding it to 34 is right but for
//! cases that no one will meet.

use std::cmp::Ordering;

const LIMBS: usize = 4;
const BITS: i32 = 256;

/// `mantissa * 2^exponent`, negated if `negative`. The mantissa's highest bit is set, unless
/// the number is zero. Limbs are little-endian.
#[derive(Clone, Copy)]
pub(super) struct Real {
    negative: bool,
    exponent: i32,
    mantissa: [u64; LIMBS],
}

impl Real {
    pub const ZERO: Real = Real {
        negative: false,
        exponent: 0,
        mantissa: [0; LIMBS],
    };
    pub const ONE: Real = Real::power_of_two(0);
    /// The ratio of a circle's circumference to its diameter.
    pub const PI: Real = Real {
        negative: false,
        exponent: 2 - BITS,
        mantissa: [
            0x020b_bea6_3b13_9b22,
            0x2902_4e08_8a67_cc74,
            0xc4c6_628b_80dc_1cd1,
            0xc90f_daa2_2168_c234,
        ],
    };
    /// The natural logarithm of two.
    pub const LN_2: Real = Real {
        negative: false,
        exponent: -BITS,
        mantissa: [
            0x8a0d_175b_8baa_fa2b,
            0x40f3_4326_7298_b62d,
            0xc9e3_b398_03f2_f6af,
            0xb172_17f7_d1cf_79ab,
        ],
    };

    const fn power_of_two(exponent: i32) -> Real {
        Real {
            negative: false,
            exponent: exponent - BITS + 1,
            mantissa: [0, 0, 0, 1 << 63],
        }
    }

    pub fn is_zero(self) -> bool {
        self.mantissa[LIMBS - 1] == 0
    }

    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// From `number * 2^exponent`.
    fn normalized(negative: bool, mut mantissa: [u64; LIMBS], mut exponent: i32) -> Real {
        let shift = leading_zeros(&mantissa);
        if shift == BITS as u32 {
            return Real::ZERO;
        }
        shift_left(&mut mantissa, shift);
        exponent -= shift as i32;
        Real {
            negative,
            exponent,
            mantissa,
        }
    }

    pub fn from_u128(number: u128) -> Real {
        Real::normalized(false, [number as u64, (number >> 64) as u64, 0, 0], 0)
    }

    pub fn from_i64(number: i64) -> Real {
        let size = Real::from_u128(u128::from(number.unsigned_abs()));
        if number < 0 { size.negated() } else { size }
    }

    /// The whole part of the binary logarithm of the number's size.
    pub fn log2_floor(self) -> i32 {
        self.exponent + BITS - 1
    }

    /// The number as a double, cut, and only for numbers in a double's range.
    pub fn to_f64(self) -> f64 {
        let size = self.mantissa[LIMBS - 1] as f64 * 2f64.powi(self.exponent + BITS - 64);
        if self.negative { -size } else { size }
    }

    pub fn negated(self) -> Real {
        Real {
            negative: !self.negative && !self.is_zero(),
            ..self
        }
    }

    pub fn abs(self) -> Real {
        Real {
            negative: false,
            ..self
        }
    }

    /// The number times a power of two.
    pub fn scaled(self, twos: i32) -> Real {
        Real {
            exponent: if self.is_zero() {
                0
            } else {
                self.exponent + twos
            },
            ..self
        }
    }

    pub fn compare(self, other: Real) -> Ordering {
        let difference = self.minus(other);
        match (difference.is_zero(), difference.negative) {
            (true, _) => Ordering::Equal,
            (_, true) => Ordering::Less,
            (_, false) => Ordering::Greater,
        }
    }

    pub fn plus(self, other: Real) -> Real {
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let (large, small) = if self.magnitude() >= other.magnitude() {
            (self, other)
        } else {
            (other, self)
        };
        let gap = large.exponent - small.exponent;
        if gap >= BITS {
            return large;
        }
        let mut shifted = small.mantissa;
        shift_right(&mut shifted, gap as u32);
        if large.negative != small.negative {
            let mut mantissa = large.mantissa;
            subtract(&mut mantissa, &shifted);
            return Real::normalized(large.negative, mantissa, large.exponent);
        }
        let mut mantissa = large.mantissa;
        let mut exponent = large.exponent;
        if add(&mut mantissa, &shifted) {
            shift_right(&mut mantissa, 1);
            mantissa[LIMBS - 1] |= 1 << 63;
            exponent += 1;
        }
        Real {
            negative: large.negative,
            exponent,
            mantissa,
        }
    }

    fn magnitude(&self) -> (i32, [u64; LIMBS]) {
        let mut high_first = self.mantissa;
        high_first.reverse();
        (self.exponent, high_first)
    }

    pub fn minus(self, other: Real) -> Real {
        self.plus(other.negated())
    }

    pub fn times(self, other: Real) -> Real {
        if self.is_zero() || other.is_zero() {
            return Real::ZERO;
        }
        let mut product = [0u64; 2 * LIMBS];
        for (at, one) in self.mantissa.iter().enumerate() {
            let mut carry = 0u128;
            for (offset, two) in other.mantissa.iter().enumerate() {
                let sum =
                    u128::from(*one) * u128::from(*two) + u128::from(product[at + offset]) + carry;
                product[at + offset] = sum as u64;
                carry = sum >> 64;
            }
            product[at + LIMBS] = carry as u64;
        }
        let high = [product[4], product[5], product[6], product[7]];
        let negative = self.negative != other.negative;
        let mut real = Real {
            negative,
            exponent: self.exponent + other.exponent + BITS,
            mantissa: high,
        };
        // The product of two mantissas has its highest bit set or the one below.
        if high[LIMBS - 1] >> 63 == 0 {
            shift_left(&mut real.mantissa, 1);
            real.mantissa[0] |= product[LIMBS - 1] >> 63;
            real.exponent -= 1;
        }
        real
    }

    /// The number times a small one.
    pub fn times_small(self, factor: i64) -> Real {
        self.times(Real::from_i64(factor))
    }

    /// The number by a small one.
    pub fn by_small(self, divisor: u64) -> Real {
        let mut quotient = [0u64; LIMBS];
        let mut rest = 0u128;
        for at in (0..LIMBS).rev() {
            let number = rest << 64 | u128::from(self.mantissa[at]);
            quotient[at] = (number / u128::from(divisor)) as u64;
            rest = number % u128::from(divisor);
        }
        // A few lost bits at the end do not matter.
        Real::normalized(self.negative, quotient, self.exponent)
    }

    /// The quotient; zero by zero is zero.
    pub fn by(self, divisor: Real) -> Real {
        if self.is_zero() || divisor.is_zero() {
            return Real::ZERO;
        }
        // Newton's iteration on the reciprocal of the mantissa, from a double.
        let unit = Real {
            negative: false,
            exponent: -BITS,
            mantissa: divisor.mantissa,
        };
        let guess = 1.0 / unit.to_f64();
        let mut inverse = Real::from_u128((guess * 2f64.powi(52)) as u128).scaled(-52);
        let two = Real::from_i64(2);
        for _ in 0..3 {
            inverse = inverse.times(two.minus(unit.times(inverse)));
        }
        let inverse = inverse.scaled(-(divisor.exponent + BITS));
        let quotient = self.times(inverse);
        if divisor.negative {
            quotient.negated()
        } else {
            quotient
        }
    }

    /// The square root of a number that is not negative.
    pub fn square_root(self) -> Real {
        if self.is_zero() {
            return self;
        }
        // Bring the exponent to an even one near zero, for the guess by a double.
        let twos = (self.exponent + BITS) & !1;
        let near = self.scaled(-twos);
        let mut root = Real::from_u128((near.to_f64().sqrt() * 2f64.powi(52)) as u128).scaled(-52);
        for _ in 0..3 {
            root = root.plus(near.by(root)).scaled(-1);
        }
        root.scaled(twos / 2)
    }

    /// The nearest whole number, halves away from zero; for numbers below 2^62.
    pub fn nearest_integer(self) -> i64 {
        let half = Real::power_of_two(-1);
        let size = self.abs().plus(half).whole_part() as i64;
        if self.negative { -size } else { size }
    }

    /// The whole part of a number that is not negative and below 2^128.
    pub fn whole_part(self) -> u128 {
        let bits = self.exponent + BITS;
        if self.is_zero() || bits <= 0 {
            return 0;
        }
        let mut mantissa = self.mantissa;
        shift_right(&mut mantissa, (BITS - bits.min(128)) as u32);
        u128::from(mantissa[1]) << 64 | u128::from(mantissa[0])
    }

    /// The number rounded to 113 bits: the precision of a quadruple.
    pub fn to_quadruple(self) -> Real {
        if self.is_zero() {
            return self;
        }
        let ulp = Real {
            negative: self.negative,
            exponent: self.exponent,
            mantissa: [0, 0, 1 << 14, 0],
        };
        let mut rounded = self.plus(Real::normalized(ulp.negative, ulp.mantissa, ulp.exponent));
        rounded.mantissa[0] = 0;
        rounded.mantissa[1] = 0;
        rounded.mantissa[2] &= !((1 << 15) - 1);
        rounded
    }

    /// The number to a whole power, by squaring.
    pub fn power(self, exponent: u32) -> Real {
        let (mut result, mut square, mut left) = (Real::ONE, self, exponent);
        while left != 0 {
            if left & 1 == 1 {
                result = result.times(square);
            }
            square = square.times(square);
            left >>= 1;
        }
        result
    }
}

fn leading_zeros(limbs: &[u64; LIMBS]) -> u32 {
    let mut zeros = 0;
    for limb in limbs.iter().rev() {
        zeros += limb.leading_zeros();
        if *limb != 0 {
            break;
        }
    }
    zeros
}

fn shift_left(limbs: &mut [u64; LIMBS], bits: u32) {
    let (whole, part) = ((bits / 64) as usize, bits % 64);
    for at in (0..LIMBS).rev() {
        let limb = |index: Option<usize>| index.map_or(0, |index| limbs[index]);
        let high = limb(at.checked_sub(whole)) << part;
        let low = match part {
            0 => 0,
            _ => limb(at.checked_sub(whole + 1)) >> (64 - part),
        };
        limbs[at] = high | low;
    }
}

fn shift_right(limbs: &mut [u64; LIMBS], bits: u32) {
    let (whole, part) = ((bits / 64) as usize, bits % 64);
    for at in 0..LIMBS {
        let limb = |index: usize| limbs.get(index).copied().unwrap_or(0);
        let low = limb(at + whole) >> part;
        let high = match part {
            0 => 0,
            _ => limb(at + whole + 1) << (64 - part),
        };
        limbs[at] = low | high;
    }
}

/// Adds; tells whether a bit was carried out.
fn add(limbs: &mut [u64; LIMBS], other: &[u64; LIMBS]) -> bool {
    let mut carry = false;
    for (limb, other) in limbs.iter_mut().zip(other) {
        let (sum, first) = limb.overflowing_add(*other);
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        *limb = sum;
        carry = first || second;
    }
    carry
}

/// Subtracts a number that is not larger.
fn subtract(limbs: &mut [u64; LIMBS], other: &[u64; LIMBS]) {
    let mut borrow = false;
    for (limb, other) in limbs.iter_mut().zip(other) {
        let (rest, first) = limb.overflowing_sub(*other);
        let (rest, second) = rest.overflowing_sub(u64::from(borrow));
        *limb = rest;
        borrow = first || second;
    }
}
