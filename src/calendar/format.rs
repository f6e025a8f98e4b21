//! Dates written and read by a format of `%` specifiers.
//!
//! Source: the manual, "$dateToString", "Format Specifiers".

use super::civil::{day_of_year, iso_week, week_of_year, weekday};
use super::parse::{Found, MONTHS, find_month};
use super::text::put_digits;
use super::{Parts, Zone};

/// What is wrong with a format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormatError {
    /// The format ends with a single `%`.
    Unmatched,
    /// There is no such specifier.
    Unknown(char),
}

/// Specifiers for writing.
const WRITTEN: &str = "dGHjLmMSwuUVYzZbB%";
/// Specifiers for reading.
const READ: &str = "dGHjLmMSuVYzZbB%";

/// Checks a format for writing.
pub fn check_write_format(format: &str) -> Result<(), FormatError> {
    check(format, WRITTEN)
}

/// Checks a format for reading.
pub fn check_read_format(format: &str) -> Result<(), FormatError> {
    check(format, READ)
}

fn check(format: &str, known: &str) -> Result<(), FormatError> {
    let mut symbols = format.chars();
    while let Some(symbol) = symbols.next() {
        if symbol != '%' {
            continue;
        }
        match symbols.next() {
            None => return Err(FormatError::Unmatched),
            Some(specifier) if known.contains(specifier) => {}
            Some(specifier) => return Err(FormatError::Unknown(specifier)),
        }
    }
    Ok(())
}

/// The moment's parts by a format that was checked; `None` when the year does not fit.
pub fn write(parts: &Parts, format: &str) -> Option<String> {
    let mut text = String::new();
    let mut symbols = format.chars();
    while let Some(symbol) = symbols.next() {
        if symbol != '%' {
            text.push(symbol);
            continue;
        }
        let mut put =
            |number: i64, width: usize| put_digits(&mut text, number.max(0) as u64, width);
        match symbols.next()? {
            'd' => put(parts.date.day.into(), 2),
            'm' => put(parts.date.month.into(), 2),
            'H' => put(parts.hour.into(), 2),
            'M' => put(parts.minute.into(), 2),
            'S' => put(parts.second.into(), 2),
            'L' => put(parts.millisecond.into(), 3),
            'j' => put(day_of_year(parts.days).into(), 3),
            'w' => put(i64::from(weekday(parts.days)) + 1, 1),
            'u' => put(iso_week(parts.days).day.into(), 1),
            'U' => put(week_of_year(parts.days).into(), 2),
            'V' => put(iso_week(parts.days).week.into(), 2),
            'Y' => put(four_digits(parts.date.year)?, 4),
            'G' => put(four_digits(iso_week(parts.days).year)?, 4),
            'z' => {
                let minutes = parts.offset / 60;
                text.push(if minutes < 0 { '-' } else { '+' });
                put_digits(&mut text, u64::from(minutes.unsigned_abs() / 60), 2);
                put_digits(&mut text, u64::from(minutes.unsigned_abs() % 60), 2);
            }
            'Z' => text.push_str(&(parts.offset / 60).to_string()),
            'b' => text.push_str(month_name(parts).get(..3)?),
            'B' => text.push_str(month_name(parts)),
            other => text.push(other),
        }
    }
    Some(text)
}

fn four_digits(year: i64) -> Option<i64> {
    (0..=9999).contains(&year).then_some(year)
}

fn month_name(parts: &Parts) -> &'static str {
    MONTHS
        .get(parts.date.month as usize - 1)
        .copied()
        .unwrap_or("")
}

/// Reads a text by a format that was checked.
pub(super) fn read(text: &str, format: &str) -> Option<Found> {
    let mut found = Found::default();
    let mut rest = text;
    let mut symbols = format.chars();
    while let Some(symbol) = symbols.next() {
        if symbol != '%' {
            rest = rest.strip_prefix(symbol)?;
            continue;
        }
        match symbols.next()? {
            'd' => found.day = Some(digits(&mut rest, 1, 2)?),
            'm' => found.month = Some(digits(&mut rest, 1, 2)?),
            'H' => found.hour = Some(digits(&mut rest, 1, 2)?),
            'M' => found.minute = Some(digits(&mut rest, 1, 2)?),
            'S' => found.second = Some(digits(&mut rest, 1, 2)?),
            'L' => found.millisecond = Some(digits(&mut rest, 1, 3)?),
            // Days are counted on from the first of January here.
            'j' => found.day_of_year = Some(digits(&mut rest, 1, 3)?),
            'Y' => found.year = Some(digits(&mut rest, 4, 4)?),
            'G' => found.iso_year = Some(digits(&mut rest, 4, 4)?),
            'V' => found.iso_week = Some(digits(&mut rest, 1, 2)?),
            'u' => found.iso_day = Some(digits(&mut rest, 1, 1)?),
            'b' | 'B' => {
                let (month, after) = find_month(rest)?;
                found.month = Some(month);
                rest = after;
            }
            'z' => {
                let end = rest
                    .find(|symbol: char| {
                        !symbol.is_ascii_alphanumeric() && !"+-:/_".contains(symbol)
                    })
                    .unwrap_or(rest.len());
                let (zone, after) = rest.split_at(end);
                found.zone = Some(Zone::parse(zone)?);
                rest = after;
            }
            'Z' => {
                let negative = rest.starts_with('-');
                rest = rest.strip_prefix(['+', '-'])?;
                let minutes = i32::try_from(digits(&mut rest, 1, 4)?).ok()?;
                found.zone = Some(Zone::Offset(if negative { -minutes } else { minutes } * 60));
            }
            other => rest = rest.strip_prefix(other)?,
        }
    }
    rest.is_empty().then_some(found)
}

/// A number of at least and at most so many digits.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<i64> {
    let count = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if count < least {
        return None;
    }
    let (number, after) = rest.split_at(count);
    *rest = after;
    number.parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_specifier() {
        let zone = Zone::parse("+04:30").unwrap();
        let parts = Parts::of(1_388_564_139_736, &zone);
        let check = |format: &str, expected: &str| {
            assert_eq!(write(&parts, format).unwrap(), expected, "{format}");
        };
        check("%Y-%m-%dT%H:%M:%S.%L%z", "2014-01-01T12:45:39.736+0430");
        check("%j %w %u %U %V %G %Z%%", "001 4 3 00 01 2014 270%");
        check("%b %B", "Jan January");
        assert_eq!(check_write_format("%Y%"), Err(FormatError::Unmatched));
        assert_eq!(check_write_format("%Q"), Err(FormatError::Unknown('Q')));
        assert_eq!(check_read_format("%U"), Err(FormatError::Unknown('U')));
    }
}
