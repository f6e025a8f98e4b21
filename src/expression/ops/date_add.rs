//! `$dateAdd` and `$dateSubtract`: a date moved by so many units.
//!
//! Days and larger units keep the wall clock of the zone; a day that the month does not have
//! becomes its last. Hours and smaller are lengths of time.

use super::super::call::fold_if_constant;
use super::super::date_argument::{
    Unit, ZoneArgument, is_null_ahead, present, require_date, varies,
};
use super::super::named_arguments::{parse_named, require};
use crate::calendar::{DAY_MS, Parts, Zone, days_from_civil, days_in_month};
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct DateAdd {
    name: &'static str,
    start: Expression,
    unit: Expression,
    amount: Expression,
    zone: ZoneArgument,
    /// 1, or -1 to subtract.
    sign: i64,
}

const ARGUMENTS: [&str; 4] = ["startDate", "unit", "amount", "timezone"];

pub fn parse_add(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    parse(name, value, scope, 1)
}

pub fn parse_subtract(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    parse(name, value, scope, -1)
}

/// Errors: 5166400 (not an object), 5166401 (another field), 5166402 (one missing).
fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
    sign: i64,
) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            5_166_400,
            format_args!("{name} expects an object as its argument"),
        ));
    };
    let named = parse_named(name, document, &ARGUMENTS, 5_166_401, scope)?;
    let varies = varies(&named);
    let mut named = named.into_iter();
    let mut next = || named.next().flatten();
    let (start, unit, amount, zone) = (next(), next(), next(), next());
    let start = require(name, "startDate", 5_166_402, start)?;
    let unit = require(name, "unit", 5_166_402, unit)?;
    let amount = require(name, "amount", 5_166_402, amount)?;
    if varies && is_null_ahead(Some(&unit), |unit| Unit::read(name, unit).map(drop))? {
        return Ok(Expression::constant(Value::NULL));
    }
    fold_if_constant(Expression::operator(DateAdd {
        name,
        start,
        unit,
        amount,
        zone: ZoneArgument::new(zone, varies)?,
        sign,
    }))
}

/// The largest amount of a unit: what 64 bits of milliseconds hold.
fn amount_max(unit: Unit) -> i64 {
    match unit {
        Unit::Year => 584_942_417,
        Unit::Quarter => 584_942_417 * 4,
        Unit::Month => 584_942_417 * 12,
        Unit::Week => 30_500_568_904,
        Unit::Day => 213_503_982_334,
        Unit::Hour => 5_124_095_576_030,
        Unit::Minute => 307_445_734_561_825,
        Unit::Second => 18_446_744_073_709_551,
        Unit::Millisecond => i64::MAX,
    }
}

/// A date moved in UTC; `None` when it is out of range.
pub fn move_date(millis: i64, unit: Unit, amount: i64) -> Option<i64> {
    moved(millis, unit, amount, &Zone::UTC)
}

/// The date moved; `None` when it is out of range.
fn moved(millis: i64, unit: Unit, amount: i64, zone: &Zone) -> Option<i64> {
    if let Some(length) = unit.millis() {
        return millis.checked_add(length.checked_mul(amount)?);
    }
    let parts = Parts::of(millis, zone);
    let of_day = zone.to_local(millis).rem_euclid(DAY_MS);
    let days = match unit.months() {
        Some(months) => {
            let months = months * amount + parts.date.year * 12 + i64::from(parts.date.month) - 1;
            let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
            let day = parts.date.day.min(days_in_month(year, month as u32));
            days_from_civil(year, month, i64::from(day))
        }
        None if unit == Unit::Week => parts.days.checked_add(amount * 7)?,
        None => parts.days.checked_add(amount)?,
    };
    let local = days.checked_mul(DAY_MS)?.checked_add(of_day)?;
    Some(zone.to_utc(local))
}

impl Evaluate for DateAdd {
    /// Errors: 5166403 (not a date), 5166405 (the amount is not a 64-bit integer), 5976500
    /// (the amount is too large), 5439013, 9 (the unit), 40517, 40485 (the zone), 5166406
    /// (the result is out of range).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(start) = present(&self.start, scope)? else {
            return Ok(Some(Value::NULL));
        };
        let Some(unit) = present(&self.unit, scope)? else {
            return Ok(Some(Value::NULL));
        };
        let unit = Unit::read(self.name, unit.as_ref())?;
        let Some(amount) = present(&self.amount, scope)? else {
            return Ok(Some(Value::NULL));
        };
        let Some(zone) = self.zone.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let millis = require_date(start.as_ref(), 5_166_403)?;
        let Some(amount) = amount.as_ref().to_i64_exact() else {
            let alias = amount.kind().alias();
            return Err(Error::new(
                5_166_405,
                format_args!(
                    "{} expects integer amount of time units, found {alias}",
                    self.name
                ),
            ));
        };
        let amount = amount
            .checked_mul(self.sign)
            .filter(|amount| amount.unsigned_abs() <= amount_max(unit) as u64);
        let Some(amount) = amount else {
            return Err(Error::new(
                5_976_500,
                format_args!("invalid {} 'amount' parameter value", self.name),
            ));
        };
        match moved(millis, unit, amount, &zone) {
            Some(millis) => Ok(Some(Value::Ref(ValueRef::Date(millis)))),
            None => Err(Error::new(
                5_166_406,
                format_args!("{} overflowed", self.name),
            )),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.start);
        see(&self.unit);
        see(&self.amount);
        self.zone.expression().into_iter().for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn moves_dates() {
        let add = |date: i64, unit: &str, amount: i64, zone: &str, expected: i64| {
            check(
                &format!(
                    "{{$dateAdd: {{startDate: '$d', unit: '{unit}', amount: {amount}L, timezone: '{zone}'}}}}"
                ),
                &format!("{{d: date({date})}}"),
                &format!("date({expected})"),
            );
        };
        // 2021-01-31T10:00Z
        add(1_612_087_200_000, "month", 1, "UTC", 1_614_506_400_000);
        add(1_612_087_200_000, "year", 1, "UTC", 1_643_623_200_000);
        add(1_612_087_200_000, "week", -1, "UTC", 1_611_482_400_000);
        // 2020-10-24T18:10Z: the clock goes back that night in Paris.
        add(
            1_603_563_000_000,
            "day",
            1,
            "Europe/Paris",
            1_603_653_000_000,
        );
        add(
            1_603_563_000_000,
            "hour",
            24,
            "Europe/Paris",
            1_603_649_400_000,
        );
        check(
            "{$dateSubtract: {startDate: date(86400000), unit: 'day', amount: 1}}",
            "{}",
            "date(0)",
        );
        check(
            "{$dateAdd: {startDate: '$a', unit: 'day', amount: 1}}",
            "{}",
            "null",
        );
        check_error(
            "{$dateAdd: {startDate: date(0), unit: 'days', amount: 1}}",
            "{}",
            9,
        );
        check_error(
            "{$dateAdd: {startDate: date(0), unit: 'day', amount: 1.5}}",
            "{}",
            5_166_405,
        );
        check_error(
            "{$dateAdd: {startDate: 1, unit: 'day', amount: 1}}",
            "{}",
            5_166_403,
        );
        check_error("{$dateAdd: {unit: 'day', amount: 1}}", "{}", 5_166_402);
    }
}
