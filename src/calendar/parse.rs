//! Dates read from text: by a format, or in the many forms people write.
//!
//! Without a format: `2018-06-15`, `2018/6/15`, `20180615`, `6/15/2018`, `15-6-2018`,
//! `15.6.2018`, `June 15, 2018`, `15 June 2018`, weeks `2018-W24-5`, a time after `T` or white
//! space (`10:30`, `10:30:45.123`, `10:30 pm`), and `Z`, an offset or a zone's name.

use super::civil::{DAY_MS, days_from_civil, days_from_iso_week, days_in_month};
use super::{Zone, format};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// What a text says.
#[derive(Default)]
pub(super) struct Found {
    pub year: Option<i64>,
    pub month: Option<i64>,
    pub day: Option<i64>,
    pub day_of_year: Option<i64>,
    pub iso_year: Option<i64>,
    pub iso_week: Option<i64>,
    pub iso_day: Option<i64>,
    pub hour: Option<i64>,
    pub minute: Option<i64>,
    pub second: Option<i64>,
    pub millisecond: Option<i64>,
    pub zone: Option<Zone>,
}

/// Why a text is no date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseError {
    /// It is not understood, or says a day that there is not.
    Invalid,
    /// Year, month or day are missing.
    Incomplete,
    /// It says a zone, and another one was given.
    TwoZones,
}

/// The moment that a text says, by a checked format or freely. `zone` holds where the text
/// says none.
pub fn parse_date(
    text: &str,
    format: Option<&str>,
    zone: Option<&Zone>,
) -> Result<i64, ParseError> {
    let found = match format {
        Some(format) => format::read(text, format),
        None => read_freely(text),
    };
    let found = found.ok_or(ParseError::Invalid)?;
    let days = days(&found)?;
    let within = |value: Option<i64>, end: i64| {
        let value = value.unwrap_or(0);
        (0..end)
            .contains(&value)
            .then_some(value)
            .ok_or(ParseError::Invalid)
    };
    let (hour, minute) = (within(found.hour, 25)?, within(found.minute, 60)?);
    let (second, milli) = (within(found.second, 61)?, within(found.millisecond, 1000)?);
    let local = days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + milli;
    match (&found.zone, zone) {
        (Some(_), Some(given)) if *given != Zone::UTC => Err(ParseError::TwoZones),
        (Some(said), _) => Ok(said.to_utc(local)),
        (None, Some(given)) => Ok(given.to_utc(local)),
        (None, None) => Ok(local),
    }
}

fn days(found: &Found) -> Result<i64, ParseError> {
    if let Some(year) = found.iso_year {
        let (week, day) = (found.iso_week.unwrap_or(1), found.iso_day.unwrap_or(1));
        if !(1..=53).contains(&week) || !(1..=7).contains(&day) {
            return Err(ParseError::Invalid);
        }
        return Ok(days_from_iso_week(year, week, day));
    }
    let year = found.year.ok_or(ParseError::Incomplete)?;
    if let Some(day) = found.day_of_year {
        return Ok(days_from_civil(year, 1, 1) + day);
    }
    let month = found.month.ok_or(ParseError::Incomplete)?;
    let day = found.day.ok_or(ParseError::Incomplete)?;
    let in_month = u32::try_from(month)
        .ok()
        .filter(|month| (1..=12).contains(month))
        .map(|month| i64::from(days_in_month(year, month)));
    match in_month {
        Some(last) if (1..=last).contains(&day) => Ok(days_from_civil(year, month, day)),
        _ => Err(ParseError::Invalid),
    }
}

/// The month whose name, full or its first letters, the text begins with.
pub(super) fn find_month(text: &str) -> Option<(i64, &str)> {
    let (at, rest) = find_name(text, &MONTHS)?;
    Some((at as i64 + 1, rest))
}

/// The name, full or its first three letters (four of September), with any case.
fn find_name<'t>(text: &'t str, names: &[&str]) -> Option<(usize, &'t str)> {
    let end = text
        .find(|symbol: char| !symbol.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let matches = |name: &&str| {
        let short = name.get(..3).unwrap_or(name);
        word.eq_ignore_ascii_case(name)
            || word.eq_ignore_ascii_case(short)
            || (*name == "September" && word.eq_ignore_ascii_case("Sept"))
            || (*name == "Tuesday" && word.eq_ignore_ascii_case("Tues"))
            || (*name == "Thursday" && word.eq_ignore_ascii_case("Thurs"))
    };
    names.iter().position(matches).map(|at| (at, rest))
}

/// White space around a date, and the zero byte, which C ends a text with.
fn is_space(symbol: char) -> bool {
    matches!(symbol, ' ' | '\t' | '\n' | '\r' | '\0' | '\u{a0}')
}

fn read_freely(text: &str) -> Option<Found> {
    let mut found = Found::default();
    let mut rest = text.trim_matches(is_space);
    while !rest.is_empty() {
        rest = read_part(rest, &mut found)?;
        rest = rest.trim_start_matches(|symbol| is_space(symbol) || symbol == ',');
    }
    Some(found)
}

/// Reads one date, time, zone or name at the front, and gives what follows.
fn read_part<'t>(text: &'t str, found: &mut Found) -> Option<&'t str> {
    let first = text.chars().next()?;
    if first.is_ascii_alphabetic() {
        return read_word(text, found);
    }
    if let Some(rest) = read_date(text, found) {
        // `T` joins a time to the date.
        return match rest.strip_prefix(['T', 't']) {
            Some(time) if time.starts_with(|next: char| next.is_ascii_digit()) => {
                read_time(time, found)
            }
            _ => Some(rest),
        };
    }
    if first.is_ascii_digit() {
        return read_time(text, found).or_else(|| read_number(text, found));
    }
    if matches!(first, '+' | '-') && found.hour.is_some() && found.zone.is_none() {
        return read_offset(text, found);
    }
    None
}

fn read_word<'t>(text: &'t str, found: &mut Found) -> Option<&'t str> {
    if found.month.is_none()
        && let Some((month, rest)) = find_month(text)
    {
        found.month = Some(month);
        return Some(rest.strip_prefix(['.', '-']).unwrap_or(rest));
    }
    if let Some((_, rest)) = find_name(text, &DAYS) {
        return Some(rest.strip_prefix('.').unwrap_or(rest));
    }
    if found.zone.is_some() {
        return None;
    }
    let is_name = |symbol: char| symbol.is_ascii_alphanumeric() || "/_".contains(symbol);
    let end = text.find(|symbol| !is_name(symbol)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let name = if name.eq_ignore_ascii_case("z")
        || name.eq_ignore_ascii_case("utc")
        || name.eq_ignore_ascii_case("gmt")
    {
        "UTC"
    } else {
        name
    };
    // `GMT+0300` is an offset.
    if name == "UTC" && rest.starts_with(['+', '-']) {
        return read_offset(rest, found);
    }
    found.zone = Some(Zone::parse(name)?);
    Some(rest)
}

/// The number at the front: its value, how many digits it has, and what follows.
fn number(text: &str) -> Option<(i64, usize, &str)> {
    let end = text
        .find(|symbol: char| !symbol.is_ascii_digit())
        .unwrap_or(text.len());
    if end == 0 || end > 9 {
        return None;
    }
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, end, rest))
}

/// `1-12` behind a separator.
fn next_number(text: &str, separator: char, digits_max: usize) -> Option<(i64, &str)> {
    let (value, digits, rest) = number(text.strip_prefix(separator)?)?;
    (digits <= digits_max).then_some((value, rest))
}

/// A whole date in digits.
fn read_date<'t>(text: &'t str, found: &mut Found) -> Option<&'t str> {
    if found.year.is_some() || found.iso_year.is_some() {
        return None;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (value, digits, rest) = number(unsigned)?;
    if digits == 4 {
        let year = if text.starts_with('-') { -value } else { value };
        if let Some(week) = rest.strip_prefix("-W").or_else(|| rest.strip_prefix('W')) {
            return read_week(year, week, found);
        }
        for separator in ['-', '/'] {
            if let Some((month, after)) = next_number(rest, separator, 2)
                && let Some((day, after)) = next_number(after, separator, 2)
            {
                (found.year, found.month, found.day) = (Some(year), Some(month), Some(day));
                return Some(after);
            }
        }
        return None;
    }
    if text.len() != unsigned.len() {
        return None;
    }
    if digits == 8 && found.month.is_none() {
        (found.year, found.month, found.day) = (
            Some(value / 10_000),
            Some(value / 100 % 100),
            Some(value % 100),
        );
        return Some(rest);
    }
    if digits > 2 {
        return None;
    }
    for (separator, is_american) in [('/', true), ('-', false), ('.', false)] {
        if let Some((second, after)) = next_number(rest, separator, 2)
            && let Some((year, 4, after)) = number(after.strip_prefix(separator)?)
        {
            let (month, day) = if is_american {
                (value, second)
            } else {
                (second, value)
            };
            (found.year, found.month, found.day) = (Some(year), Some(month), Some(day));
            return Some(after);
        }
    }
    None
}

fn read_week<'t>(year: i64, text: &'t str, found: &mut Found) -> Option<&'t str> {
    let digits = text
        .get(..2)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    found.iso_year = Some(year);
    found.iso_week = digits.parse().ok();
    let rest = text.get(2..)?;
    let day = rest.strip_prefix('-').unwrap_or(rest);
    match day.as_bytes().first() {
        Some(digit @ b'1'..=b'7') => {
            found.iso_day = Some(i64::from(digit - b'0'));
            day.get(1..)
        }
        _ => Some(rest),
    }
}

/// `10:30`, `10:30:45`, `10:30:45.123`, each with `am` or `pm`; `10pm`.
fn read_time<'t>(text: &'t str, found: &mut Found) -> Option<&'t str> {
    if found.hour.is_some() {
        return None;
    }
    let (mut hour, digits, mut rest) = number(text)?;
    if digits > 2 {
        return None;
    }
    let has_minute = rest.starts_with(':');
    if has_minute {
        let (minute, after) = next_number(rest, ':', 2)?;
        found.minute = Some(minute);
        rest = after;
        if rest.starts_with(':') {
            let (second, after) = next_number(rest, ':', 2)?;
            found.second = Some(second);
            rest = after;
            if let Some(fraction) = rest.strip_prefix(['.', ',', ':']) {
                let end = fraction
                    .find(|symbol: char| !symbol.is_ascii_digit())
                    .unwrap_or(fraction.len());
                let (digits, after) = fraction.split_at(end);
                // Beyond milliseconds the digits are cut off.
                let digits: String = digits.chars().chain("000".chars()).take(3).collect();
                found.millisecond = Some(digits.parse().ok()?);
                rest = after;
            }
        }
    }
    let half = rest.trim_start_matches(' ');
    let is_half = |name: &str| {
        let front = half
            .get(..2)
            .is_some_and(|front| front.eq_ignore_ascii_case(name));
        let after = half.get(2..).unwrap_or("");
        front && !after.starts_with(|symbol: char| symbol.is_ascii_alphanumeric())
    };
    let (am, pm) = (is_half("am"), is_half("pm"));
    if am || pm {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if pm { 12 } else { 0 };
        rest = half.get(2..)?;
    } else if !has_minute {
        return None;
    }
    found.hour = Some(hour);
    Some(rest)
}

/// A number alone: a day beside a month's name, or a year of four digits.
fn read_number<'t>(text: &'t str, found: &mut Found) -> Option<&'t str> {
    let (value, digits, rest) = number(text)?;
    if digits <= 2 && found.day.is_none() {
        found.day = Some(value);
        let ordinal = rest.get(..2).filter(|front| {
            ["st", "nd", "rd", "th"]
                .iter()
                .any(|name| front.eq_ignore_ascii_case(name))
        });
        let rest = if ordinal.is_some() {
            rest.get(2..)?
        } else {
            rest
        };
        return Some(rest.strip_prefix(['.', '-']).unwrap_or(rest));
    }
    // A year alone is no date: it must stand beside a month.
    if digits == 4 && found.year.is_none() && found.month.is_some() {
        found.year = Some(value);
        return Some(rest);
    }
    None
}

/// `+5`, `+05`, `+0530`, `+05:30`.
fn read_offset<'t>(text: &'t str, found: &mut Found) -> Option<&'t str> {
    let negative = text.starts_with('-');
    let (value, digits, rest) = number(text.get(1..)?)?;
    let (hours, minutes, rest) = match (digits, next_number(rest, ':', 2)) {
        (1 | 2, Some((minutes, after))) => (value, minutes, after),
        (1 | 2, None) => (value, 0, rest),
        (4, None) => (value / 100, value % 100, rest),
        _ => return None,
    };
    let seconds = i32::try_from((hours * 60 + minutes) * 60).ok()?;
    found.zone = Some(Zone::Offset(if negative { -seconds } else { seconds }));
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_forms() {
        let check = |text: &str, expected: i64| {
            assert_eq!(parse_date(text, None, None), Ok(expected), "{text}");
        };
        let noon = 1_529_058_645_000;
        for text in [
            "2018-06-15T10:30:45Z",
            "2018-06-15 10:30:45",
            "2018/6/15 10:30:45",
            "20180615T10:30:45Z",
            "6/15/2018 10:30:45 am",
            "15-6-2018 10:30:45",
            "June 15, 2018 10:30:45",
            "15th jun 2018 10:30:45",
            "Fri, 15 Jun 2018 10:30:45 GMT",
            "2018-06-15T13:30:45+03",
            "2018-06-15T07:00:45-03:30",
            "2018-W24-5 10:30:45",
            " 2018-06-15T10:30:45Z\0",
            "2018-06-15T10:30:45.000999 Z",
        ] {
            check(text, noon);
        }
        check("oct 20 2020", 1_603_152_000_000);
        check("WED jan 31 12:05:28 +03:30 1996", 823_077_328_000);
        check("2017-02-08T12:10:40.7", 1_486_555_840_700);
        check("-0001-01-01T00:00:00Z", -62_198_755_200_000);
    }

    #[test]
    fn what_is_no_date() {
        let check = |text: &str, expected: ParseError| {
            assert_eq!(parse_date(text, None, None), Err(expected), "{text}");
        };
        for text in [
            "not-a-date",
            "2017-13-01",
            "2019-02-29",
            "10000-01-01",
            "2024",
            "2024 -06-15T1:30",
            "2024-06-15T12: 30:45Z",
            "2024-06-15T25:99",
        ] {
            check(text, ParseError::Invalid);
        }
        check("", ParseError::Incomplete);
        check("Friday", ParseError::Incomplete);
        check("10:30", ParseError::Incomplete);
    }

    #[test]
    fn formats() {
        let check = |text: &str, format: &str, expected: Option<i64>| {
            assert_eq!(
                parse_date(text, Some(format), None).ok(),
                expected,
                "{text} by {format}"
            );
        };
        check("06-15-2018", "%m-%d-%Y", Some(1_529_020_800_000));
        check("2024", "%G", Some(1_704_067_200_000));
        check("2024-06-15 +330", "%Y-%m-%d %Z", Some(1_718_389_800_000));
        check("2024-06-15 +0530", "%Y-%m-%d %z", Some(1_718_389_800_000));
        check("January 15 2020", "%B %d %Y", Some(1_579_046_400_000));
        check("2017-02-08x", "%Y-%m-%d", None);
        let zone = Zone::Offset(3600);
        assert_eq!(
            parse_date("2018-06-15T10:00Z", None, Some(&zone)),
            Err(ParseError::TwoZones)
        );
    }
}
