//! Values as text, as `$toString`, `$concat` and the case operators see them.

use std::borrow::Cow;

use crate::calendar::{civil_from_days, iso_text};
use crate::error::{Error, Result};
use crate::value::{Timestamp, ValueRef};

/// A double as MongoDB writes it: the shortest digits, an exponent of at least two digits
/// below 1e-4 and from 1e16 on, no `.0`.
pub fn double_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let size = number.abs();
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        return number.to_string();
    }
    exponent_text(&format!("{number:e}"))
}

/// A mantissa without zeros at its end, and an exponent of at least two digits.
fn exponent_text(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let mantissa = match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.'),
        false => mantissa,
    };
    match exponent.strip_prefix('-') {
        Some(digits) => format!("{mantissa}e-{digits:0>2}"),
        None => format!("{mantissa}e+{exponent:0>2}"),
    }
}

/// A double with six digits, as C's `%g` writes it: what operators on strings take it for.
fn short_double_text(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let digits = format!("{number:.5e}");
    let rounded: f64 = digits.parse().unwrap_or(number);
    let size = rounded.abs();
    if size == 0.0 || (1e-4..1e6).contains(&size) {
        return rounded.to_string();
    }
    exponent_text(&digits)
}

/// A timestamp as `Jan  1 00:00:05:1`: what operators on strings take it for.
fn timestamp_text(stamp: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let seconds = i64::from(stamp.time);
    let date = civil_from_days(seconds.div_euclid(86_400));
    let month = MONTHS[(date.month as usize - 1) % 12];
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!(
        "{month} {:>2} {hour:02}:{minute:02}:{second:02}:{}",
        date.day, stamp.increment
    )
}

/// The text that a value is taken for where a string is wanted: numbers and dates are
/// written out, null and missing are empty. `None` for other types.
pub fn coerce_text<'v>(value: Option<ValueRef<'v>>) -> Option<Cow<'v, str>> {
    Some(match value {
        None | Some(ValueRef::Null | ValueRef::Undefined) => Cow::Borrowed(""),
        Some(ValueRef::String(text) | ValueRef::Code(text) | ValueRef::Symbol(text)) => {
            Cow::Borrowed(text)
        }
        Some(ValueRef::Int32(number)) => Cow::Owned(number.to_string()),
        Some(ValueRef::Int64(number)) => Cow::Owned(number.to_string()),
        Some(ValueRef::Double(number)) => Cow::Owned(short_double_text(number)),
        Some(ValueRef::Decimal128(number)) => Cow::Owned(number.to_string()),
        Some(ValueRef::Date(millis)) => Cow::Owned(iso_text(millis)?),
        Some(ValueRef::Timestamp(stamp)) => Cow::Owned(timestamp_text(stamp)),
        Some(_) => return None,
    })
}

/// [`coerce_text`], or 16007 for a type that has no text.
pub fn require_text<'v>(value: Option<ValueRef<'v>>) -> Result<Cow<'v, str>> {
    coerce_text(value).ok_or_else(|| {
        let alias = value.map_or("missing", |value| value.kind().alias());
        Error::new(
            16007,
            format!("can't convert from BSON type {alias} to String"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::double_text;

    #[test]
    fn doubles_as_text() {
        let check = |number: f64, expected: &str| assert_eq!(double_text(number), expected);
        check(3.0, "3");
        check(-0.0, "-0");
        check(1e16, "1e+16");
        check(9_999_999_999_999_998.0, "9999999999999998");
        check(0.0001, "0.0001");
        check(-9e-5, "-9e-05");
        check(5e-324, "5e-324");
        check(f64::MAX, "1.7976931348623157e+308");
        check(f64::NEG_INFINITY, "-Infinity");
    }
}
