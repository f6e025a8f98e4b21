//! Decimal128: IEEE 754-2008 decimal floating point with 34 digits, in BSON's binary form.

mod arithmetic;
mod convert;
mod exact;
mod functions;
mod real;
mod series;
mod text;
mod wide;

pub use convert::Rounding;

use std::cmp::Ordering;

/// A Decimal128 as its sixteen bytes. Two encodings of one number (1.0 and 1.00) are
/// different values of this type and compare as equal numbers. Bytes, since the alignment of a
/// `u128` would make every value a third larger.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Decimal128([u8; 16]);

/// A decimal taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    /// `coefficient * 10^exponent`, negated if `negative`; the coefficient is below 10^34.
    Finite {
        negative: bool,
        coefficient: u128,
        exponent: i32,
    },
    Infinity {
        negative: bool,
    },
    NaN,
}

/// 10^34: one more than the largest coefficient.
pub const COEFFICIENT_END: u128 = 10_000_000_000_000_000_000_000_000_000_000_000;
const EXPONENT_BIAS: i32 = 6176;

impl Decimal128 {
    /// NaN without payload.
    pub const NAN: Decimal128 = Decimal128::from_bits(0x7c00_0000_0000_0000 << 64);
    /// 0E+0.
    pub const ZERO: Decimal128 = Decimal128::from_bits((EXPONENT_BIAS as u128) << 113);

    const fn from_bits(bits: u128) -> Decimal128 {
        Decimal128(bits.to_le_bytes())
    }

    fn to_bits(self) -> u128 {
        u128::from_le_bytes(self.0)
    }

    /// From BSON's bytes (little-endian).
    #[inline]
    pub fn from_bytes(bytes: [u8; 16]) -> Decimal128 {
        Decimal128(bytes)
    }

    /// A view of the first sixteen bytes, zero if there are fewer.
    #[inline]
    pub(super) fn from_head(bytes: &[u8]) -> &Decimal128 {
        match bytes.first_chunk::<16>() {
            // SAFETY: a decimal is these sixteen bytes and nothing else (`repr(transparent)`).
            Some(head) => unsafe { &*std::ptr::from_ref(head).cast::<Decimal128>() },
            None => &Decimal128([0; 16]),
        }
    }

    /// BSON's bytes (little-endian).
    #[inline]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// Puts a finite number together. The coefficient must be below 10^34 and the
    /// exponent in -6176..=6111.
    pub fn from_parts(negative: bool, coefficient: u128, exponent: i32) -> Decimal128 {
        debug_assert!(coefficient < COEFFICIENT_END && (-6176..=6111).contains(&exponent));
        let biased = ((exponent + EXPONENT_BIAS) as u128) << 113;
        Decimal128::from_bits(u128::from(negative) << 127 | biased | coefficient)
    }

    /// Positive or negative infinity.
    pub fn infinity(negative: bool) -> Decimal128 {
        Decimal128::from_bits(u128::from(negative) << 127 | 0x7800_0000_0000_0000 << 64)
    }

    /// Takes the number apart. Non-canonical coefficients count as zero, as IEEE 754 says.
    pub fn decode(self) -> Decimal {
        let bits = self.to_bits();
        let negative = bits >> 127 == 1;
        match (bits >> 122) as u8 & 0x1f {
            0x1f => return Decimal::NaN,
            0x1e => return Decimal::Infinity { negative },
            _ => {}
        }
        if (bits >> 125) & 3 == 3 {
            let exponent = ((bits >> 111) & 0x3fff) as i32 - EXPONENT_BIAS;
            return Decimal::Finite {
                negative,
                coefficient: 0,
                exponent,
            };
        }
        let exponent = ((bits >> 113) & 0x3fff) as i32 - EXPONENT_BIAS;
        let coefficient = bits & ((1 << 113) - 1);
        let coefficient = if coefficient < COEFFICIENT_END {
            coefficient
        } else {
            0
        };
        Decimal::Finite {
            negative,
            coefficient,
            exponent,
        }
    }

    /// True for every NaN.
    pub fn is_nan(self) -> bool {
        self.decode() == Decimal::NaN
    }

    /// True for zero of either sign and any exponent.
    pub fn is_zero(self) -> bool {
        matches!(self.decode(), Decimal::Finite { coefficient: 0, .. })
    }

    /// The nearest double.
    pub fn to_f64(self) -> f64 {
        match self.decode() {
            Decimal::NaN => f64::NAN,
            Decimal::Infinity { negative: false } => f64::INFINITY,
            Decimal::Infinity { negative: true } => f64::NEG_INFINITY,
            Decimal::Finite {
                negative,
                coefficient,
                exponent,
            } => {
                let size = super::double::from_parts(coefficient, exponent);
                if negative { -size } else { size }
            }
        }
    }

    /// The number as a 64-bit integer, if it is one.
    pub fn to_i64_exact(self) -> Option<i64> {
        let Decimal::Finite {
            negative,
            mut coefficient,
            mut exponent,
        } = self.decode()
        else {
            return None;
        };
        while exponent < 0 && coefficient != 0 {
            if coefficient % 10 != 0 {
                return None;
            }
            coefficient /= 10;
            exponent += 1;
        }
        integer(negative, coefficient, exponent)
    }

    /// The number cut toward zero and clamped to 64 bits; NaN is zero.
    pub fn to_i64_truncated(self) -> i64 {
        let limit = |negative| if negative { i64::MIN } else { i64::MAX };
        match self.decode() {
            Decimal::NaN => 0,
            Decimal::Infinity { negative } => limit(negative),
            Decimal::Finite {
                negative,
                mut coefficient,
                mut exponent,
            } => {
                while exponent < 0 && coefficient != 0 {
                    coefficient /= 10;
                    exponent += 1;
                }
                integer(negative, coefficient, exponent).unwrap_or(limit(negative))
            }
        }
    }

    /// The order of decimals as numbers; NaN equals NaN and is below all others.
    pub fn compare(self, other: Decimal128) -> Ordering {
        exact::compare_decimals(self.decode(), other.decode())
    }

    /// The order of a decimal and a double, exact: 0.1 as a double is more than decimal 0.1.
    pub fn compare_f64(self, other: f64) -> Ordering {
        exact::compare_to_f64(self.decode(), other)
    }

    /// The order of a decimal and an integer, exact.
    pub fn compare_i64(self, other: i64) -> Ordering {
        let coefficient = u128::from(other.unsigned_abs());
        let other = Decimal::Finite {
            negative: other < 0,
            coefficient,
            exponent: 0,
        };
        exact::compare_decimals(self.decode(), other)
    }
}

impl From<i64> for Decimal128 {
    fn from(number: i64) -> Decimal128 {
        Decimal128::from_parts(number < 0, u128::from(number.unsigned_abs()), 0)
    }
}

fn integer(negative: bool, mut coefficient: u128, exponent: i32) -> Option<i64> {
    if coefficient == 0 {
        return Some(0);
    }
    for _ in 0..exponent.max(0) {
        coefficient = coefficient
            .checked_mul(10)
            .filter(|&size| size <= 1 << 63)?;
    }
    let size = i128::try_from(coefficient).ok()?;
    i64::try_from(if negative { -size } else { size }).ok()
}
