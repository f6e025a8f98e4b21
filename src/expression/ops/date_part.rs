//! `$year`, `$month`, `$dayOfMonth`, `$hour`, `$minute`, `$second`, `$millisecond`,
//! `$dayOfWeek`, `$dayOfYear`, `$week`, `$isoWeek`, `$isoWeekYear`, `$isoDayOfWeek`: one part of
//! a date, in a zone.

use super::super::call::fold_if_constant;
use super::super::date_argument::{ZoneArgument, present, require_date};
use super::super::named_arguments::{parse_named, require};
use crate::calendar::{Parts, day_of_year, iso_week, week_of_year, weekday};
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct DatePart {
    date: Expression,
    zone: ZoneArgument,
    part: fn(&Parts) -> ValueRef<'static>,
}

macro_rules! parts {
    ($($function:ident: $part:expr;)*) => {
        $(pub fn $function(
            name: &'static str,
            value: ValueRef<'_>,
            scope: &ParseScope,
        ) -> Result<Expression> {
            parse(name, value, scope, $part)
        })*
    };
}

parts! {
    year: |parts| ValueRef::Int32(parts.date.year as i32);
    month: |parts| ValueRef::Int32(parts.date.month as i32);
    day_of_month: |parts| ValueRef::Int32(parts.date.day as i32);
    hour: |parts| ValueRef::Int32(parts.hour as i32);
    minute: |parts| ValueRef::Int32(parts.minute as i32);
    second: |parts| ValueRef::Int32(parts.second as i32);
    millisecond: |parts| ValueRef::Int32(parts.millisecond as i32);
    day_of_week: |parts| ValueRef::Int32(weekday(parts.days) as i32 + 1);
    of_year: |parts| ValueRef::Int32(day_of_year(parts.days) as i32);
    week: |parts| ValueRef::Int32(week_of_year(parts.days) as i32);
    iso_week_of_year: |parts| ValueRef::Int32(iso_week(parts.days).week as i32);
    iso_week_year: |parts| ValueRef::Int64(iso_week(parts.days).year);
    iso_day_of_week: |parts| ValueRef::Int32(iso_week(parts.days).day as i32);
}

/// Errors: 40535 (another field), 40536 (a list of not one), 40539 (no `date`).
fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
    part: fn(&Parts) -> ValueRef<'static>,
) -> Result<Expression> {
    let is_operator = |first: Option<crate::value::Element<'_>>| {
        first.is_some_and(|first| first.name.starts_with('$'))
    };
    let (date, zone) = match value {
        ValueRef::Document(document) if !is_operator(document.first()) => {
            let mut named = parse_named(name, document, &["date", "timezone"], 40535, scope)?;
            let zone = named.pop().flatten();
            (require(name, "date", 40539, named.pop().flatten())?, zone)
        }
        ValueRef::Array(array) => {
            let mut elements = array.iter();
            let (Some(only), None) = (elements.next(), elements.next()) else {
                return Err(Error::new(
                    40536,
                    format_args!(
                        "{name} accepts exactly one argument if given an array, but was given {}",
                        array.count()
                    ),
                ));
            };
            (Expression::parse(only, scope)?, None)
        }
        single => (Expression::parse(single, scope)?, None),
    };
    let varies = !date.is_constant();
    fold_if_constant(Expression::operator(DatePart {
        date,
        zone: ZoneArgument::new(zone, varies)?,
        part,
    }))
}

impl Evaluate for DatePart {
    /// Errors: 16006 (not a date), 40517, 40485 (the zone).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(date) = present(&self.date, scope)? else {
            return Ok(Some(Value::NULL));
        };
        let millis = require_date(date.as_ref(), 16006)?;
        let Some(zone) = self.zone.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        Ok(Some(Value::Ref((self.part)(&Parts::of(millis, &zone)))))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.date);
        self.zone.expression().into_iter().for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn parts_of_a_date() {
        // 2024-12-30T23:59:58.007Z, a Monday.
        let document = "{d: date(1735603198007)}";
        check("{$year: '$d'}", document, "2024");
        check("{$month: ['$d']}", document, "12");
        check("{$dayOfMonth: {date: '$d'}}", document, "30");
        check(
            "{$dayOfMonth: {date: '$d', timezone: '+01'}}",
            document,
            "31",
        );
        check(
            "{$hour: {date: '$d', timezone: 'America/New_York'}}",
            document,
            "18",
        );
        check("{$minute: '$d'}", document, "59");
        check("{$second: '$d'}", document, "58");
        check("{$millisecond: '$d'}", document, "7");
        check("{$dayOfWeek: '$d'}", document, "2");
        check("{$dayOfYear: '$d'}", document, "365");
        check("{$week: '$d'}", document, "52");
        check("{$isoWeek: '$d'}", document, "1");
        check("{$isoWeekYear: '$d'}", document, "2025L");
        check("{$isoDayOfWeek: '$d'}", document, "1");
        check("{$year: '$x'}", document, "null");
        check("{$year: {date: '$d', timezone: '$x'}}", document, "null");
        check_error("{$year: 'x'}", document, 16006);
        check_error(
            "{$year: {date: '$d', timezone: 'Nowhere'}}",
            document,
            40485,
        );
        check_error("{$year: {date: '$d', timezone: 5}}", document, 40517);
        check_error("{$year: {timezone: 'UTC'}}", document, 40539);
        check_error("{$year: {date: '$d', other: 1}}", document, 40535);
        check_error("{$year: ['$d', '$d']}", document, 40536);
    }
}
