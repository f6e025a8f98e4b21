//! `$dateFromString`: a date from text, by a format or freely.

use super::super::call::fold_if_constant;
use super::super::date_argument::{ZoneArgument, present, varies};
use super::super::named_arguments::{parse_named, require};
use super::date_to_string::format_error;
use crate::calendar::{ParseError, Zone, check_read_format, parse_date};
use crate::error::{Error, Result, codes};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct DateFromString {
    text: Expression,
    format: Option<Expression>,
    zone: ZoneArgument,
    on_null: Option<Expression>,
    on_error: Option<Expression>,
}

const ARGUMENTS: [&str; 5] = ["dateString", "format", "timezone", "onNull", "onError"];

/// Errors: 40540 (not an object), 40541 (another field), 40542 (no `dateString`), those of a
/// constant format.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            40540,
            format_args!("{name} only supports an object as an argument, found: {alias}"),
        ));
    };
    let mut named = parse_named(name, document, &ARGUMENTS, 40541, scope)?;
    let varies = varies(&named);
    let (on_error, on_null) = (named.pop().flatten(), named.pop().flatten());
    let (zone, format) = (named.pop().flatten(), named.pop().flatten());
    if let Some(ValueRef::String(format)) = format.as_ref().and_then(Expression::as_constant) {
        check_read_format(format).map_err(format_error)?;
    }
    fold_if_constant(Expression::operator(DateFromString {
        text: require(name, "dateString", 40542, named.pop().flatten())?,
        format,
        zone: ZoneArgument::new(zone, varies)?,
        on_null,
        on_error,
    }))
}

/// The date that a text says.
///
/// Errors: `ConversionFailure` (241).
pub fn read_date(text: &str, format: Option<&str>, zone: Option<&Zone>) -> Result<i64> {
    parse_date(text, format, zone).map_err(|error| {
        let reason = match error {
            ParseError::Invalid => "it is not understood, or there is no such day",
            ParseError::Incomplete => "an incomplete date/time string, with elements missing",
            ParseError::TwoZones => "it says a time zone, and another one is given",
        };
        Error::new(
            codes::CONVERSION_FAILURE,
            format_args!("Error parsing date string '{text}': {reason}"),
        )
    })
}

impl DateFromString {
    fn convert(&self, value: ValueRef<'_>, format: Option<&str>, zone: &Zone) -> Result<i64> {
        let ValueRef::String(text) = value else {
            let alias = value.kind().alias();
            return Err(Error::new(
                codes::CONVERSION_FAILURE,
                format_args!(
                    "$dateFromString requires that 'dateString' be a string, found: {alias}"
                ),
            ));
        };
        read_date(text, format, self.zone.expression().map(|_| zone))
    }
}

impl Evaluate for DateFromString {
    /// Errors: `ConversionFailure` (241) without `onError`, 40684 (the format is no string),
    /// 18535, 18536 (the format), 40517, 40485 (the zone).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(text) = present(&self.text, scope)? else {
            return match &self.on_null {
                Some(on_null) => on_null.evaluate(scope),
                None => Ok(Some(Value::NULL)),
            };
        };
        let format = match &self.format {
            None => None,
            Some(format) => match present(format, scope)? {
                Some(format) => Some(format),
                None => return Ok(Some(Value::NULL)),
            },
        };
        let format = match format.as_ref().map(Value::as_ref) {
            None => None,
            Some(ValueRef::String(format)) => {
                check_read_format(format).map_err(format_error)?;
                Some(format)
            }
            Some(other) => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    40684,
                    format_args!(
                        "$dateFromString requires that 'format' be a string, found: {alias}"
                    ),
                ));
            }
        };
        let Some(zone) = self.zone.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        match (self.convert(text.as_ref(), format, &zone), &self.on_error) {
            (Ok(millis), _) => Ok(Some(Value::Ref(ValueRef::Date(millis)))),
            (Err(_), Some(on_error)) => on_error.evaluate(scope),
            (Err(error), None) => Err(error),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.text);
        let others = self.format.iter().chain(self.zone.expression());
        others
            .chain(&self.on_null)
            .chain(&self.on_error)
            .for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn reads_dates() {
        check(
            "{$dateFromString: {dateString: '2018-06-15T10:30:45Z'}}",
            "{}",
            "date(1529058645000)",
        );
        check(
            "{$dateFromString: {dateString: '15.06.2018', format: '%d.%m.%Y', timezone: '+02:00'}}",
            "{}",
            "date(1529013600000)",
        );
        check("{$dateFromString: {dateString: '$a'}}", "{}", "null");
        check(
            "{$dateFromString: {dateString: '$a', onNull: 1}}",
            "{}",
            "1",
        );
        check(
            "{$dateFromString: {dateString: 'no', onError: 2}}",
            "{}",
            "2",
        );
        check("{$dateFromString: {dateString: 5, onError: 2}}", "{}", "2");
        check_error("{$dateFromString: {dateString: 'no'}}", "{}", 241);
        check_error(
            "{$dateFromString: {dateString: 'no', format: '%Q', onError: 1}}",
            "{}",
            18536,
        );
        check_error(
            "{$dateFromString: {dateString: 'no', format: 5, onError: 1}}",
            "{}",
            40684,
        );
    }
}
