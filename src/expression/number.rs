//! Numbers of the four types, and arithmetic that widens: int to long to double, and any
//! with a decimal to decimal.
//!
//! An int result that does not fit becomes a long, a long result that does not fit a
//! double, and a double that meets a decimal counts with 15 digits. Source: the manual,
//! "Arithmetic Expression Operators".

use crate::value::{Decimal128, Value, ValueRef};

/// A number of one of BSON's four types.
#[derive(Clone, Copy)]
pub enum Number {
    Int(i32),
    Long(i64),
    Double(f64),
    Decimal(Decimal128),
}

impl Number {
    /// The number in a value, if it is one.
    #[inline]
    pub fn of(value: ValueRef<'_>) -> Option<Number> {
        Some(match value {
            ValueRef::Int32(number) => Number::Int(number),
            ValueRef::Int64(number) => Number::Long(number),
            ValueRef::Double(number) => Number::Double(number),
            ValueRef::Decimal128(number) => Number::Decimal(*number),
            _ => return None,
        })
    }

    /// The number as a value.
    #[inline]
    pub fn value(self) -> Value<'static> {
        match self {
            Number::Int(number) => number.into(),
            Number::Long(number) => number.into(),
            Number::Double(number) => number.into(),
            Number::Decimal(number) => number.into(),
        }
    }

    /// An int if it fits, else a long.
    #[inline]
    pub fn int_or_long(number: i64) -> Number {
        match i32::try_from(number) {
            Ok(int) => Number::Int(int),
            Err(_) => Number::Long(number),
        }
    }

    /// As a double, rounded to the nearest where it must be.
    #[inline]
    pub fn to_f64(self) -> f64 {
        match self {
            Number::Int(number) => f64::from(number),
            Number::Long(number) => number as f64,
            Number::Double(number) => number,
            Number::Decimal(number) => number.to_f64(),
        }
    }

    /// As a decimal; a double gives 15 digits.
    pub fn to_decimal(self) -> Decimal128 {
        match self {
            Number::Int(number) => Decimal128::from(i64::from(number)),
            Number::Long(number) => Decimal128::from(number),
            Number::Double(number) => Decimal128::from_f64(number),
            Number::Decimal(number) => number,
        }
    }

    /// The integer, if the type is int or long.
    #[inline]
    pub fn integer(self) -> Option<i64> {
        match self {
            Number::Int(number) => Some(i64::from(number)),
            Number::Long(number) => Some(number),
            Number::Double(_) | Number::Decimal(_) => None,
        }
    }

    /// True for decimals.
    #[inline]
    pub fn is_decimal(self) -> bool {
        matches!(self, Number::Decimal(_))
    }

    /// True for ints.
    #[inline]
    pub fn is_int(self) -> bool {
        matches!(self, Number::Int(_))
    }

    /// True for zero of any type.
    pub fn is_zero(self) -> bool {
        match self {
            Number::Int(number) => number == 0,
            Number::Long(number) => number == 0,
            Number::Double(number) => number == 0.0,
            Number::Decimal(number) => number.is_zero(),
        }
    }

    /// Both as doubles, if that is what decides: one is a double and none a decimal or long.
    #[inline(always)]
    fn doubles(self, other: Number) -> Option<(f64, f64)> {
        match (self, other) {
            (Number::Double(one), Number::Double(two)) => Some((one, two)),
            (Number::Double(one), Number::Int(two)) => Some((one, f64::from(two))),
            (Number::Int(one), Number::Double(two)) => Some((f64::from(one), two)),
            _ => None,
        }
    }

    /// The sum.
    #[inline(never)]
    #[must_use]
    pub fn plus(self, other: Number) -> Number {
        if let Some((one, two)) = self.doubles(other) {
            return Number::Double(one + two);
        }
        self.combine(other, i64::checked_add, |a, b| a + b, Decimal128::plus)
    }

    /// The difference.
    #[inline(never)]
    #[must_use]
    pub fn minus(self, other: Number) -> Number {
        if let Some((one, two)) = self.doubles(other) {
            return Number::Double(one - two);
        }
        self.combine(other, i64::checked_sub, |a, b| a - b, Decimal128::minus)
    }

    /// The product.
    #[inline(never)]
    #[must_use]
    pub fn times(self, other: Number) -> Number {
        if let Some((one, two)) = self.doubles(other) {
            return Number::Double(one * two);
        }
        self.combine(other, i64::checked_mul, |a, b| a * b, Decimal128::times)
    }

    fn combine(
        self,
        other: Number,
        integers: fn(i64, i64) -> Option<i64>,
        doubles: fn(f64, f64) -> f64,
        decimals: fn(Decimal128, Decimal128) -> Decimal128,
    ) -> Number {
        if let (Some(one), Some(two)) = (self.integer(), other.integer()) {
            return match integers(one, two) {
                Some(result) if self.is_int() && other.is_int() => Number::int_or_long(result),
                Some(result) => Number::Long(result),
                None => Number::Double(doubles(one as f64, two as f64)),
            };
        }
        if self.is_decimal() || other.is_decimal() {
            return Number::Decimal(decimals(self.to_decimal(), other.to_decimal()));
        }
        Number::Double(doubles(self.to_f64(), other.to_f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_widen() {
        assert!(matches!(
            Number::Int(i32::MAX).plus(Number::Int(1)),
            Number::Long(2_147_483_648)
        ));
        let sum = Number::Long(i64::MAX).plus(Number::Int(1));
        assert!(matches!(sum, Number::Double(sum) if sum == 9_223_372_036_854_775_808.0));
        assert!(matches!(
            Number::Int(2).times(Number::Long(3)),
            Number::Long(6)
        ));
        assert!(matches!(
            Number::Int(2).minus(Number::Double(0.5)),
            Number::Double(1.5)
        ));
        let sum = Number::Double(10.5).minus(Number::Decimal(Decimal128::from(2)));
        assert_eq!(sum.to_decimal().to_string(), "8.5000000000000");
    }
}
