//! `$dateFromParts`: a date put together; parts out of range count on.

use super::super::call::fold_if_constant;
use super::super::date_argument::{ZoneArgument, present, varies};
use super::super::named_arguments::parse_named;
use crate::calendar::{DAY_MS, days_from_civil, days_from_iso_week};
use crate::error::{Error, Result, codes};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

const NAMES: [&str; 11] = [
    "year",
    "month",
    "day",
    "isoWeekYear",
    "isoWeek",
    "isoDayOfWeek",
    "hour",
    "minute",
    "second",
    "millisecond",
    "timezone",
];

struct DateFromParts {
    is_iso: bool,
    /// Year, month, day, or ISO year, week, day; then hour, minute, second, millisecond.
    parts: Vec<(&'static str, Option<Expression>)>,
    zone: ZoneArgument,
}

/// Errors: 40519 (not an object), 40518 (another field), 40516 (neither `year` nor
/// `isoWeekYear`), 40489, 40525 (both calendars mixed).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            40519,
            format_args!("{name} only supports an object as its argument"),
        ));
    };
    let mut named = parse_named(name, document, &NAMES, 40518, scope)?;
    let varies = varies(&named);
    let zone = named.pop().flatten();
    let given = |range: std::ops::Range<usize>| {
        named
            .get(range)
            .is_some_and(|slots| slots.iter().any(Option::is_some))
    };
    let is_iso = match (given(0..1), given(3..4)) {
        (false, false) => {
            return Err(Error::new(
                40516,
                format_args!("{name} requires either 'year' or 'isoWeekYear' to be present"),
            ));
        }
        (true, _) if given(3..6) => {
            return Err(Error::new(
                40489,
                format_args!("{name} does not allow mixing natural dates with ISO dates"),
            ));
        }
        (false, true) if given(1..3) => {
            return Err(Error::new(
                40525,
                format_args!("{name} does not allow mixing ISO dates with natural dates"),
            ));
        }
        (_, is_iso) => is_iso,
    };
    let mut parts: Vec<_> = NAMES.into_iter().zip(named).collect();
    parts.drain(if is_iso { 0..3 } else { 3..6 });
    fold_if_constant(Expression::operator(DateFromParts {
        is_iso,
        parts,
        zone: ZoneArgument::new(zone, varies)?,
    }))
}

/// The whole number in a part. Errors: 40515 (not a whole number).
fn read_part(name: &str, value: ValueRef<'_>) -> Result<i64> {
    value.to_i64_exact().ok_or_else(|| {
        let alias = value.kind().alias();
        Error::new(
            40515,
            format_args!("'{name}' must evaluate to an integer, found {alias}"),
        )
    })
}

/// Errors: 40523, 31095 (the year is not in 1..=9999), 31034 (another part is too large).
fn check_range(name: &str, value: i64) -> Result<()> {
    let (range, code) = match name {
        "year" => (1..=9999, 40523),
        "isoWeekYear" => (1..=9999, 31095),
        "second" | "millisecond" => return Ok(()),
        _ => (-32_768..=32_767, 31034),
    };
    if range.contains(&value) {
        return Ok(());
    }
    Err(Error::new(
        code,
        format_args!(
            "'{name}' must evaluate to an integer in the range {} to {}, found {value}",
            range.start(),
            range.end()
        ),
    ))
}

impl Evaluate for DateFromParts {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let mut numbers = [0i64; 7];
        for (at, ((name, part), number)) in self.parts.iter().zip(&mut numbers).enumerate() {
            *number = match part {
                None => i64::from(at < 3),
                Some(part) => match present(part, scope)? {
                    Some(value) => read_part(name, value.as_ref())?,
                    None => return Ok(Some(Value::NULL)),
                },
            };
            check_range(name, *number)?;
        }
        let Some(zone) = self.zone.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let [year, month, day, hour, minute, second, millisecond] = numbers;
        let days = match self.is_iso {
            true => days_from_iso_week(year, month, day),
            false => days_from_civil(year, month, day),
        };
        let clock = (hour * 60 + minute) * 60_000;
        let local = second
            .checked_mul(1000)
            .and_then(|seconds| seconds.checked_add(millisecond))
            .and_then(|millis| millis.checked_add(days * DAY_MS + clock));
        match local {
            Some(local) => Ok(Some(Value::Ref(ValueRef::Date(zone.to_utc(local))))),
            None => Err(Error::new(codes::OVERFLOW, "the date is out of range")),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        let parts = self.parts.iter().filter_map(|(_, part)| part.as_ref());
        parts.chain(self.zone.expression()).for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn parts_count_on() {
        check(
            "{$dateFromParts: {year: 2017, month: 14, day: 1}}",
            "{}",
            "date(1517443200000)",
        );
        check(
            "{$dateFromParts: {year: 2017, day: 0, hour: -1}}",
            "{}",
            "date(1483138800000)",
        );
        check(
            "{$dateFromParts: {isoWeekYear: 2017}}",
            "{}",
            "date(1483315200000)",
        );
        check(
            "{$dateFromParts: {year: 1970, timezone: '+01:00'}}",
            "{}",
            "date(-3600000)",
        );
        check("{$dateFromParts: {year: '$a'}}", "{}", "null");
        check_error("{$dateFromParts: {year: 2017, isoWeek: 1}}", "{}", 40489);
        check_error("{$dateFromParts: {isoWeekYear: 2017, day: 1}}", "{}", 40525);
        check_error("{$dateFromParts: {year: 10000}}", "{}", 40523);
        check_error("{$dateFromParts: {year: 1.5}}", "{}", 40515);
        check_error("{$dateFromParts: {year: 2017, day: 40000}}", "{}", 31034);
    }
}
