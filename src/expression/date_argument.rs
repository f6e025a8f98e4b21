//! Dates, zones and units as arguments of the date operators.

use super::{Expression, Scope};
use crate::calendar::Zone;
use crate::error::{Error, Result};
use crate::value::{Value, ValueRef};

/// Milliseconds since 1970 of a date, a timestamp or an ObjectId; `None` for other types.
pub(super) fn date_of(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Date(millis) => Some(millis),
        ValueRef::Timestamp(stamp) => Some(i64::from(stamp.time) * 1000),
        ValueRef::ObjectId([a, b, c, d, ..]) => {
            Some(i64::from(i32::from_be_bytes([a, b, c, d])) * 1000)
        }
        _ => None,
    }
}

/// [`date_of`], or an error with this code.
pub(super) fn require_date(value: ValueRef<'_>, code: i32) -> Result<i64> {
    date_of(value).ok_or_else(|| {
        let alias = value.kind().alias();
        Error::new(
            code,
            format_args!("can't convert from BSON type {alias} to Date"),
        )
    })
}

/// The value of an argument; `None` for null and missing.
pub(super) fn present<'a>(
    argument: &Expression,
    scope: &Scope<'a, '_>,
) -> Result<Option<Value<'a>>> {
    Ok(argument
        .evaluate(scope)?
        .filter(|value| !value.as_ref().is_nullish()))
}

/// The zone that an argument gives: UTC without one, `None` when it is null.
///
/// Errors: 40517 (not a string), 40485 (no such zone).
pub(super) fn zone_argument(
    argument: Option<&Expression>,
    scope: &Scope<'_, '_>,
) -> Result<Option<Zone>> {
    let Some(argument) = argument else {
        return Ok(Some(Zone::UTC));
    };
    match present(argument, scope)? {
        Some(value) => read_zone(value.as_ref()).map(Some),
        None => Ok(None),
    }
}

/// Errors: 40517 (not a string), 40485 (no such zone).
fn read_zone(value: ValueRef<'_>) -> Result<Zone> {
    let ValueRef::String(name) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            40517,
            format_args!("timezone must evaluate to a string, found {alias}"),
        ));
    };
    Zone::parse(name).ok_or_else(|| {
        Error::new(
            40485,
            format_args!("unrecognized time zone identifier: \"{name}\""),
        )
    })
}

/// True if one of the arguments is not constant: then the constant ones are read before there is
/// a document, as MongoDB does when it optimises, so that a mistake in them is always found.
pub(super) fn varies(arguments: &[Option<Expression>]) -> bool {
    !arguments.iter().flatten().all(Expression::is_constant)
}

/// Reads an argument ahead if it is constant; true if it is null, which makes the result null.
pub(super) fn is_null_ahead(
    argument: Option<&Expression>,
    check: impl Fn(ValueRef<'_>) -> Result<()>,
) -> Result<bool> {
    let Some(argument) = argument.filter(|argument| argument.is_constant()) else {
        return Ok(false);
    };
    match argument.as_constant().filter(|value| !value.is_nullish()) {
        Some(value) => check(value).map(|()| false),
        None => Ok(true),
    }
}

/// A zone argument that is read once when it is constant.
pub(super) struct ZoneArgument {
    expression: Option<Expression>,
    constant: Option<Zone>,
}

impl ZoneArgument {
    /// Prepares an argument. A constant that is no zone is refused at once if other arguments
    /// vary, else when all are evaluated.
    ///
    /// Errors: as [`zone_argument`].
    pub(super) fn new(expression: Option<Expression>, varies: bool) -> Result<ZoneArgument> {
        let given = expression.as_ref().and_then(Expression::as_constant);
        let constant = match given.filter(|value| !value.is_nullish()) {
            Some(value) if varies => Some(read_zone(value)?),
            Some(value) => read_zone(value).ok(),
            None => expression.is_none().then_some(Zone::UTC),
        };
        Ok(ZoneArgument {
            expression,
            constant,
        })
    }

    /// The zone; `None` when the argument is null. Errors: as [`zone_argument`].
    pub(super) fn evaluate(&self, scope: &Scope<'_, '_>) -> Result<Option<Zone>> {
        match &self.constant {
            Some(zone) => Ok(Some(zone.clone())),
            None => zone_argument(self.expression.as_ref(), scope),
        }
    }

    /// The argument's expression.
    pub(super) fn expression(&self) -> Option<&Expression> {
        self.expression.as_ref()
    }
}

/// A unit of time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

impl Unit {
    /// The unit in a value.
    ///
    /// Errors: 5439013 (not a string), `FailedToParse` (9: no unit).
    pub fn read(operator: &str, value: ValueRef<'_>) -> Result<Unit> {
        let ValueRef::String(name) = value else {
            let alias = value.kind().alias();
            return Err(Error::new(
                5_439_013,
                format_args!("{operator} requires 'unit' to be a string, but got {alias}"),
            ));
        };
        Ok(match name {
            "year" => Unit::Year,
            "quarter" => Unit::Quarter,
            "month" => Unit::Month,
            "week" => Unit::Week,
            "day" => Unit::Day,
            "hour" => Unit::Hour,
            "minute" => Unit::Minute,
            "second" => Unit::Second,
            "millisecond" => Unit::Millisecond,
            other => {
                return Err(Error::failed_to_parse(format_args!(
                    "unknown time unit value: {other} in {operator}"
                )));
            }
        })
    }

    /// Milliseconds of a unit that always has the same length on the clock.
    pub fn millis(self) -> Option<i64> {
        match self {
            Unit::Hour => Some(3_600_000),
            Unit::Minute => Some(60_000),
            Unit::Second => Some(1000),
            Unit::Millisecond => Some(1),
            _ => None,
        }
    }

    /// Months of a unit that counts in months.
    pub(super) fn months(self) -> Option<i64> {
        match self {
            Unit::Year => Some(12),
            Unit::Quarter => Some(3),
            Unit::Month => Some(1),
            _ => None,
        }
    }
}

/// The day on which weeks begin: 0 (Sunday) to 6.
///
/// Errors: 5439015 (not a string), 5439016 (no day's name).
pub(super) fn read_start_of_week(operator: &str, value: ValueRef<'_>) -> Result<u32> {
    let ValueRef::String(name) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            5_439_015,
            format_args!("{operator} requires 'startOfWeek' to be a string, but got {alias}"),
        ));
    };
    const DAYS: [&str; 7] = [
        "sunday",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
    ];
    let lower = name.to_ascii_lowercase();
    let found = DAYS
        .iter()
        .position(|day| *day == lower || day.get(..3) == Some(&lower));
    match found {
        Some(day) => Ok(day as u32),
        None => Err(Error::new(
            5_439_016,
            format_args!(
                "{operator} parameter 'startOfWeek' value cannot be recognized as a day of a week: {name}"
            ),
        )),
    }
}
