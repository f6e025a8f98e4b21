//! One value to one type. Source: the manual, "$convert", the tables per type.

use super::number_text::{read_decimal, read_double, read_integer};
use super::{Format, Target};
use crate::calendar::iso_text;
use crate::error::{Error, Result, codes};
use crate::expression::date_argument::date_of;
use crate::expression::ops::date_from_string::read_date;
use crate::expression::vector::unpack;
use crate::value::double::double_text;
use crate::value::extended_json::parse_plain;
use crate::value::{BinaryRef, Decimal128, Kind, Value, ValueRef};

/// The value as another type; null is for the caller.
///
/// Errors: `ConversionFailure` (241), 18537 (a year that a date's text cannot show), 4341115
/// (binary data and no format).
pub fn convert(
    value: ValueRef<'_>,
    target: Target,
    format: Option<Format>,
) -> Result<Value<'static>> {
    let converted = match target.kind {
        Some(kind @ (Kind::Array | Kind::Document)) => to_nested(value, kind)?,
        Some(Kind::Double) => Value::from(to_double(value)?),
        Some(Kind::String) => to_string(value, format)?,
        Some(Kind::ObjectId) => to_object_id(value)?,
        Some(Kind::Boolean) => Value::from(to_bool(value)),
        Some(Kind::Date) => Value::Ref(ValueRef::Date(to_date(value)?)),
        Some(Kind::Int32) => Value::from(to_int(value)?),
        Some(Kind::Int64) => Value::from(to_long(value)?),
        Some(Kind::Decimal128) => Value::from(to_decimal(value)?),
        Some(Kind::Binary) => to_binary(value, target, format)?,
        other => return Err(unsupported(value, other.map_or("missing", Kind::alias))),
    };
    Ok(converted)
}

#[cold]
fn failure(message: impl crate::error::Message) -> Error {
    Error::new(codes::CONVERSION_FAILURE, message)
}

#[cold]
fn unsupported(value: ValueRef<'_>, to: &str) -> Error {
    let from = value.kind().alias();
    failure(format!(
        "Unsupported conversion from {from} to {to} in $convert with no onError value"
    ))
}

#[cold]
fn bad_text(text: &str, to: &str) -> Error {
    failure(format!(
        "Failed to parse number '{text}' in $convert with no onError value: it is no {to}"
    ))
}

#[cold]
fn overflow(to: &str) -> Error {
    failure(format!(
        "Conversion would overflow target type {to} in $convert with no onError value"
    ))
}

/// An array or a document: what is one, JSON text, or the numbers of a vector.
fn to_nested(value: ValueRef<'_>, kind: Kind) -> Result<Value<'static>> {
    let found = match value {
        ValueRef::String(text) => parse_plain(text).map_err(|_| bad_text(text, kind.alias()))?,
        ValueRef::Binary(binary) => match unpack(binary) {
            Some(vector) => Value::array(vector),
            None => return Err(unsupported(value, kind.alias())),
        },
        other => Value::copy_of(other),
    };
    match found.kind() == kind {
        true => Ok(found),
        false => Err(unsupported(value, kind.alias())),
    }
}

fn to_bool(value: ValueRef<'_>) -> bool {
    value.is_truthy()
}

/// The little-endian integer in binary data of 1, 2, 4 or 8 bytes.
fn binary_integer(binary: BinaryRef<'_>) -> Option<i64> {
    Some(match *binary.bytes {
        [a] => i64::from(a as i8),
        [a, b] => i64::from(i16::from_le_bytes([a, b])),
        [a, b, c, d] => i64::from(i32::from_le_bytes([a, b, c, d])),
        _ => i64::from_le_bytes(
            *binary
                .bytes
                .first_chunk()
                .filter(|_| binary.bytes.len() == 8)?,
        ),
    })
}

fn to_double(value: ValueRef<'_>) -> Result<f64> {
    Ok(match value {
        ValueRef::Decimal128(number) => {
            let double = number.to_f64();
            if double.is_infinite() && !number.is_infinite() {
                return Err(overflow("double"));
            }
            double
        }
        ValueRef::Boolean(flag) => f64::from(u8::from(flag)),
        ValueRef::Date(millis) => millis as f64,
        ValueRef::String(text) => read_double(text).ok_or_else(|| bad_text(text, "double"))?,
        ValueRef::Binary(binary) => match *binary.bytes {
            [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => {
                return Err(failure(
                    "Failed to convert binary data to double: its length is not 4 or 8",
                ));
            }
        },
        other => other.to_f64().ok_or_else(|| unsupported(value, "double"))?,
    })
}

fn to_decimal(value: ValueRef<'_>) -> Result<Decimal128> {
    Ok(match value {
        ValueRef::Int32(number) => Decimal128::from(i64::from(number)),
        ValueRef::Int64(number) | ValueRef::Date(number) => Decimal128::from(number),
        ValueRef::Boolean(flag) => Decimal128::from(i64::from(flag)),
        ValueRef::Double(number) => Decimal128::from_f64(number),
        ValueRef::Decimal128(number) => *number,
        ValueRef::String(text) => read_decimal(text).ok_or_else(|| bad_text(text, "decimal"))?,
        other => return Err(unsupported(other, "decimal")),
    })
}

/// The 64-bit integer of what may become an int or a long; `None` for other types.
fn whole(value: ValueRef<'_>, to: &str) -> Result<Option<i64>> {
    let cut = |number: ValueRef<'_>| number.to_i64_exact().ok_or_else(|| overflow(to));
    Ok(Some(match value {
        ValueRef::Boolean(flag) => i64::from(flag),
        ValueRef::Double(number) => cut(ValueRef::Double(number.trunc()))?,
        ValueRef::Decimal128(number) => {
            let number = number.quantize(0, crate::value::Rounding::TowardZero);
            cut(ValueRef::Decimal128(&number))?
        }
        ValueRef::String(text) => read_integer(text).ok_or_else(|| bad_text(text, to))?,
        ValueRef::Binary(binary) => binary_integer(binary).ok_or_else(|| {
            failure(format!(
                "Failed to convert binary data to {to}: its length or subtype does not suit"
            ))
        })?,
        ValueRef::Int32(number) => i64::from(number),
        ValueRef::Int64(number) => number,
        _ => return Ok(None),
    }))
}

fn to_int(value: ValueRef<'_>) -> Result<i32> {
    if matches!(value, ValueRef::Binary(binary) if binary.bytes.len() == 8) {
        return Err(failure(
            "Failed to convert binary data to int: its length does not suit",
        ));
    }
    let number = whole(value, "int")?.ok_or_else(|| unsupported(value, "int"))?;
    i32::try_from(number).map_err(|_| overflow("int"))
}

fn to_long(value: ValueRef<'_>) -> Result<i64> {
    if let ValueRef::Date(millis) = value {
        return Ok(millis);
    }
    whole(value, "long")?.ok_or_else(|| unsupported(value, "long"))
}

fn to_date(value: ValueRef<'_>) -> Result<i64> {
    if let Some(millis) = date_of(value) {
        return Ok(millis);
    }
    match value {
        ValueRef::String(text) => read_date(text, None, None),
        ValueRef::Int64(_) | ValueRef::Double(_) | ValueRef::Decimal128(_) => {
            whole(value, "date")?.ok_or_else(|| unsupported(value, "date"))
        }
        other => Err(unsupported(other, "date")),
    }
}

fn to_object_id(value: ValueRef<'_>) -> Result<Value<'static>> {
    match value {
        ValueRef::ObjectId(id) => Ok(Value::Ref(ValueRef::ObjectId(id))),
        ValueRef::String(text) => {
            let bytes = Format::Hex.read_bytes(text, 0);
            let id = bytes
                .as_deref()
                .and_then(|bytes| <[u8; 12]>::try_from(bytes).ok());
            id.map(|id| Value::Ref(ValueRef::ObjectId(id))).ok_or_else(|| {
                failure(format!("Failed to parse objectId '{text}' in $convert with no onError value: it does not have 24 hex digits"))
            })
        }
        other => Err(unsupported(other, "objectId")),
    }
}

fn to_string(value: ValueRef<'_>, format: Option<Format>) -> Result<Value<'static>> {
    let text = match value {
        ValueRef::String(text) => text.to_owned(),
        ValueRef::Double(number) => double_text(number),
        ValueRef::Int32(number) => number.to_string(),
        ValueRef::Int64(number) => number.to_string(),
        ValueRef::Decimal128(number) => number.to_string(),
        ValueRef::Boolean(flag) => flag.to_string(),
        ValueRef::ObjectId(id) => id.iter().map(|byte| format!("{byte:02x}")).collect(),
        ValueRef::Date(millis) => iso_text(millis).ok_or_else(|| {
            Error::new(
                18537,
                "a date as a string is only defined for the years 0 to 9999",
            )
        })?,
        ValueRef::Binary(binary) => {
            let format = format.ok_or_else(|| no_format("binData", "string"))?;
            format.write(binary.bytes, binary.subtype).ok_or_else(|| {
                failure("Failed to convert binary data to string in $convert with no onError value: it does not suit the format")
            })?
        }
        other => return Err(unsupported(other, "string")),
    };
    Ok(Value::string(&text))
}

#[cold]
fn no_format(from: &str, to: &str) -> Error {
    Error::new(
        4_341_115,
        format_args!(
            "Format must be specified when converting from '{from}' to '{to}' in $convert"
        ),
    )
}

fn to_binary(
    value: ValueRef<'_>,
    target: Target,
    format: Option<Format>,
) -> Result<Value<'static>> {
    let bytes = match value {
        ValueRef::Binary(binary) if binary.subtype == target.subtype => binary.bytes.to_vec(),
        ValueRef::Binary(_) => {
            return Err(failure(
                "Conversions between different binData subtypes are not supported",
            ));
        }
        ValueRef::Int32(number) => number.to_le_bytes().to_vec(),
        ValueRef::Int64(number) => number.to_le_bytes().to_vec(),
        ValueRef::Double(number) => number.to_le_bytes().to_vec(),
        ValueRef::String(text) => {
            let format = format.ok_or_else(|| no_format("string", "binData"))?;
            format.read_bytes(text, target.subtype).ok_or_else(|| {
                failure(format!("Failed to convert '{text}' to binData in $convert with no onError value: it does not have the format or the subtype"))
            })?
        }
        other => return Err(unsupported(other, "binData")),
    };
    let subtype = target.subtype;
    Ok(Value::copy_of(ValueRef::Binary(BinaryRef {
        subtype,
        bytes: &bytes,
    })))
}
