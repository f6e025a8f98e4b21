//! How doubles become decimal digits, and digits doubles: both exactly.
//!
//! The standard library does this with 26 KB of tables and code; here speed matters for short
//! numbers only, and those need none. Everything else goes through [`Digits`], a decimal number
//! that can be multiplied and divided by powers of two.

/// Digits that can decide how a number is rounded: no double needs more.
const DIGITS_MAX: usize = 800;
/// How many bits one step of [`Digits::shift`] takes: ten times a power of two fits a word.
const STEP_BITS: u32 = 59;
/// The powers of ten below this one, and whole numbers below `WHOLE_END`, are doubles.
const EXACT_POWERS: i32 = 23;
const WHOLE_END: f64 = 9_007_199_254_740_992.0;
const FRACTION_BITS: u32 = 52;

/// The number `0.d1d2d3... * 10^point`; no zeros at either end.
struct Digits {
    digits: Vec<u8>,
    point: i32,
    /// Digits other than zero follow that are not kept.
    more: bool,
}

impl Digits {
    fn new(digits: Vec<u8>, point: i32) -> Digits {
        let mut all = Digits {
            digits,
            point,
            more: false,
        };
        all.trim();
        all
    }

    /// The number `whole * 10^exponent`.
    fn whole(mut whole: u128, exponent: i32) -> Digits {
        let mut digits = Vec::new();
        while whole > 0 {
            digits.push((whole % 10) as u8);
            whole /= 10;
        }
        digits.reverse();
        let point = exponent + digits.len() as i32;
        Digits::new(digits, point)
    }

    /// The exact value of a double that is finite and above zero.
    fn exact(size: f64) -> Digits {
        let bits = size.to_bits();
        let (biased, fraction) = (bits >> FRACTION_BITS, bits & ((1 << FRACTION_BITS) - 1));
        let (mantissa, exponent) = match biased {
            0 => (fraction, -1074),
            _ => (fraction | 1 << FRACTION_BITS, biased as i32 - 1075),
        };
        let mut digits = Digits::whole(u128::from(mantissa), 0);
        digits.shift(exponent);
        digits
    }

    fn trim(&mut self) {
        let leading = self.digits.iter().take_while(|&&digit| digit == 0).count();
        self.digits.drain(..leading);
        self.point -= leading as i32;
        if self.digits.len() > DIGITS_MAX {
            self.more |= self.digits[DIGITS_MAX..].iter().any(|&digit| digit != 0);
            self.digits.truncate(DIGITS_MAX);
        }
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
    }

    /// Multiplies by two to the power of `bits`.
    fn shift(&mut self, bits: i32) {
        let mut left = bits.unsigned_abs();
        while left > 0 {
            let step = left.min(STEP_BITS);
            if bits > 0 {
                self.double(step);
            } else {
                self.halve(step);
            }
            left -= step;
        }
    }

    fn double(&mut self, times: u32) {
        let mut carry = 0u64;
        for digit in self.digits.iter_mut().rev() {
            carry += u64::from(*digit) << times;
            *digit = (carry % 10) as u8;
            carry /= 10;
        }
        let mut first = Vec::new();
        while carry > 0 {
            first.push((carry % 10) as u8);
            carry /= 10;
        }
        first.reverse();
        self.point += first.len() as i32;
        self.digits.splice(0..0, first);
        self.trim();
    }

    fn halve(&mut self, times: u32) {
        let mut rest = 0u64;
        let mut at = 0;
        while at < self.digits.len() || (rest > 0 && at <= DIGITS_MAX + STEP_BITS as usize) {
            rest = rest * 10 + u64::from(self.digits.get(at).copied().unwrap_or(0));
            let digit = (rest >> times) as u8;
            rest &= (1 << times) - 1;
            match self.digits.get_mut(at) {
                Some(place) => *place = digit,
                None => self.digits.push(digit),
            }
            at += 1;
        }
        self.more |= rest > 0;
        self.trim();
    }

    /// The number rounded to this many digits, of two equally near to the even one.
    fn rounded(&self, count: usize) -> Digits {
        self.cut(count, self.rounds_up(count))
    }

    fn rounds_up(&self, count: usize) -> bool {
        let Some(&next) = self.digits.get(count) else {
            return false;
        };
        let half = next == 5 && self.digits.len() == count + 1 && !self.more;
        let odd = count > 0 && self.digits[count - 1] % 2 == 1;
        if half { odd } else { next >= 5 }
    }

    fn cut(&self, count: usize, up: bool) -> Digits {
        let mut digits: Vec<u8> = self.digits.iter().copied().take(count).collect();
        let mut point = self.point;
        if up {
            let nines = digits.iter().rev().take_while(|&&digit| digit == 9).count();
            digits.truncate(digits.len() - nines);
            match digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    digits.push(1);
                    point += 1;
                }
            }
        }
        Digits::new(digits, point)
    }

    /// The nearest double, of two equally near the even one; infinity beyond the largest.
    fn into_f64(mut self) -> f64 {
        if self.digits.is_empty() || self.point < -330 {
            return 0.0;
        }
        if self.point > 310 {
            return f64::INFINITY;
        }
        // Between a half and one, times a power of two.
        let mut exponent = 0;
        while self.point > 0 {
            let bits = (self.point * 3).min(STEP_BITS as i32);
            self.shift(-bits);
            exponent += bits;
        }
        while self.point < 0 || self.digits.first().is_some_and(|&digit| digit < 5) {
            let bits = (self.point * -3).clamp(1, STEP_BITS as i32);
            self.shift(bits);
            exponent -= bits;
        }
        // Doubles below 2^-1022 have fewer bits.
        let subnormal = (-1021 - exponent).max(0);
        self.shift(FRACTION_BITS as i32 + 1 - subnormal);
        exponent += subnormal;
        let count = self.point.max(0) as usize;
        let up = self.point >= 0 && self.rounds_up(count);
        let digit = |at: usize| u64::from(self.digits.get(at).copied().unwrap_or(0));
        let mut mantissa = (0..count).fold(0, |all, at| all * 10 + digit(at)) + u64::from(up);
        if mantissa >> (FRACTION_BITS + 1) > 0 {
            mantissa >>= 1;
            exponent += 1;
        }
        if exponent > 1024 {
            return f64::INFINITY;
        }
        let biased = match mantissa >> FRACTION_BITS {
            0 => 0,
            _ => (exponent + 1022) as u64,
        };
        f64::from_bits(biased << FRACTION_BITS | mantissa & ((1 << FRACTION_BITS) - 1))
    }

    /// The digits as text, and the power of ten of the first.
    fn text(&self) -> (String, i32) {
        let text = self.digits.iter().map(|digit| char::from(b'0' + digit));
        (text.collect(), self.point - 1)
    }
}

fn exact_power(exponent: i32) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * 10.0)
}

/// The double nearest to `coefficient * 10^exponent`.
pub fn from_parts(coefficient: u128, exponent: i32) -> f64 {
    let size = coefficient as f64;
    if size < WHOLE_END && exponent.abs() < EXACT_POWERS {
        // Two doubles that are exact, and one rounding.
        let power = exact_power(exponent.abs());
        return if exponent < 0 {
            size / power
        } else {
            size * power
        };
    }
    Digits::whole(coefficient, exponent).into_f64()
}

/// The double nearest to a number in decimal digits, with an optional sign, fraction and exponent;
/// infinity beyond the largest. `None` for other text.
pub fn parse(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if digits().next().is_none() || !digits().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = if whole.len() + fraction.len() < 38 {
        let number = digits().fold(0u128, |all, digit| all * 10 + u128::from(digit - b'0'));
        from_parts(number, exponent - fraction.len() as i32)
    } else {
        let digits: Vec<u8> = digits().map(|digit| digit - b'0').collect();
        Digits::new(digits, exponent.saturating_add(whole.len() as i32)).into_f64()
    };
    Some(if text.starts_with('-') { -size } else { size })
}

/// An exponent; beyond any double's it stays there.
fn read_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.bytes().fold(0i32, |all, digit| {
        (all * 10 + i32::from(digit - b'0')).min(100_000_000)
    });
    Some(if text.starts_with('-') { -size } else { size })
}

/// A double above zero to this many digits (fewer if zeros would end them), and the power of ten of the first.
pub fn nearest_digits(size: f64, count: usize) -> (String, i32) {
    Digits::exact(size).rounded(count).text()
}

/// The fewest digits that read back as this double, which is above zero, and the power of ten
/// of the first.
pub fn shortest_digits(size: f64) -> (String, i32) {
    const SURE_END: f64 = WHOLE_END / 8.0;
    let mut at_least = 1;
    for places in 0..EXACT_POWERS {
        let power = exact_power(places);
        let whole = (size * power).round();
        if whole >= SURE_END {
            at_least = if places == 0 { 1 } else { 15 };
            break;
        }
        if whole / power == size {
            return Digits::whole(whole as u128, -places).text();
        }
    }
    let exact = Digits::exact(size);
    for count in at_least..17 {
        // Below a power of two doubles lie closer, and the farther neighbour may be the one that reads back.
        let up = exact.rounds_up(count);
        for up in [up, !up] {
            let digits = exact.cut(count, up);
            let text = digits.text();
            if digits.into_f64() == size {
                return text;
            }
        }
    }
    exact.rounded(17).text()
}

/// Digits written out without an exponent.
pub fn plain(digits: &str, exponent: i32) -> String {
    let whole = exponent + 1;
    let count = digits.len() as i32;
    let zeros = |count: i32| "0".repeat(count.max(0) as usize);
    if whole <= 0 {
        return format!("0.{}{digits}", zeros(-whole));
    }
    if whole >= count {
        return format!("{digits}{}", zeros(whole - count));
    }
    let (before, after) = digits.split_at(whole as usize);
    format!("{before}.{after}")
}

/// Digits with an exponent: one before the point, and an exponent with its sign and at least
/// `width` digits.
pub fn scientific(digits: &str, exponent: i32, letter: char, width: usize) -> String {
    let (first, rest) = digits.split_at(digits.len().min(1));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    let exponent = exponent.unsigned_abs();
    format!("{first}{point}{rest}{letter}{sign}{exponent:0>width$}")
}

/// The sign of a number, and `inside` of its size if it is finite and not zero. What is left is the same for
/// every notation.
fn signed(number: f64, inside: impl Fn(f64) -> String) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    match number.abs() {
        size if size.is_nan() => "NaN".to_owned(),
        f64::INFINITY => format!("{sign}Infinity"),
        0.0 => format!("{sign}0"),
        size => format!("{sign}{}", inside(size)),
    }
}

/// A double as MongoDB writes it: the shortest digits, an exponent of at least two digits
/// below 1e-4 and from 1e16 on, no `.0`.
pub fn double_text(number: f64) -> String {
    signed(number, |size| {
        let (digits, exponent) = shortest_digits(size);
        match exponent {
            -4..16 => plain(&digits, exponent),
            _ => scientific(&digits, exponent, 'e', 2),
        }
    })
}

/// A double with six digits, as C's `%g` writes it.
pub fn short_double_text(number: f64) -> String {
    if !number.is_finite() {
        return if number.is_nan() {
            "nan"
        } else if number > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    signed(number, |size| {
        let (digits, exponent) = nearest_digits(size, 6);
        match exponent {
            -4..6 => plain(&digits, exponent),
            _ => scientific(&digits, exponent, 'e', 2),
        }
    })
}

/// A double as Extended JSON has it: the shortest text that reads back as the same; whole numbers
/// keep a `.0`.
pub fn json_text(number: f64) -> String {
    let text = signed(number, |size| {
        let (digits, exponent) = shortest_digits(size);
        match exponent {
            -6..21 => plain(&digits, exponent),
            _ => scientific(&digits, exponent, 'E', 1),
        }
    });
    let is_whole = text.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9'));
    if is_whole { text + ".0" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doubles of all sizes: random bits, powers of two and ten with their neighbours, short decimals.
    fn doubles() -> impl Iterator<Item = f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let random = (0..400).map(move |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            f64::from_bits(state >> 1)
        });
        let near = |number: f64| [number.next_down(), number, number.next_up()];
        let two = (-1074..1024)
            .step_by(7)
            .flat_map(move |power| near(2f64.powi(power)));
        let ten = (-323..309)
            .step_by(9)
            .flat_map(move |power| near(format!("1e{power}").parse().unwrap_or(1.0)));
        let short = (1..2000)
            .step_by(7)
            .flat_map(|number| [0.001, 0.1, 1.0, 1e5].map(|unit| f64::from(number) * unit));
        random
            .chain(two)
            .chain(ten)
            .chain(short)
            .filter(|size| size.is_finite() && *size > 0.0)
    }

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for size in doubles() {
            let split = |text: String| {
                let (digits, exponent) = text
                    .split_once('e')
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
                    .unwrap_or_default();
                let digits = digits.replace('.', "");
                let digits = digits.trim_end_matches('0').to_owned();
                (digits, exponent.parse::<i32>().unwrap_or(0))
            };
            let (digits, exponent) = shortest_digits(size);
            let (expected, place) = split(format!("{size:e}"));
            // Where two texts are equally short and near, ours is the even one, as JavaScript's.
            let even = split(format!("{size:.*e}", expected.len() - 1));
            assert_eq!(
                (digits.len(), exponent),
                (expected.len(), place),
                "{size:e}"
            );
            assert!(digits == expected || digits == even.0, "{size:e}: {digits}");
            for count in [1, 6, 15, 34] {
                let expected = split(format!("{size:.*e}", count - 1));
                assert_eq!(nearest_digits(size, count), expected, "{size:e} to {count}");
            }
        }
    }

    #[test]
    fn texts_are_read_as_the_standard_library_reads_them() {
        for size in doubles() {
            for text in [
                format!("{size}"),
                format!("{size:e}"),
                format!("-{size:.20e}"),
                format!("{size:.2e}"),
            ] {
                assert_eq!(parse(&text), text.parse().ok(), "{text}");
            }
            // Half way between two doubles, and a little more.
            let half = format!("{size:.800}");
            assert_eq!(parse(&half), half.parse().ok(), "{half}");
        }
        for text in [
            "0",
            "-0",
            "00.10",
            ".5",
            "5.",
            "+1",
            "1e400",
            "1e-400",
            "1e99999999999",
            "1e-99999999999",
            "0e99999999999",
            "9007199254740993",
            "9007199254740992.999999999999999999999999999999999999999999",
            "9007199254740993.00000000000000000000000000000000000000000000000000001",
            "2.2250738585072011e-308",
            "2.4703282292062327208e-324",
            "2.4703282292062328e-324",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "",
            ".",
            "-",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "1 ",
            " 1",
            "0x1",
            "--1",
            "1e5.0",
            "١",
        ] {
            assert_eq!(
                parse(text).map(f64::to_bits),
                text.parse::<f64>().ok().map(f64::to_bits),
                "{text}"
            );
        }
        for (coefficient, exponent) in [
            (1, 400),
            (u128::MAX, -38),
            (u128::MAX, 0),
            (123, -400),
            (0, 5),
            (3, 22),
            (3, 23),
            (1 << 53, 22),
        ] {
            let expected: f64 = format!("{coefficient}e{exponent}").parse().unwrap_or(0.0);
            assert_eq!(
                from_parts(coefficient, exponent),
                expected,
                "{coefficient}e{exponent}"
            );
        }
    }

    #[test]
    fn notations() {
        let check = |number: f64, full: &str, short: &str, json: &str| {
            assert_eq!(double_text(number), full);
            assert_eq!(short_double_text(number), short);
            assert_eq!(json_text(number), json);
        };
        check(0.0, "0", "0", "0.0");
        check(-0.0, "-0", "-0", "-0.0");
        check(1.0, "1", "1", "1.0");
        check(-2.5, "-2.5", "-2.5", "-2.5");
        check(
            0.1 + 0.2,
            "0.30000000000000004",
            "0.3",
            "0.30000000000000004",
        );
        check(1e15, "1000000000000000", "1e+15", "1000000000000000.0");
        check(1e16, "1e+16", "1e+16", "10000000000000000.0");
        check(0.0001, "0.0001", "0.0001", "0.0001");
        check(0.00001, "1e-05", "1e-05", "0.00001");
        check(1.5e-7, "1.5e-07", "1.5e-07", "1.5E-7");
        check(1.5e300, "1.5e+300", "1.5e+300", "1.5E+300");
        check(999_999.5, "999999.5", "1e+06", "999999.5");
        check(123_456.7, "123456.7", "123457", "123456.7");
        check(
            9_999_999_999_999_998.0,
            "9999999999999998",
            "1e+16",
            "9999999999999998.0",
        );
        check(-9e-5, "-9e-05", "-9e-05", "-0.00009");
        check(5e-324, "5e-324", "4.94066e-324", "5E-324");
        check(
            f64::MAX,
            "1.7976931348623157e+308",
            "1.79769e+308",
            "1.7976931348623157E+308",
        );
        check(f64::NAN, "NaN", "nan", "NaN");
        check(f64::NEG_INFINITY, "-Infinity", "-inf", "-Infinity");
    }
}
