//! Natural numbers of 256 bits: what a product of two coefficients needs.

/// A number below 2^256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wide {
    pub high: u128,
    pub low: u128,
}

pub(super) const fn power_of_ten(exponent: u32) -> u128 {
    10u128.pow(exponent)
}

impl From<u128> for Wide {
    fn from(low: u128) -> Wide {
        Wide { high: 0, low }
    }
}

impl Wide {
    /// The product of two 128-bit numbers.
    pub fn product(one: u128, two: u128) -> Wide {
        const MASK: u128 = (1 << 64) - 1;
        let (a, b) = (one >> 64, one & MASK);
        let (c, d) = (two >> 64, two & MASK);
        let bottom = b * d;
        let (middle, carry) = (a * d).overflowing_add(b * c);
        let (low, low_carry) = bottom.overflowing_add(middle << 64);
        let high = a * c + (middle >> 64) + (u128::from(carry) << 64) + u128::from(low_carry);
        Wide { high, low }
    }

    /// The sum; the caller knows that it fits.
    pub fn plus(self, other: Wide) -> Wide {
        let (low, carry) = self.low.overflowing_add(other.low);
        Wide {
            high: self
                .high
                .wrapping_add(other.high)
                .wrapping_add(u128::from(carry)),
            low,
        }
    }

    /// The difference; `other` must not be larger.
    pub fn minus(self, other: Wide) -> Wide {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Wide {
            high: self
                .high
                .wrapping_sub(other.high)
                .wrapping_sub(u128::from(borrow)),
            low,
        }
    }

    /// Quotient and remainder of a division by a small number.
    pub fn divide_small(self, divisor: u64) -> (Wide, u64) {
        let mut rest = 0u128;
        let mut digit = |part: u128| {
            let number = rest << 64 | part & ((1 << 64) - 1);
            rest = number % u128::from(divisor);
            number / u128::from(divisor)
        };
        let high = digit(self.high >> 64) << 64 | digit(self.high);
        let low = digit(self.low >> 64) << 64 | digit(self.low);
        (Wide { high, low }, rest as u64)
    }

    /// Quotient and remainder; the divisor is below 2^127.
    pub fn divide(self, divisor: u128) -> (Wide, u128) {
        let (mut quotient, mut rest) = (Wide::from(0), 0u128);
        for bit in (0..256).rev() {
            let next = if bit >= 128 {
                self.high >> (bit - 128)
            } else {
                self.low >> bit
            } & 1;
            rest = rest << 1 | next;
            quotient = Wide {
                high: quotient.high << 1 | quotient.low >> 127,
                low: quotient.low << 1,
            };
            if rest >= divisor {
                rest -= divisor;
                quotient.low |= 1;
            }
        }
        (quotient, rest)
    }

    /// The number of decimal digits; zero has none.
    pub fn digits(self) -> u32 {
        let (mut left, mut count) = (self, 0);
        while left.high != 0 {
            left = left.divide_small(10_000_000_000_000_000_000).0;
            count += 19;
        }
        count + left.low.checked_ilog10().map_or(0, |log| log + 1)
    }

    /// The whole part of the square root.
    pub fn square_root(self) -> u128 {
        let mut root = 0u128;
        for bit in (0..128).rev() {
            let trial = root | 1 << bit;
            if Wide::product(trial, trial) <= self {
                root = trial;
            }
        }
        root
    }
}
