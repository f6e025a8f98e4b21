//! Logarithms, powers and trigonometry of decimals.
//!
//! They are computed with more than 70 digits. MongoDB computes them in quadruple precision,
//! so argument and result are rounded to its 113 bits as well, which shows in the last digit;
//! a result that is a whole number then has no zeros behind the point. Angles above some
//! 10^30 lose digits: there are more turns in them than 256 bits can tell.

use super::real::Real;
use super::series;
use super::wide::Wide;
use super::{COEFFICIENT_END, Decimal128, arithmetic};

/// e^x is infinite above, and zero below.
const EXP_MAX: i64 = 14_220;

impl Decimal128 {
    const ONE: Decimal128 = Decimal128::from_bits((6176 << 113) | 1);
    /// What underflows.
    const LEAST_ZERO: Decimal128 = Decimal128::from_bits(0);

    fn to_real(self) -> Option<Real> {
        // Without zeros at the end: a whole number is then exact.
        let number = self.stripped().finite()?;
        let size = Real::from_u128(number.coefficient);
        let scale = Real::from_i64(10).power(number.exponent.unsigned_abs());
        let size = if number.exponent < 0 {
            size.by(scale)
        } else {
            size.times(scale)
        };
        Some(if number.negative {
            size.negated()
        } else {
            size
        })
    }

    /// The nearest decimal with 34 digits.
    fn from_real(number: Real) -> Decimal128 {
        if number.is_zero() {
            return Decimal128::ZERO;
        }
        let size = number.abs();
        let log10 = f64::from(size.log2_floor()) * std::f64::consts::LOG10_2;
        let mut exponent = log10.floor() as i32 - 34;
        loop {
            let scale = Real::from_i64(10).power(exponent.unsigned_abs());
            let scaled = if exponent < 0 {
                size.times(scale)
            } else {
                size.by(scale)
            };
            let whole = scaled.whole_part();
            // At least 35 digits, so that rounding sees one more.
            if whole < COEFFICIENT_END {
                exponent -= 1;
                continue;
            }
            return arithmetic::round(number.is_negative(), Wide::from(whole), exponent, true);
        }
    }

    /// The nearest decimal of the nearest quadruple; whole numbers without zeros behind the
    /// point.
    fn from_real_short(number: Real) -> Decimal128 {
        let quadruple = number.to_quadruple();
        let whole = quadruple.abs().whole_part();
        let is_whole = quadruple.abs().compare(Real::from_u128(whole)).is_eq();
        if is_whole && whole != 0 && whole < COEFFICIENT_END {
            return Decimal128::from_parts(number.is_negative(), whole, 0);
        }
        Decimal128::from_real(quadruple)
    }

    fn apply(self, function: fn(Real) -> Real) -> Decimal128 {
        match self.to_real() {
            Some(number) => Decimal128::from_real_short(function(number.to_quadruple())),
            None => Decimal128::NAN,
        }
    }

    /// e to the number.
    #[must_use]
    pub fn exp(self) -> Decimal128 {
        let Some(number) = self.to_real() else {
            return match (self.is_infinite(), self.is_negative()) {
                (true, true) => Decimal128::ZERO,
                (true, false) => self,
                (false, _) => Decimal128::NAN,
            };
        };
        if self.compare_i64(EXP_MAX).is_gt() {
            return Decimal128::infinity(false);
        }
        if self.compare_i64(-EXP_MAX - 30).is_lt() {
            return Decimal128::LEAST_ZERO;
        }
        Decimal128::from_real_short(series::exp(number.to_quadruple()))
    }

    /// The natural logarithm: NaN below zero, -Infinity for zero.
    #[must_use]
    pub fn ln(self) -> Decimal128 {
        self.logarithm(series::ln)
    }

    /// The logarithm to base ten.
    #[must_use]
    pub fn log10(self) -> Decimal128 {
        self.logarithm(|number| series::ln(number).by(series::ln(Real::from_i64(10))))
    }

    fn logarithm(self, function: fn(Real) -> Real) -> Decimal128 {
        if self.is_zero() {
            return Decimal128::infinity(true);
        }
        if self.is_negative() {
            return Decimal128::NAN;
        }
        if self.is_infinite() {
            return self;
        }
        // Near one the difference to one counts, which a quadruple does not hold.
        match self.to_real() {
            Some(number)
                if number
                    .minus(Real::ONE)
                    .abs()
                    .compare(Real::ONE.scaled(-3))
                    .is_lt() =>
            {
                Decimal128::from_real_short(function(number))
            }
            _ => self.apply(function),
        }
    }

    /// The number to a power.
    #[must_use]
    pub fn power(self, exponent: Decimal128) -> Decimal128 {
        let is_one = |number: Decimal128| number.compare(Decimal128::ONE).is_eq();
        if exponent.is_zero() && !self.is_nan() || is_one(self) && !exponent.is_nan() {
            return Decimal128::ONE;
        }
        if self.is_nan() || exponent.is_nan() {
            return Decimal128::NAN;
        }
        let whole = exponent.to_whole();
        let is_odd = whole.is_some_and(|whole| whole % 2 != 0);
        let negative = self.is_negative() && is_odd;
        let size = self.abs();
        let grows = exponent.is_negative() == (size.compare(Decimal128::ONE).is_lt());
        if exponent.is_infinite() {
            if is_one(size) {
                return Decimal128::ONE;
            }
            return if grows {
                Decimal128::infinity(false)
            } else {
                Decimal128::LEAST_ZERO
            };
        }
        if self.is_zero() || self.is_infinite() {
            return match grows {
                true => Decimal128::infinity(negative),
                false => Decimal128::LEAST_ZERO,
            };
        }
        if self.is_negative() && whole.is_none() && exponent.quantize_is_fraction() {
            return Decimal128::NAN;
        }
        let (Some(base), Some(power)) = (size.to_real(), exponent.to_real()) else {
            return Decimal128::NAN;
        };
        let log = series::ln(base).times(power);
        let limit = Real::from_i64(EXP_MAX);
        if limit.compare(log.abs()).is_lt() {
            return if grows {
                Decimal128::infinity(negative)
            } else {
                Decimal128::LEAST_ZERO
            };
        }
        let result = Decimal128::from_real(series::exp(log));
        if negative { result.negated() } else { result }
    }

    /// The number as an integer of 128 bits, if it is one.
    fn to_whole(self) -> Option<i128> {
        let number = self.finite()?;
        let mut coefficient = i128::try_from(number.coefficient).ok()?;
        for _ in number.exponent..0 {
            if coefficient % 10 != 0 {
                return None;
            }
            coefficient /= 10;
            if coefficient == 0 {
                break;
            }
        }
        for _ in 0..number.exponent {
            coefficient = coefficient.checked_mul(10)?;
        }
        Some(coefficient)
    }

    /// True for a finite number that is not whole.
    fn quantize_is_fraction(self) -> bool {
        self.finite().is_some_and(|number| number.exponent < 0) && self.to_whole().is_none()
    }

    /// The sine; NaN of infinity.
    #[must_use]
    pub fn sin(self) -> Decimal128 {
        if self.is_zero() {
            return self;
        }
        self.apply(|number| series::sin_cos(number).0)
    }

    /// The cosine; NaN of infinity.
    #[must_use]
    pub fn cos(self) -> Decimal128 {
        self.apply(|number| series::sin_cos(number).1)
    }

    /// The tangent; NaN of infinity.
    #[must_use]
    pub fn tan(self) -> Decimal128 {
        if self.is_zero() {
            return self;
        }
        self.apply(|number| {
            let (sine, cosine) = series::sin_cos(number);
            sine.by(cosine)
        })
    }

    /// The arc sine; NaN beyond one.
    #[must_use]
    pub fn asin(self) -> Decimal128 {
        if self.is_zero() || self.is_beyond_one() {
            return if self.is_zero() {
                self
            } else {
                Decimal128::NAN
            };
        }
        self.apply(|number| {
            let square = Real::ONE.minus(number).times(Real::ONE.plus(number));
            if square.is_zero() {
                let half = Real::PI.scaled(-1);
                return if number.is_negative() {
                    half.negated()
                } else {
                    half
                };
            }
            series::atan(number.by(square.square_root()))
        })
    }

    /// The arc cosine; NaN beyond one.
    #[must_use]
    pub fn acos(self) -> Decimal128 {
        if self.is_beyond_one() {
            return Decimal128::NAN;
        }
        self.apply(|number| {
            let below = Real::ONE.plus(number);
            if below.is_zero() {
                return Real::PI;
            }
            series::atan(Real::ONE.minus(number).by(below).square_root()).scaled(1)
        })
    }

    /// The arc tangent.
    #[must_use]
    pub fn atan(self) -> Decimal128 {
        if self.is_infinite() {
            let half = Decimal128::from_real(Real::PI.scaled(-1));
            return if self.is_negative() {
                half.negated()
            } else {
                half
            };
        }
        if self.is_zero() {
            self
        } else {
            self.apply(series::atan)
        }
    }

    /// The angle of the point `(other, self)`.
    #[must_use]
    pub fn atan2(self, other: Decimal128) -> Decimal128 {
        if self.is_nan() || other.is_nan() {
            return Decimal128::NAN;
        }
        let pi = Real::PI;
        let angle = match (self.is_infinite(), other.is_infinite()) {
            (true, true) if other.is_negative() => pi.times_small(3).scaled(-2),
            (true, true) => pi.scaled(-2),
            (true, false) => pi.scaled(-1),
            (false, true) if other.is_negative() => pi,
            (false, true) => return Decimal128::ZERO.with_sign_of(self),
            (false, false) => {
                let (Some(y), Some(x)) = (self.abs().to_real(), other.abs().to_real()) else {
                    return Decimal128::NAN;
                };
                let angle = match (y.is_zero(), x.is_zero()) {
                    (true, _) => Real::ZERO,
                    (false, true) => pi.scaled(-1),
                    (false, false) => series::atan(y.by(x)),
                };
                if other.is_negative() {
                    pi.minus(angle)
                } else {
                    angle
                }
            }
        };
        Decimal128::from_real_short(angle).with_sign_of(self)
    }

    fn with_sign_of(self, other: Decimal128) -> Decimal128 {
        if other.is_negative() {
            self.abs().negated()
        } else {
            self.abs()
        }
    }

    /// The hyperbolic sine.
    #[must_use]
    pub fn sinh(self) -> Decimal128 {
        if self.is_zero() || self.is_infinite() {
            return self;
        }
        if self.abs().compare_i64(EXP_MAX).is_gt() {
            return Decimal128::infinity(self.is_negative());
        }
        self.apply(series::sinh)
    }

    /// The hyperbolic cosine.
    #[must_use]
    pub fn cosh(self) -> Decimal128 {
        if self.is_infinite() || self.abs().compare_i64(EXP_MAX).is_gt() {
            return Decimal128::infinity(false);
        }
        self.apply(series::cosh)
    }

    /// The hyperbolic tangent.
    #[must_use]
    pub fn tanh(self) -> Decimal128 {
        if self.is_zero() {
            return self;
        }
        if self.is_infinite() || self.abs().compare_i64(EXP_MAX).is_gt() {
            return Decimal128::ONE.with_sign_of(self);
        }
        self.apply(|number| series::sinh(number).by(series::cosh(number)))
    }

    /// The inverse hyperbolic sine.
    #[must_use]
    pub fn asinh(self) -> Decimal128 {
        if self.is_zero() || self.is_infinite() {
            self
        } else {
            self.apply(series::asinh)
        }
    }

    /// The inverse hyperbolic cosine; NaN below one.
    #[must_use]
    pub fn acosh(self) -> Decimal128 {
        if self.compare(Decimal128::ONE).is_lt() {
            return Decimal128::NAN;
        }
        if self.is_infinite() {
            self
        } else {
            self.apply(series::acosh)
        }
    }

    /// The inverse hyperbolic tangent: infinite of one, NaN beyond.
    #[must_use]
    pub fn atanh(self) -> Decimal128 {
        if self.is_zero() {
            return self;
        }
        match self.abs().compare(Decimal128::ONE) {
            _ if self.is_nan() => self,
            std::cmp::Ordering::Less => self.apply(series::atanh),
            std::cmp::Ordering::Equal => Decimal128::infinity(self.is_negative()),
            std::cmp::Ordering::Greater => Decimal128::NAN,
        }
    }

    fn is_beyond_one(self) -> bool {
        self.is_nan() || self.abs().compare(Decimal128::ONE).is_gt()
    }

    /// The number times pi by 180.
    #[must_use]
    pub fn degrees_to_radians(self) -> Decimal128 {
        self.times(Decimal128::from_real(Real::PI.by_small(180)))
    }

    /// The number times 180 by pi.
    #[must_use]
    pub fn radians_to_degrees(self) -> Decimal128 {
        self.times(Decimal128::from_real(Real::from_i64(180).by(Real::PI)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Decimal128;

    fn check(function: fn(Decimal128) -> Decimal128, text: &str, expected: &str) {
        let result = function(Decimal128::parse(text).unwrap());
        assert_eq!(result.to_string(), expected, "of {text}");
    }

    #[test]
    fn logarithms_and_powers() {
        check(Decimal128::ln, "10", "2.302585092994045684017991454684364");
        check(Decimal128::ln, "1", "0");
        check(
            Decimal128::ln,
            "2.718281828459045",
            "0.9999999999999999134157889710887611",
        );
        check(
            Decimal128::ln,
            "1E-6143",
            "-14144.78022626242263692252150612605",
        );
        check(
            Decimal128::ln,
            "1.000000000000000000000000000000001",
            "9.999999999999999999999999999999995E-34",
        );
        check(Decimal128::log10, "1E-6176", "-6176");
        check(
            Decimal128::log10,
            "9.999999999999999999999999999999999E+6144",
            "6145",
        );
        check(Decimal128::exp, "1", "2.718281828459045235360287471352662");
        check(Decimal128::exp, "1E-6143", "1");
        check(Decimal128::exp, "-1E+6", "0E-6176");
        check(Decimal128::exp, "1E+6", "Infinity");
        let power = |base: &str, exponent: &str, expected: &str| {
            let parse = |text| Decimal128::parse(text).unwrap();
            assert_eq!(parse(base).power(parse(exponent)).to_string(), expected);
        };
        power("2", "3", "8.000000000000000000000000000000000");
        power("2", "0.5", "1.414213562373095048801688724209698");
        power("-2", "3", "-8.000000000000000000000000000000000");
        power("-2", "0.5", "NaN");
        power("0", "2", "0E-6176");
        power("-Infinity", "3", "-Infinity");
        power("-Infinity", "-1", "0E-6176");
        power("10", "7000", "Infinity");
    }

    #[test]
    fn trigonometry() {
        check(Decimal128::sin, "1", "0.8414709848078965066525023216302990");
        check(Decimal128::cos, "1", "0.5403023058681397174009366074429766");
        check(Decimal128::tan, "1", "1.557407724654902230506974807458360");
        check(
            Decimal128::sin,
            "100",
            "-0.5063656411097587936565576104597854",
        );
        check(Decimal128::asin, "1", "1.570796326794896619231321691639751");
        check(
            Decimal128::acos,
            "-1",
            "3.141592653589793238462643383279503",
        );
        check(
            Decimal128::acos,
            "0.5",
            "1.047197551196597746154214461093168",
        );
        check(
            Decimal128::atan,
            "1",
            "0.7853981633974483096156608458198757",
        );
        check(
            Decimal128::atan,
            "1E-40",
            "1.000000000000000000000000000000000E-40",
        );
        check(Decimal128::sinh, "1", "1.175201193643801456882381850595601");
        check(Decimal128::cosh, "1", "1.543080634815243778477905620757062");
        check(
            Decimal128::tanh,
            "1",
            "0.7615941559557648881194582826047936",
        );
        check(
            Decimal128::asinh,
            "1",
            "0.8813735870195430252326093249797923",
        );
        check(
            Decimal128::acosh,
            "2",
            "1.316957896924816708625046347307968",
        );
        check(
            Decimal128::atanh,
            "0.5",
            "0.5493061443340548456976226184612628",
        );
        check(Decimal128::atanh, "1", "Infinity");
        check(Decimal128::cos, "0", "1");
        check(
            Decimal128::degrees_to_radians,
            "180",
            "3.141592653589793238462643383279503",
        );
        check(
            Decimal128::radians_to_degrees,
            "1",
            "57.29577951308232087679815481410517",
        );
    }
}
