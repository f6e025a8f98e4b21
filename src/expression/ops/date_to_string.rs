//! `$dateToString`: a date by a format.

use super::super::call::fold_if_constant;
use super::super::date_argument::{ZoneArgument, present, require_date, varies};
use super::super::named_arguments::{parse_named, require};
use crate::calendar::{FormatError, Parts, Zone, check_write_format, write};
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct DateToString {
    date: Expression,
    format: Option<Expression>,
    zone: ZoneArgument,
    on_null: Option<Expression>,
}

const ARGUMENTS: [&str; 4] = ["date", "format", "timezone", "onNull"];

/// Errors: 18629 (not an object), 18534 (another field), 18628 (no `date`), those of a
/// constant format.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            18629,
            format_args!("{name} only supports an object as its argument"),
        ));
    };
    let mut named = parse_named(name, document, &ARGUMENTS, 18534, scope)?;
    let varies = varies(&named);
    let (on_null, zone) = (named.pop().flatten(), named.pop().flatten());
    let format = named.pop().flatten();
    if let Some(ValueRef::String(format)) = format.as_ref().and_then(Expression::as_constant) {
        check_write_format(format).map_err(format_error)?;
    }
    fold_if_constant(Expression::operator(DateToString {
        date: require(name, "date", 18628, named.pop().flatten())?,
        format,
        zone: ZoneArgument::new(zone, varies)?,
        on_null,
    }))
}

/// 18535 (a single `%` at the end), 18536 (no such specifier).
#[cold]
pub fn format_error(error: FormatError) -> Error {
    match error {
        FormatError::Unmatched => Error::new(18535, "Unmatched '%' at end of format string"),
        FormatError::Unknown(specifier) => Error::new(
            18536,
            format_args!("Invalid format character '%{specifier}' in format string"),
        ),
    }
}

impl Evaluate for DateToString {
    /// Errors: 16006 (not a date), 18533 (the format is no string), 18537 (the year does not
    /// fit), 40517, 40485 (the zone).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
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
                check_write_format(format).map_err(format_error)?;
                Some(format)
            }
            Some(other) => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    18533,
                    format_args!(
                        "$dateToString requires that 'format' be a string, found: {alias}"
                    ),
                ));
            }
        };
        let Some(zone) = self.zone.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let Some(date) = present(&self.date, scope)? else {
            return match &self.on_null {
                Some(on_null) => on_null.evaluate(scope),
                None => Ok(Some(Value::NULL)),
            };
        };
        let parts = Parts::of(require_date(date.as_ref(), 16006)?, &zone);
        let format = format.unwrap_or(match zone {
            Zone::Offset(0) => "%Y-%m-%dT%H:%M:%S.%LZ",
            _ => "%Y-%m-%dT%H:%M:%S.%L",
        });
        match write(&parts, format) {
            Some(text) => Ok(Some(Value::string(&text))),
            None => Err(Error::new(
                18537,
                format_args!(
                    "$dateToString is only defined on year 0-9999, tried to use year {}",
                    parts.date.year
                ),
            )),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.date);
        let others = self
            .format
            .iter()
            .chain(self.zone.expression())
            .chain(&self.on_null);
        others.for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn writes_dates() {
        let document = "{d: date(1735603198007)}";
        check(
            "{$dateToString: {date: '$d'}}",
            document,
            "'2024-12-30T23:59:58.007Z'",
        );
        check(
            "{$dateToString: {date: '$d', timezone: '+01:00', format: '%d.%m.%Y %H:%M %z'}}",
            document,
            "'31.12.2024 00:59 +0100'",
        );
        check(
            "{$dateToString: {date: '$d', timezone: 'Asia/Tokyo'}}",
            document,
            "'2024-12-31T08:59:58.007'",
        );
        check(
            "{$dateToString: {date: '$x', onNull: 'none'}}",
            document,
            "'none'",
        );
        check("{$dateToString: {date: '$x'}}", document, "null");
        check_error(
            "{$dateToString: {date: '$d', format: '%Q'}}",
            document,
            18536,
        );
        check_error(
            "{$dateToString: {date: '$d', format: '%'}}",
            document,
            18535,
        );
        check_error("{$dateToString: {date: '$d', format: 5}}", document, 18533);
        check_error("{$dateToString: {date: 'x'}}", document, 16006);
        check_error("{$dateToString: {}}", document, 18628);
    }
}
