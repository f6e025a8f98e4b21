//! `$dateToParts`: all parts of a date, by month or by ISO week.

use super::super::call::fold_if_constant;
use super::super::date_argument::{ZoneArgument, present, require_date, varies};
use super::super::named_arguments::{parse_named, require};
use crate::calendar::{Parts, iso_week};
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{DocumentBuf, Value, ValueRef};

struct DateToParts {
    date: Expression,
    zone: ZoneArgument,
    iso8601: Option<Expression>,
}

/// Errors: 40524 (not an object), 40520 (another field), 40522 (no `date`).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            40524,
            format_args!("{name} only supports an object as its argument"),
        ));
    };
    let mut named = parse_named(
        name,
        document,
        &["date", "timezone", "iso8601"],
        40520,
        scope,
    )?;
    let varies = varies(&named);
    let (iso8601, zone) = (named.pop().flatten(), named.pop().flatten());
    fold_if_constant(Expression::operator(DateToParts {
        date: require(name, "date", 40522, named.pop().flatten())?,
        zone: ZoneArgument::new(zone, varies)?,
        iso8601,
    }))
}

impl Evaluate for DateToParts {
    /// Errors: 16006 (not a date), 40521 (`iso8601` not a boolean), 40517, 40485 (the zone).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let date = present(&self.date, scope)?;
        let zone = self.zone.evaluate(scope)?;
        let iso8601 = match &self.iso8601 {
            None => Some(false),
            Some(flag) => match present(flag, scope)?.as_ref().map(Value::as_ref) {
                None => None,
                Some(ValueRef::Boolean(flag)) => Some(flag),
                Some(other) => {
                    let alias = other.kind().alias();
                    return Err(Error::new(
                        40521,
                        format_args!("iso8601 must evaluate to a bool, found {alias}"),
                    ));
                }
            },
        };
        let (Some(date), Some(zone), Some(iso8601)) = (date, zone, iso8601) else {
            return Ok(Some(Value::NULL));
        };
        let parts = Parts::of(require_date(date.as_ref(), 16006)?, &zone);
        let mut document = DocumentBuf::new();
        if iso8601 {
            let week = iso_week(parts.days);
            document.append("isoWeekYear", week.year as i32);
            document.append("isoWeek", week.week as i32);
            document.append("isoDayOfWeek", week.day as i32);
        } else {
            document.append("year", parts.date.year as i32);
            document.append("month", parts.date.month as i32);
            document.append("day", parts.date.day as i32);
        }
        document.append("hour", parts.hour as i32);
        document.append("minute", parts.minute as i32);
        document.append("second", parts.second as i32);
        document.append("millisecond", parts.millisecond as i32);
        Ok(Some(Value::document(document)))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.date);
        self.zone
            .expression()
            .into_iter()
            .chain(&self.iso8601)
            .for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn takes_a_date_apart() {
        check(
            "{$dateToParts: {date: date(1735603198007)}}",
            "{}",
            "{year: 2024, month: 12, day: 30, hour: 23, minute: 59, second: 58, millisecond: 7}",
        );
        check(
            "{$dateToParts: {date: '$d', iso8601: true, timezone: '+01:00'}}",
            "{d: date(1735603198007)}",
            "{isoWeekYear: 2025, isoWeek: 1, isoDayOfWeek: 2, hour: 0, minute: 59, second: 58, millisecond: 7}",
        );
        check("{$dateToParts: {date: '$d'}}", "{}", "null");
        check_error("{$dateToParts: {date: date(0), iso8601: 1}}", "{}", 40521);
        check_error("{$dateToParts: {}}", "{}", 40522);
    }
}
