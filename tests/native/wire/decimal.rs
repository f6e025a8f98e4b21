//! Decimal128 as text and as the sixteen bytes of BSON.

const EXPONENT_BIAS: i32 = 6176;
const EXPONENT_MAX: i32 = 6111;
const SIGN: u128 = 1 << 127;
const INFINITY: u128 = 0b11110 << 122;
const NAN: u128 = 0b11111 << 122;

/// The bytes of a number written as in canonical Extended JSON. Exact, or `None`.
pub fn parse(text: &str) -> Option<[u8; 16]> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (SIGN, rest),
        None => (0, text),
    };
    let magnitude = match rest {
        "NaN" => NAN,
        "Infinity" => INFINITY,
        _ => finite(rest)?,
    };
    Some((sign | magnitude).to_le_bytes())
}

fn finite(text: &str) -> Option<u128> {
    let (digits, exponent) = match text.split_once(['E', 'e']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut exponent = exponent - i32::try_from(fraction.len()).ok()?;
    let mut coefficient: u128 = format!("{whole}{fraction}").parse().ok()?;
    while exponent > EXPONENT_MAX && coefficient.checked_mul(10)? < 10u128.pow(34) {
        if coefficient == 0 {
            exponent = EXPONENT_MAX;
            break;
        }
        coefficient *= 10;
        exponent -= 1;
    }
    while coefficient >= 10u128.pow(34) && coefficient.is_multiple_of(10) {
        coefficient /= 10;
        exponent += 1;
    }
    let biased = exponent + EXPONENT_BIAS;
    let fits = coefficient < 10u128.pow(34) && (0..=EXPONENT_MAX + EXPONENT_BIAS).contains(&biased);
    fits.then_some((biased as u128) << 113 | coefficient)
}

/// True for quiet and signalling NaN, of either sign.
pub fn is_nan(bytes: &[u8; 16]) -> bool {
    u128::from_le_bytes(*bytes) & NAN == NAN
}

/// The number as text, for people to read.
pub fn to_text(bytes: &[u8; 16]) -> String {
    let bits = u128::from_le_bytes(*bytes);
    let sign = if bits & SIGN == 0 { "" } else { "-" };
    if bits & NAN == NAN {
        return format!("{sign}NaN");
    }
    if bits & INFINITY == INFINITY {
        return format!("{sign}Infinity");
    }
    if bits >> 125 & 0b11 == 0b11 {
        return format!("{sign}0 (not canonical)");
    }
    let exponent = (bits >> 113 & 0x3fff) as i32 - EXPONENT_BIAS;
    let coefficient = (bits & ((1 << 113) - 1)).to_string();
    let digits = coefficient.len() as i32;
    let adjusted = exponent + digits - 1;
    if exponent > 0 || adjusted < -6 {
        let (first, rest) = coefficient.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{sign}{first}{point}{rest}E{adjusted:+}")
    } else if exponent == 0 {
        format!("{sign}{coefficient}")
    } else {
        let padded = format!("{coefficient:0>width$}", width = (1 - exponent) as usize);
        let (whole, fraction) = padded.split_at(padded.len() - (-exponent) as usize);
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_was() {
        for text in [
            "0",
            "-0",
            "1",
            "1.00",
            "0.001",
            "1E+3",
            "-0E+10",
            "1.5E-10",
            "NaN",
            "-Infinity",
            "9.999999999999999999999999999999999E+6144",
            "1E-6176",
            "123.456",
        ] {
            assert_eq!(to_text(&parse(text).unwrap()), text);
        }
    }

    #[test]
    fn bytes_are_those_of_the_format() {
        assert_eq!(u128::from_le_bytes(parse("1").unwrap()), 0x3040 << 112 | 1);
        assert_eq!(u128::from_le_bytes(parse("NaN").unwrap()), 0x7c00 << 112);
        assert_eq!(
            parse("1E+6144"),
            parse("1.000000000000000000000000000000000E+6144")
        );
        assert_eq!(parse("1E+6200"), None);
        assert_eq!(parse("x"), None);
    }
}
