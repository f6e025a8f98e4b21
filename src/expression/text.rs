//! Values as text, as `$toString`, `$concat` and the case operators see them.

use std::borrow::Cow;

use crate::calendar::{civil_from_days, iso_text};
use crate::error::{Error, Result};
use crate::value::double::short_double_text;
use crate::value::{Timestamp, ValueRef};

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
            format_args!("can't convert from BSON type {alias} to String"),
        )
    })
}
