//! `$convert`, and its short forms `$toInt`, `$toString` and so on.

use super::super::call::{Call, fold_if_constant, parse_arguments};
use super::super::convert::{Format, Target, convert};
use super::super::date_argument::present;
use crate::error::{Error, Result, codes};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{BinaryRef, Kind, Value, ValueRef};

struct Convert {
    input: Expression,
    to: Expression,
    format: Option<Expression>,
    byte_order: Option<Expression>,
    on_error: Option<Expression>,
    on_null: Option<Expression>,
}

/// `$convert`. Errors: `FailedToParse` (9: not an object, another field, `input` or `to`
/// missing).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::failed_to_parse(format_args!(
            "{name} expects an object of named arguments but found: {alias}"
        )));
    };
    let (mut input, mut to, mut format, mut byte_order) = (None, None, None, None);
    let (mut on_error, mut on_null) = (None, None);
    for (field, value) in document.iter() {
        let slot = match field {
            "input" => &mut input,
            "to" => &mut to,
            "format" => &mut format,
            "byteOrder" => &mut byte_order,
            "onError" => &mut on_error,
            "onNull" => &mut on_null,
            other => {
                return Err(Error::failed_to_parse(format_args!(
                    "{name} found an unknown argument: {other}"
                )));
            }
        };
        *slot = Some(Expression::parse(value, scope)?);
    }
    let missing =
        |field| Error::failed_to_parse(format_args!("Missing '{field}' parameter to {name}"));
    fold_if_constant(Expression::operator(Convert {
        input: input.ok_or_else(|| missing("input"))?,
        to: to.ok_or_else(|| missing("to"))?,
        format,
        byte_order,
        on_error,
        on_null,
    }))
}

impl Evaluate for Convert {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let input = present(&self.input, scope)?;
        let to = present(&self.to, scope)?;
        let Some(input) = input else {
            return match &self.on_null {
                Some(on_null) => on_null.evaluate(scope),
                None => Ok(Some(Value::NULL)),
            };
        };
        let Some(to) = to else {
            return Ok(Some(Value::NULL));
        };
        let target = Target::read(to.as_ref())?;
        let format = match &self.format {
            None => None,
            Some(format) => match present(format, scope)? {
                Some(format) => Some(Format::read(format.as_ref())?),
                None => None,
            },
        };
        let is_big = match &self.byte_order {
            None => false,
            Some(order) => match present(order, scope)? {
                Some(order) => read_byte_order(order.as_ref())?,
                None => false,
            },
        };
        let converted = match input.as_ref() {
            binary @ ValueRef::Binary(_) if is_big && target.is_number() => {
                convert(turned_around(binary).as_ref(), target, format)
            }
            number if is_big && number.is_number() => {
                convert(number, target, format).map(|made| turned_around(made.as_ref()))
            }
            other => convert(other, target, format),
        };
        match (converted, &self.on_error) {
            (Ok(converted), _) => Ok(Some(converted)),
            (Err(error), Some(on_error)) if error.code() == codes::CONVERSION_FAILURE => {
                on_error.evaluate(scope)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        see(&self.to);
        let others = self.format.iter().chain(&self.byte_order);
        let others = others.chain(&self.on_error);
        others.chain(&self.on_null).for_each(see);
    }
}

/// True for the most significant byte first.
///
/// Errors: 9130001 (not a string), 9130002 (no such order).
fn read_byte_order(value: ValueRef<'_>) -> Result<bool> {
    match value {
        ValueRef::String("big") => Ok(true),
        ValueRef::String("little") => Ok(false),
        ValueRef::String(other) => Err(Error::new(
            9_130_002,
            format_args!("Invalid 'byteOrder' argument for $convert: {other}"),
        )),
        other => {
            let alias = other.kind().alias();
            Err(Error::new(
                9_130_001,
                format_args!("$convert requires that 'byteOrder' be a string, found: {alias}"),
            ))
        }
    }
}

/// Binary data with its bytes from last to first; other values as they are.
fn turned_around(value: ValueRef<'_>) -> Value<'static> {
    let ValueRef::Binary(binary) = value else {
        return Value::copy_of(value);
    };
    let bytes: Vec<u8> = binary.bytes.iter().rev().copied().collect();
    let subtype = binary.subtype;
    Value::copy_of(ValueRef::Binary(BinaryRef {
        subtype,
        bytes: &bytes,
    }))
}

/// The short forms, with their targets and the formats they imply.
const SHORT: &[(&str, Target, Option<Format>)] = &[
    ("$toArray", Target::new(Kind::Array), None),
    ("$toBool", Target::new(Kind::Boolean), None),
    ("$toDate", Target::new(Kind::Date), None),
    ("$toDecimal", Target::new(Kind::Decimal128), None),
    ("$toDouble", Target::new(Kind::Double), None),
    ("$toInt", Target::new(Kind::Int32), None),
    ("$toLong", Target::new(Kind::Int64), None),
    ("$toObject", Target::new(Kind::Document), None),
    ("$toObjectId", Target::new(Kind::ObjectId), None),
    ("$toString", Target::new(Kind::String), Some(Format::Auto)),
    (
        "$toUUID",
        Target {
            kind: Some(Kind::Binary),
            subtype: 4,
        },
        Some(Format::Uuid),
    ),
];

/// A short form. Errors: 50723 (not one argument).
pub fn parse_short(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    let arguments = parse_arguments(value, scope)?;
    if arguments.len() != 1 {
        return Err(Error::new(
            50723,
            format_args!("{name} requires a single argument, got {}", arguments.len()),
        ));
    }
    Call::build(name, run_short, arguments)
}

fn run_short<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let Some(value) = call.evaluate(0, scope)? else {
        return Ok(Some(Value::NULL));
    };
    if value.as_ref().is_nullish() {
        return Ok(Some(Value::NULL));
    }
    match SHORT.iter().find(|row| row.0 == call.name()) {
        Some((_, target, format)) => convert(value.as_ref(), *target, *format).map(Some),
        None => Err(Error::internal("a conversion without a target")),
    }
}

#[cfg(test)]
mod tests {
    use super::SHORT;
    use crate::expression::OPERATORS;
    use crate::expression::testing::{check, check_error};

    #[test]
    fn every_short_form_is_registered() {
        for (name, ..) in SHORT {
            assert!(OPERATORS.iter().any(|row| row.name == *name), "{name}");
        }
    }

    #[test]
    fn numbers() {
        check("{$toInt: '$a'}", "{a: '42'}", "42");
        check("{$toInt: -1.9}", "{}", "-1");
        check("{$toInt: true}", "{}", "1");
        check("{$toLong: date(5)}", "{}", "5L");
        check("{$toDouble: '1e3'}", "{}", "1000.0");
        check("{$toDecimal: 1.5}", "{}", "1.50000000000000m");
        check("{$toInt: '$x'}", "{}", "null");
        check_error("{$toInt: '1.5'}", "{}", 241);
        check_error("{$toInt: 2147483648L}", "{}", 241);
        check_error("{$toInt: date(5)}", "{}", 241);
        check_error("{$toInt: [1, 2]}", "{}", 50723);
    }

    #[test]
    fn other_types() {
        check("{$toString: 3.0}", "{}", "'3'");
        check("{$toString: date(0)}", "{}", "'1970-01-01T00:00:00.000Z'");
        check("{$toBool: 'false'}", "{}", "true");
        check("{$toBool: 0.0}", "{}", "false");
        check("{$toDate: '1970-01-02'}", "{}", "date(86400000)");
        check("{$toDate: 1.9}", "{}", "date(1)");
        check_error("{$toDate: 1}", "{}", 241);
        check_error("{$toObjectId: 'x'}", "{}", 241);
        check(
            "{$toString: {$toObjectId: '507f1f77bcf86cd799439011'}}",
            "{}",
            "'507f1f77bcf86cd799439011'",
        );
    }

    #[test]
    fn arrays_and_objects() {
        check(
            "{$toArray: '$a'}",
            "{a: '[1, {\"b\": [null]}]'}",
            "[1, {b: [null]}]",
        );
        check("{$toArray: '$a'}", "{a: [1]}", "[1]");
        check("{$toObject: '$a'}", "{a: '{\"b\": 1.5}'}", "{b: 1.5}");
        check("{$toObject: '$a'}", "{a: {b: 1}}", "{b: 1}");
        check("{$toObject: '$a'}", "{}", "null");
        // What stands for types in Extended JSON is for $deserializeEJSON.
        let id = "{a: '{\"$oid\": \"507f1f77bcf86cd799439011\"}'}";
        check("{$type: {$toObject: '$a'}}", id, "'object'");
        for wrong in ["'{}'", "'[1'", "''", "1", "{b: 1}"] {
            check_error("{$toArray: '$a'}", &format!("{{a: {wrong}}}"), 241);
        }
        for wrong in ["'[]'", "'x'", "[1]", "true"] {
            check_error("{$toObject: '$a'}", &format!("{{a: {wrong}}}"), 241);
        }
        let vector = "{$toArray: {$convert: {input: 'AwAB/w==', to: {type: 'binData', subtype: 9}, format: 'base64'}}}";
        check(vector, "{}", "[1, -1]");
        let bits = "{$toArray: {$convert: {input: 'EAeA', to: {type: 'binData', subtype: 9}, format: 'base64'}}}";
        check(bits, "{}", "[true]");
        let bytes = "{$toArray: {$convert: {input: 'AwAB', to: 'binData', format: 'base64'}}}";
        check_error(bytes, "{}", 241);
    }

    #[test]
    fn named_arguments() {
        check(
            "{$convert: {input: 'x', to: 'int', onError: 'bad'}}",
            "{}",
            "'bad'",
        );
        check(
            "{$convert: {input: '$a', to: 'int', onNull: 'none'}}",
            "{}",
            "'none'",
        );
        check("{$convert: {input: '7', to: 16}}", "{}", "7");
        for (number, to, back) in [
            ("5", "'int'", "5"),
            ("-2L", "'long'", "-2L"),
            ("1.5", "'double'", "1.5"),
        ] {
            let bytes =
                format!("{{$convert: {{input: {number}, to: 'binData', byteOrder: 'big'}}}}");
            let read = format!("{{$convert: {{input: {bytes}, to: {to}, byteOrder: 'big'}}}}");
            check(&read, "{}", back);
        }
        let big = "{$convert: {input: {$convert: {input: 1, to: 'binData', byteOrder: 'big'}}, to: 'int'}}";
        check(big, "{}", "16777216");
        check_error(
            "{$convert: {input: 1, to: 'binData', byteOrder: 'x'}}",
            "{}",
            9_130_002,
        );
        check_error(
            "{$convert: {input: 1, to: 'binData', byteOrder: 1}}",
            "{}",
            9_130_001,
        );
        check("{$convert: {input: 'x', to: null}}", "{}", "null");
        check_error("{$convert: {input: 'x', to: 'integer'}}", "{}", 2);
        check_error("{$convert: {input: 'x'}}", "{}", 9);
        check_error("{$convert: {input: 'x', to: 'binData'}}", "{}", 4_341_115);
        check_error("{$convert: {input: 1, to: 'array'}}", "{}", 241);
    }
}
