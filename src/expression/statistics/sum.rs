//! The sum and the average of numbers of mixed types.
//!
//! Integers are summed exactly, doubles with the error of each addition carried along, so
//! that the order of the numbers does not show. Decimals are summed apart and joined at the
//! end.

use crate::expression::number::Number;
use crate::value::{Decimal128, ValueRef};

/// A sum in the making.
#[derive(Clone)]
pub struct Sum {
    integers: i128,
    double: f64,
    /// What the additions to `double` lost.
    lost: f64,
    /// Nearly always nothing, and then it takes little room.
    decimal: Option<Box<Decimal128>>,
    widest: Widest,
    count: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Widest {
    Int,
    Long,
    Double,
    Decimal,
}

impl Default for Sum {
    fn default() -> Sum {
        Sum {
            integers: 0,
            double: 0.0,
            lost: 0.0,
            decimal: None,
            widest: Widest::Int,
            count: 0,
        }
    }
}

impl Sum {
    /// Adds a number; anything else is left out.
    pub fn add(&mut self, value: ValueRef<'_>) {
        self.add_here(value);
    }

    /// As [`Sum::add`], where that is done most often.
    #[inline(always)]
    pub fn add_here(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Int32(number) => self.integers += i128::from(number),
            ValueRef::Int64(number) => {
                self.integers += i128::from(number);
                self.widest = self.widest.max(Widest::Long);
            }
            ValueRef::Double(number) => {
                self.add_double(number);
                self.widest = self.widest.max(Widest::Double);
            }
            ValueRef::Decimal128(number) => {
                self.add_decimal(*number);
                self.widest = Widest::Decimal;
            }
            _ => return,
        }
        self.count += 1;
    }

    /// Adds a double, keeping the error of the addition (Knuth's two-sum).
    #[inline]
    fn add_double(&mut self, number: f64) {
        let sum = self.double + number;
        let part = sum - self.double;
        self.lost += (self.double - (sum - part)) + (number - part);
        self.double = sum;
    }

    #[cold]
    fn add_decimal(&mut self, number: Decimal128) {
        let sum = self.decimal.get_or_insert(Box::new(Decimal128::ZERO));
        **sum = sum.plus(number);
    }

    /// Adds what another sum holds.
    pub fn merge(&mut self, other: &Sum) {
        self.integers += other.integers;
        self.add_double(other.double);
        self.lost += other.lost;
        if let Some(decimal) = &other.decimal {
            self.add_decimal(**decimal);
        }
        self.widest = self.widest.max(other.widest);
        self.count += other.count;
    }

    /// The number of numbers added.
    pub fn count(&self) -> u64 {
        self.count
    }

    fn to_f64(&self) -> f64 {
        let mut all = self.clone();
        let high = self.integers as f64;
        if self.integers != 0 {
            all.add_double(high);
            all.add_double((self.integers - high as i128) as f64);
        }
        let sum = all.double + all.lost;
        // Of infinity and NaN the errors say nothing.
        if sum.is_nan() { all.double } else { sum }
    }

    fn to_decimal(&self) -> Decimal128 {
        let mut sum = self.decimal.as_deref().copied().unwrap_or(Decimal128::ZERO);
        if self.double != 0.0 || self.lost != 0.0 {
            let double = self.double + self.lost;
            if double.is_finite() {
                sum = sum.plus(Decimal128::from_f64_full(self.double));
                sum = sum.plus(Decimal128::from_f64_full(self.lost));
            } else {
                sum = sum.plus(Decimal128::from_f64(self.double));
            }
        }
        if self.integers != 0 {
            // Above 34 digits an exact integer is no decimal; sums of 64-bit integers are
            // below that for any count that could be added.
            let negative = self.integers < 0;
            let integers = Decimal128::from_parts(negative, self.integers.unsigned_abs(), 0);
            sum = sum.plus(integers);
        }
        // The other types' sum counts even when it is zero: it brings a large exponent down.
        sum.plus(Decimal128::ZERO)
    }

    /// The sum: an int or a long that fits, else a double; a decimal if any was one.
    pub fn total(&self) -> Number {
        match (self.widest, i64::try_from(self.integers)) {
            (Widest::Decimal, _) => Number::Decimal(self.to_decimal()),
            (Widest::Int, Ok(sum)) => Number::int_or_long(sum),
            (Widest::Long, Ok(sum)) => Number::Long(sum),
            _ => Number::Double(self.to_f64()),
        }
    }

    /// The average: a double, or a decimal if any number was one; `None` of nothing.
    pub fn average(&self) -> Option<Number> {
        if self.count == 0 {
            return None;
        }
        Some(match self.widest {
            Widest::Decimal => {
                let count = Decimal128::from(self.count as i64);
                Number::Decimal(self.to_decimal().divided_by(count))
            }
            _ => Number::Double(self.to_f64() / self.count as f64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[ValueRef<'_>]) -> Sum {
        let mut sum = Sum::default();
        values.iter().for_each(|value| sum.add(*value));
        sum
    }

    #[test]
    fn sums_are_exact_where_they_can_be() {
        let tenths = [ValueRef::Double(0.1); 10];
        assert_eq!(sum(&tenths).total().to_f64(), 1.0);
        let recovered = [
            ValueRef::Int64(i64::MAX),
            ValueRef::Int64(100),
            ValueRef::Int64(-100),
        ];
        assert!(matches!(sum(&recovered).total(), Number::Long(i64::MAX)));
        let mixed = [
            ValueRef::Double(1e300),
            ValueRef::Int32(1),
            ValueRef::Double(-1e300),
        ];
        assert_eq!(sum(&mixed).total().to_f64(), 1.0);
        let infinite = [ValueRef::Double(f64::MAX), ValueRef::Double(f64::MAX)];
        assert_eq!(sum(&infinite).total().to_f64(), f64::INFINITY);
    }

    #[test]
    fn types_widen() {
        assert!(matches!(sum(&[ValueRef::Int32(1)]).total(), Number::Int(1)));
        assert!(matches!(sum(&[]).total(), Number::Int(0)));
        let text = |sum: Sum| sum.total().to_decimal().to_string();
        let decimal = ValueRef::Decimal128(&Decimal128::from_parts(false, 35, -1));
        assert_eq!(text(sum(&[ValueRef::Double(2.5), decimal])), "6.0");
        assert_eq!(
            sum(&[ValueRef::Int32(1), ValueRef::Int32(2)])
                .average()
                .map(Number::to_f64),
            Some(1.5)
        );
        assert!(sum(&[ValueRef::Null]).average().is_none());
    }
}
