//! `$dateDiff`: how many boundaries of a unit lie between two dates, by the zone's wall clock.

use super::super::call::fold_if_constant;
use super::super::date_argument::{
    Unit, ZoneArgument, is_null_ahead, present, read_start_of_week, require_date, varies,
};
use super::super::named_arguments::{parse_named, require};
use crate::calendar::{Parts, Zone, weekday};
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct DateDiff {
    start: Expression,
    end: Expression,
    unit: Expression,
    zone: ZoneArgument,
    start_of_week: Option<Expression>,
}

const ARGUMENTS: [&str; 5] = ["startDate", "endDate", "unit", "timezone", "startOfWeek"];

/// Errors: 5166301 (not an object), 5166302 (another field), 5166303, 5166304, 5166305
/// (`startDate`, `endDate`, `unit` missing).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            5_166_301,
            format_args!("{name} only supports an object as its argument"),
        ));
    };
    let named = parse_named(name, document, &ARGUMENTS, 5_166_302, scope)?;
    let varies = varies(&named);
    let mut named = named.into_iter();
    let mut next = || named.next().flatten();
    let (start, end, unit, zone, start_of_week) = (next(), next(), next(), next(), next());
    let start = require(name, "startDate", 5_166_303, start)?;
    let end = require(name, "endDate", 5_166_304, end)?;
    let unit = require(name, "unit", 5_166_305, unit)?;
    if varies
        && (is_null_ahead(Some(&unit), |unit| Unit::read(name, unit).map(drop))?
            || is_null_ahead(start_of_week.as_ref(), |day| {
                read_start_of_week(name, day).map(drop)
            })?)
    {
        return Ok(Expression::constant(Value::NULL));
    }
    fold_if_constant(Expression::operator(DateDiff {
        start,
        end,
        unit,
        zone: ZoneArgument::new(zone, varies)?,
        start_of_week,
    }))
}

/// The number of boundaries between two moments.
fn difference(start: i64, end: i64, unit: Unit, zone: &Zone, first_day: u32) -> Option<i64> {
    if unit == Unit::Millisecond {
        return end.checked_sub(start);
    }
    let (from, to) = (Parts::of(start, zone), Parts::of(end, zone));
    if let Some(length) = unit.millis() {
        // Boundaries of the wall clock; what the clock was put on or back in between does
        // not count.
        let boundary = |millis: i64, parts: &Parts| {
            let local = millis.saturating_add(i64::from(parts.offset) * 1000);
            local.div_euclid(length)
        };
        let put = i64::from(to.offset - from.offset) * 1000;
        return Some(boundary(end, &to) - boundary(start, &from) - put.div_euclid(length));
    }
    if let Some(months) = unit.months() {
        let count = |parts: &Parts| {
            (parts.date.year * 12 + i64::from(parts.date.month) - 1).div_euclid(months)
        };
        return Some(count(&to) - count(&from));
    }
    if unit == Unit::Day {
        return Some(to.days - from.days);
    }
    let week_begin =
        |days: i64| days - (i64::from(weekday(days)) - i64::from(first_day)).rem_euclid(7);
    Some((week_begin(to.days) - week_begin(from.days)) / 7)
}

impl Evaluate for DateDiff {
    /// Errors: 5166307 (not a date), 5439013, 9 (the unit), 5439015, 5439016
    /// (`startOfWeek`), 40517, 40485 (the zone), 5166308 (out of range).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let (start, end) = (present(&self.start, scope)?, present(&self.end, scope)?);
        let (Some(start), Some(end)) = (start, end) else {
            return Ok(Some(Value::NULL));
        };
        let Some(unit) = present(&self.unit, scope)? else {
            return Ok(Some(Value::NULL));
        };
        let unit = Unit::read("$dateDiff", unit.as_ref())?;
        let first_day = match &self.start_of_week {
            Some(day) if unit == Unit::Week => match present(day, scope)? {
                Some(day) => read_start_of_week("$dateDiff", day.as_ref())?,
                None => return Ok(Some(Value::NULL)),
            },
            _ => 0,
        };
        let Some(zone) = self.zone.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let start = require_date(start.as_ref(), 5_166_307)?;
        let end = require_date(end.as_ref(), 5_166_307)?;
        match difference(start, end, unit, &zone, first_day) {
            Some(count) => Ok(Some(Value::Ref(ValueRef::Int64(count)))),
            None => Err(Error::new(5_166_308, "$dateDiff overflowed")),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.start);
        see(&self.end);
        see(&self.unit);
        self.zone
            .expression()
            .into_iter()
            .chain(&self.start_of_week)
            .for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn counts_boundaries() {
        let diff = |start: &str, end: &str, rest: &str, expected: i64| {
            let date = |text: &str| format!("{{$dateFromString: {{dateString: '{text}'}}}}");
            check(
                &format!(
                    "{{$dateDiff: {{startDate: {}, endDate: {}, {rest}}}}}",
                    date(start),
                    date(end)
                ),
                "{}",
                &format!("{expected}L"),
            );
        };
        diff(
            "2021-01-01T00:59:59Z",
            "2021-01-01T01:00:01Z",
            "unit: 'hour'",
            1,
        );
        diff("2020-12-31", "2021-01-01", "unit: 'year'", 1);
        diff("2020-12-31", "2021-04-01", "unit: 'quarter'", 2);
        diff("2021-01-01", "2020-11-30", "unit: 'month'", -2);
        diff("2021-06-12", "2021-06-13", "unit: 'week'", 1);
        diff(
            "2021-06-12",
            "2021-06-13",
            "unit: 'week', startOfWeek: 'monday'",
            0,
        );
        diff(
            "2021-06-12T23:30Z",
            "2021-06-13T00:30Z",
            "unit: 'day', timezone: '-01:00'",
            0,
        );
        diff(
            "2020-10-24T20:00Z",
            "2020-10-25T20:00Z",
            "unit: 'hour', timezone: 'Europe/Paris'",
            24,
        );
        check(
            "{$dateDiff: {startDate: '$a', endDate: date(0), unit: 'day'}}",
            "{}",
            "null",
        );
        check_error(
            "{$dateDiff: {startDate: 1, endDate: date(0), unit: 'day'}}",
            "{}",
            5_166_307,
        );
        check_error(
            "{$dateDiff: {endDate: date(0), unit: 'day'}}",
            "{}",
            5_166_303,
        );
    }
}
