//! `$dateTrunc`: the beginning of the bin of time that a date lies in.
//!
//! Bins are counted from 2000-01-01T00:00 by the zone's wall clock, weeks from the first
//! `startOfWeek` after it.

use super::super::call::fold_if_constant;
use super::super::date_argument::{
    Unit, ZoneArgument, is_null_ahead, present, read_start_of_week, require_date, varies,
};
use super::super::named_arguments::{parse_named, require};
use crate::calendar::{DAY_MS, Parts, Zone, days_from_civil, weekday};
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct DateTrunc {
    date: Expression,
    unit: Expression,
    bin_size: Option<Expression>,
    zone: ZoneArgument,
    start_of_week: Option<Expression>,
}

const ARGUMENTS: [&str; 5] = ["date", "unit", "binSize", "timezone", "startOfWeek"];

/// Errors: 5439007 (not an object), 5439008 (another field), 5439009, 5439010 (`date`,
/// `unit` missing).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            5_439_007,
            format_args!("{name} only supports an object as its argument"),
        ));
    };
    let named = parse_named(name, document, &ARGUMENTS, 5_439_008, scope)?;
    let varies = varies(&named);
    let mut named = named.into_iter();
    let mut next = || named.next().flatten();
    let (date, unit, bin_size, zone, start_of_week) = (next(), next(), next(), next(), next());
    let date = require(name, "date", 5_439_009, date)?;
    let unit = require(name, "unit", 5_439_010, unit)?;
    if varies
        && (is_null_ahead(Some(&unit), |unit| Unit::read(name, unit).map(drop))?
            || is_null_ahead(start_of_week.as_ref(), |day| {
                read_start_of_week(name, day).map(drop)
            })?
            || is_null_ahead(bin_size.as_ref(), |size| read_bin_size(size).map(drop))?)
    {
        return Ok(Expression::constant(Value::NULL));
    }
    fold_if_constant(Expression::operator(DateTrunc {
        date,
        unit,
        bin_size,
        zone: ZoneArgument::new(zone, varies)?,
        start_of_week,
    }))
}

/// Days since 1970 of 2000-01-01, a Saturday.
const REFERENCE: i64 = 10_957;

/// The bin's beginning; `None` when it is out of range.
fn truncated(millis: i64, unit: Unit, bin: i64, zone: &Zone, first_day: u32) -> Option<i64> {
    if let Some(length) = unit.millis() {
        let length = length.checked_mul(bin)?;
        let offset = i64::from(zone.offset_at(millis)) * 1000;
        let local = millis.checked_add(offset)?;
        let into = local.checked_sub(REFERENCE * DAY_MS)?.rem_euclid(length);
        return millis.checked_sub(into);
    }
    let parts = Parts::of(millis, zone);
    let days = if let Some(months) = unit.months() {
        let bin = months.checked_mul(bin)?;
        let since = (parts.date.year - 2000) * 12 + i64::from(parts.date.month) - 1;
        let begin = since.div_euclid(bin).checked_mul(bin)?;
        // No date is further from the year 2000 than this.
        (begin.unsigned_abs() < 12 * 300_000_000).then(|| days_from_civil(2000, 1 + begin, 1))?
    } else {
        let (reference, bin) = if unit == Unit::Week {
            let to_first = i64::from(first_day) - i64::from(weekday(REFERENCE));
            (REFERENCE + to_first.rem_euclid(7), bin.checked_mul(7)?)
        } else {
            (REFERENCE, bin)
        };
        reference + (parts.days - reference).div_euclid(bin).checked_mul(bin)?
    };
    Some(zone.to_utc(days.checked_mul(DAY_MS)?))
}

/// Errors: 5439017 (not a whole number), 5439018 (not positive).
fn read_bin_size(value: ValueRef<'_>) -> Result<i64> {
    let Some(size) = value.to_i64_exact() else {
        let alias = value.kind().alias();
        return Err(Error::new(
            5_439_017,
            format_args!("$dateTrunc requires 'binSize' to be a 64-bit integer, but got {alias}"),
        ));
    };
    if size <= 0 {
        return Err(Error::new(
            5_439_018,
            format_args!("$dateTrunc requires 'binSize' to be greater than 0, but got {size}"),
        ));
    }
    Ok(size)
}

fn overflow_code(unit: Unit) -> i32 {
    match unit {
        Unit::Day => 5_439_003,
        Unit::Week => 5_439_004,
        Unit::Month | Unit::Quarter => 5_439_005,
        Unit::Year => 5_439_006,
        _ => 5_439_002,
    }
}

impl Evaluate for DateTrunc {
    /// Errors: 5166307 (not a date), 5439013, 9 (the unit), 5439015, 5439016
    /// (`startOfWeek`), 5439017, 5439018 (`binSize`), 40517, 40485 (the zone), 5439002 to 5439006 (out
    /// of range).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let (date, unit) = (present(&self.date, scope)?, present(&self.unit, scope)?);
        let (Some(date), Some(unit)) = (date, unit) else {
            return Ok(Some(Value::NULL));
        };
        let bin = match &self.bin_size {
            Some(bin) => match present(bin, scope)? {
                Some(bin) => Some(bin),
                None => return Ok(Some(Value::NULL)),
            },
            None => None,
        };
        let unit = Unit::read("$dateTrunc", unit.as_ref())?;
        let first_day = match &self.start_of_week {
            Some(day) if unit == Unit::Week => match present(day, scope)? {
                Some(day) => Some(day),
                None => return Ok(Some(Value::NULL)),
            },
            _ => None,
        };
        let bin = match bin {
            Some(bin) => read_bin_size(bin.as_ref())?,
            None => 1,
        };
        let first_day = match first_day {
            Some(day) => read_start_of_week("$dateTrunc", day.as_ref())?,
            None => 0,
        };
        let Some(zone) = self.zone.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let millis = require_date(date.as_ref(), 5_166_307)?;
        match truncated(millis, unit, bin, &zone, first_day) {
            Some(millis) => Ok(Some(Value::Ref(ValueRef::Date(millis)))),
            None => Err(Error::new(
                overflow_code(unit),
                "$dateTrunc does not support a 'binSize' as large",
            )),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.date);
        see(&self.unit);
        let others = self.bin_size.iter().chain(self.zone.expression());
        others.chain(&self.start_of_week).for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn finds_the_bin() {
        let trunc = |date: &str, rest: &str, expected: &str| {
            check(
                &format!(
                    "{{$dateToString: {{date: {{$dateTrunc: {{date: {{$dateFromString: {{dateString: '{date}'}}}}, {rest}}}}}}}}}"
                ),
                "{}",
                &format!("'{expected}'"),
            );
        };
        trunc(
            "2021-03-20T11:30:05Z",
            "unit: 'hour'",
            "2021-03-20T11:00:00.000Z",
        );
        trunc(
            "2021-03-20T11:30:05Z",
            "unit: 'hour', binSize: 2",
            "2021-03-20T10:00:00.000Z",
        );
        trunc(
            "2021-03-20T11:30:05Z",
            "unit: 'week'",
            "2021-03-14T00:00:00.000Z",
        );
        trunc(
            "2021-03-20T11:30:05Z",
            "unit: 'week', startOfWeek: 'Mon'",
            "2021-03-15T00:00:00.000Z",
        );
        trunc(
            "2021-03-20",
            "unit: 'month', binSize: 6",
            "2021-01-01T00:00:00.000Z",
        );
        trunc(
            "2021-03-20",
            "unit: 'year', binSize: 10",
            "2020-01-01T00:00:00.000Z",
        );
        trunc(
            "1999-12-31",
            "unit: 'year', binSize: 5",
            "1995-01-01T00:00:00.000Z",
        );
        trunc(
            "2021-03-20T03:00Z",
            "unit: 'day', timezone: 'America/New_York'",
            "2021-03-19T04:00:00.000Z",
        );
        trunc(
            "2021-03-20T11:40Z",
            "unit: 'hour', timezone: '+05:30'",
            "2021-03-20T11:30:00.000Z",
        );
        check("{$dateTrunc: {date: '$a', unit: 'day'}}", "{}", "null");
        check_error(
            "{$dateTrunc: {date: date(0), unit: 'day', binSize: 0}}",
            "{}",
            5_439_018,
        );
        check_error("{$dateTrunc: {date: 1, unit: 'day'}}", "{}", 5_166_307);
    }
}
