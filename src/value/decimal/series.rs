//! The elementary functions on 256-bit numbers: reduced to small arguments, then series.

use super::real::Real;
use std::cmp::Ordering::Less;

/// Sums `first * (1 + f(1) x + f(1) f(2) x^2 + ...)` where `f(n)` is one by `divisor(n)`.
fn sum_ratio(first: Real, x: Real, divisor: fn(u64) -> u64) -> Real {
    let (mut sum, mut term) = (first, first);
    for n in 1..200 {
        term = term.times(x).by_small(divisor(n));
        if is_negligible(term, sum) {
            break;
        }
        sum = sum.plus(term);
    }
    sum
}

/// Sums `x (1 + y/3 + y^2/5 + ...)`.
fn sum_odd(x: Real, y: Real) -> Real {
    let (mut sum, mut power) = (x, x);
    for n in 1..300 {
        power = power.times(y);
        let term = power.by_small(2 * n + 1);
        if is_negligible(term, sum) {
            break;
        }
        sum = sum.plus(term);
    }
    sum
}

fn is_negligible(term: Real, sum: Real) -> bool {
    term.is_zero() || term.abs().compare(sum.abs().scaled(-258)) == Less
}

/// `e^x`, for numbers between -50,000 and 50,000.
pub(super) fn exp(x: Real) -> Real {
    let twos = x.by(Real::LN_2).nearest_integer();
    let rest = x.minus(Real::LN_2.times_small(twos));
    // The argument is halved eight times, the result squared as often.
    let mut result = sum_ratio(Real::ONE, rest.scaled(-8), |n| n);
    for _ in 0..8 {
        result = result.times(result);
    }
    result.scaled(twos as i32)
}

/// The natural logarithm of a positive number.
pub(super) fn ln(x: Real) -> Real {
    // x = m 2^k with m between 3/4 and 3/2.
    let mut twos = x.log2_floor();
    let mut mantissa = x.scaled(-twos);
    if mantissa.compare(Real::from_i64(3).scaled(-1)) != Less {
        twos += 1;
        mantissa = mantissa.scaled(-1);
    }
    let ratio = mantissa.minus(Real::ONE).by(mantissa.plus(Real::ONE));
    let log = sum_odd(ratio, ratio.times(ratio)).scaled(1);
    log.plus(Real::LN_2.times_small(i64::from(twos)))
}

/// Sine and cosine.
pub(super) fn sin_cos(x: Real) -> (Real, Real) {
    let half_pi = Real::PI.scaled(-1);
    let turns = x.by(half_pi).nearest_integer();
    let rest = x.minus(half_pi.times_small(turns));
    let square = rest.times(rest).negated();
    let sine = sum_ratio(rest, square, |n| 2 * n * (2 * n + 1));
    let cosine = sum_ratio(Real::ONE, square, |n| (2 * n - 1) * 2 * n);
    match turns.rem_euclid(4) {
        0 => (sine, cosine),
        1 => (cosine, sine.negated()),
        2 => (sine.negated(), cosine.negated()),
        _ => (cosine.negated(), sine),
    }
}

/// The arc tangent.
pub(super) fn atan(x: Real) -> Real {
    if x.is_negative() {
        return atan(x.negated()).negated();
    }
    if Real::ONE.compare(x) == Less {
        return Real::PI.scaled(-1).minus(atan(Real::ONE.by(x)));
    }
    // Half the angle, four times over.
    let mut half = x;
    for _ in 0..4 {
        let root = Real::ONE.plus(half.times(half)).square_root();
        half = half.by(Real::ONE.plus(root));
    }
    sum_odd(half, half.times(half).negated()).scaled(4)
}

/// The hyperbolic sine.
pub(super) fn sinh(x: Real) -> Real {
    if x.abs().compare(Real::ONE.scaled(-2)) == Less {
        return sum_ratio(x, x.times(x), |n| 2 * n * (2 * n + 1));
    }
    exp(x).minus(exp(x.negated())).scaled(-1)
}

/// The hyperbolic cosine.
pub(super) fn cosh(x: Real) -> Real {
    exp(x).plus(exp(x.negated())).scaled(-1)
}

/// The inverse hyperbolic tangent of a number between -1 and 1.
pub(super) fn atanh(x: Real) -> Real {
    if x.abs().compare(Real::ONE.scaled(-2)) == Less {
        return sum_odd(x, x.times(x));
    }
    ln(Real::ONE.plus(x).by(Real::ONE.minus(x))).scaled(-1)
}

/// The inverse hyperbolic sine.
pub(super) fn asinh(x: Real) -> Real {
    let root = Real::ONE.plus(x.times(x)).square_root();
    if x.abs().compare(Real::ONE.scaled(-1)) == Less {
        return atanh(x.by(Real::ONE.plus(root))).scaled(1);
    }
    let log = ln(x.abs().plus(root));
    if x.is_negative() { log.negated() } else { log }
}

/// The inverse hyperbolic cosine of a number from 1 on.
pub(super) fn acosh(x: Real) -> Real {
    let root = x.minus(Real::ONE).times(x.plus(Real::ONE)).square_root();
    ln(x.plus(root))
}
