//! Extended JSON to BSON: both modes, and the older forms of binary data and regular expressions.

use super::date;
use super::json::{self, Json};
use super::write::{Mode, write_value};
use crate::error::{Error, Result};
use crate::sorting::sort;
use crate::value::double;
use crate::value::{ArrayBuf, BinaryRef, Decimal128, DocumentBuf, Timestamp, Value, ValueRef};

/// Parses a document.
///
/// Errors: `FailedToParse` (9) for what is no JSON, no document, or a type that is badly written.
pub fn parse(text: &str) -> Result<DocumentBuf> {
    match json::parse(text)? {
        Json::Object(fields) => document(&fields),
        _ => Err(Error::failed_to_parse("Extended JSON: expected a document")),
    }
}

/// A value of JSON text, whose objects are documents whatever their keys are.
///
/// Errors: `FailedToParse` (9).
pub fn parse_plain(text: &str) -> Result<Value<'static>> {
    value_with(&json::parse(text)?, |_| Ok(None))
}

/// The value that the documents of Extended JSON in a value stand for.
///
/// Errors: `FailedToParse` (9) for a type that is badly written.
pub fn read_value(of: ValueRef<'_>) -> Result<Value<'static>> {
    value(&json::parse(&write_value(of, Mode::Canonical))?)
}

/// A value in which every type that JSON lacks is the document that Extended JSON has for it.
///
/// Errors: `FailedToParse` (9) for what is nested too deeply.
pub fn tagged(value: ValueRef<'_>, mode: Mode) -> Result<Value<'static>> {
    Ok(match value {
        ValueRef::Document(document) => {
            let mut out = DocumentBuf::new();
            for (name, value) in document.iter() {
                out.append(name, &tagged(value, mode)?);
            }
            Value::document(out)
        }
        ValueRef::Array(array) => {
            let mut out = ArrayBuf::new();
            for value in array.iter() {
                out.push(&tagged(value, mode)?);
            }
            Value::array(out)
        }
        ValueRef::Int32(_) | ValueRef::Int64(_) if mode == Mode::Relaxed => Value::copy_of(value),
        ValueRef::Double(number) if mode == Mode::Relaxed && number.is_finite() => {
            Value::copy_of(value)
        }
        other => parse_plain(&write_value(other, mode))?,
    })
}

#[cold]
fn bad(name: &str) -> Error {
    Error::failed_to_parse(format_args!("Extended JSON: {name} is badly written"))
}

/// What an object stands for, if it is no plain document.
type Typed = fn(&[(String, Json)]) -> Result<Option<Value<'static>>>;

fn document(fields: &[(String, Json)]) -> Result<DocumentBuf> {
    document_with(fields, typed)
}

fn document_with(fields: &[(String, Json)], typed: Typed) -> Result<DocumentBuf> {
    let mut out = DocumentBuf::new();
    for (name, json) in fields {
        if name.contains('\0') {
            return Err(Error::failed_to_parse(
                "a field's name may not hold a zero byte",
            ));
        }
        out.append(name, &value_with(json, typed)?);
    }
    Ok(out)
}

fn value(json: &Json) -> Result<Value<'static>> {
    value_with(json, typed)
}

fn value_with(json: &Json, typed: Typed) -> Result<Value<'static>> {
    Ok(match json {
        Json::Null => Value::NULL,
        Json::Bool(flag) => ValueRef::Boolean(*flag).into(),
        Json::Number(text) => number(text)?,
        Json::String(text) => Value::string(text),
        Json::Array(values) => {
            let mut array = ArrayBuf::new();
            for json in values {
                array.push(&value_with(json, typed)?);
            }
            Value::array(array)
        }
        Json::Object(fields) => match typed(fields)? {
            Some(value) => value,
            None => Value::document(document_with(fields, typed)?),
        },
    })
}

/// The smallest type that holds a plain number.
fn number(text: &str) -> Result<Value<'static>> {
    let is_whole = !text.contains(['.', 'e', 'E']);
    if is_whole && text != "-0" {
        if let Ok(number) = text.parse::<i32>() {
            return Ok(ValueRef::Int32(number).into());
        }
        if let Ok(number) = text.parse::<i64>() {
            return Ok(ValueRef::Int64(number).into());
        }
    }
    let number = double::parse(text).ok_or_else(|| bad("a number"))?;
    Ok(ValueRef::Double(number).into())
}

/// The value of a wrapper such as `{"$oid": ...}`; `None` for a plain document.
fn typed(fields: &[(String, Json)]) -> Result<Option<Value<'static>>> {
    let text = |at: usize| match fields.get(at) {
        Some((_, Json::String(text))) => Some(text.as_str()),
        _ => None,
    };
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let scalar = match names.as_slice() {
        ["$oid"] => text(0).and_then(object_id).map(ValueRef::ObjectId),
        ["$numberInt"] => text(0)
            .and_then(|text| text.parse().ok())
            .map(ValueRef::Int32),
        ["$numberLong"] => text(0)
            .and_then(|text| text.parse().ok())
            .map(ValueRef::Int64),
        ["$numberDouble"] => text(0).and_then(double).map(ValueRef::Double),
        ["$date"] => millis(&fields[0].1).map(ValueRef::Date),
        ["$undefined"] => matches!(fields[0].1, Json::Bool(true)).then_some(ValueRef::Undefined),
        ["$minKey"] => is_one(&fields[0].1).then_some(ValueRef::MinKey),
        ["$maxKey"] => is_one(&fields[0].1).then_some(ValueRef::MaxKey),
        ["$timestamp"] => timestamp(&fields[0].1).map(ValueRef::Timestamp),
        ["$numberDecimal"] => {
            let number = text(0).and_then(decimal).ok_or_else(|| bad(names[0]))?;
            return Ok(Some(number.into()));
        }
        _ => return composite(&names, fields),
    };
    scalar
        .map(|value| Some(value.into()))
        .ok_or_else(|| bad(names[0]))
}

fn composite(names: &[&str], fields: &[(String, Json)]) -> Result<Option<Value<'static>>> {
    let text = |at: usize| match &fields[at].1 {
        Json::String(text) => Ok(text.as_str()),
        _ => Err(bad(names[at])),
    };
    Ok(Some(match names {
        ["$symbol"] => Value::copy_of(ValueRef::Symbol(text(0)?)),
        ["$code"] => Value::copy_of(ValueRef::Code(text(0)?)),
        ["$code", "$scope"] | ["$scope", "$code"] => {
            let (code, scope) = if names[0] == "$code" { (0, 1) } else { (1, 0) };
            let Json::Object(scope) = &fields[scope].1 else {
                return Err(bad("$scope"));
            };
            let scope = document(scope)?;
            Value::code_with_scope(text(code)?, scope.as_ref())
        }
        ["$binary"] => binary(&fields[0].1)?,
        ["$uuid"] => uuid(text(0)?)?,
        ["$regularExpression"] => regex(&fields[0].1)?,
        ["$dbPointer"] => db_pointer(&fields[0].1)?,
        // A type's key beside other keys is a mistake, not a plain document.
        _ => match names.iter().find(|name| TYPE_KEYS.contains(name)) {
            Some(name) => return Err(bad(name)),
            None => return Ok(None),
        },
    }))
}

/// The keys that stand for a type; `$regex` and `$ref` are for queries and references too.
const TYPE_KEYS: &[&str] = &[
    "$oid",
    "$numberInt",
    "$numberLong",
    "$numberDouble",
    "$numberDecimal",
    "$date",
    "$undefined",
    "$minKey",
    "$maxKey",
    "$timestamp",
    "$symbol",
    "$code",
    "$scope",
    "$binary",
    "$uuid",
    "$regularExpression",
    "$dbPointer",
];

fn is_one(json: &Json) -> bool {
    matches!(json, Json::Number(text) if text == "1")
}

fn double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => double::parse(text).filter(|number| number.is_finite()),
    }
}

/// A decimal that can be had without rounding: exchange must not change a number.
fn decimal(text: &str) -> Option<Decimal128> {
    let number = Decimal128::parse(text)?;
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_matches('0');
    let is_exact = significant.len() <= 34
        && (significant.is_empty() || !number.is_infinite() && !number.is_zero());
    is_exact.then_some(number)
}

fn hex_digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

fn object_id(text: &str) -> Option<[u8; 12]> {
    hex_digits(text)
}

fn millis(json: &Json) -> Option<i64> {
    match json {
        Json::String(text) => date::from_text(text),
        Json::Object(fields) => match fields.as_slice() {
            [(name, Json::String(text))] if name == "$numberLong" => text.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// The field of an object by name, if the object has exactly these names.
fn members<'j, const N: usize>(json: &'j Json, names: [&str; N]) -> Option<[&'j Json; N]> {
    let Json::Object(fields) = json else {
        return None;
    };
    if fields.len() != N {
        return None;
    }
    let mut found = [json; N];
    for (slot, name) in found.iter_mut().zip(names) {
        *slot = &fields.iter().find(|(field, _)| field == name)?.1;
    }
    Some(found)
}

fn timestamp(json: &Json) -> Option<Timestamp> {
    let [time, increment] = members(json, ["t", "i"])?;
    let number = |json: &Json| match json {
        Json::Number(text) => text.parse().ok(),
        _ => None,
    };
    Some(Timestamp {
        time: number(time)?,
        increment: number(increment)?,
    })
}

fn binary(json: &Json) -> Result<Value<'static>> {
    let found = members(json, ["base64", "subType"]);
    let Some([Json::String(text), Json::String(subtype)]) = found else {
        return Err(bad("$binary"));
    };
    let is_short = !subtype.is_empty() && subtype.len() <= 2;
    let subtype = u8::from_str_radix(subtype, 16).ok().filter(|_| is_short);
    match (base64(text), subtype) {
        (Some(mut bytes), Some(subtype)) => {
            if subtype == 2 {
                // The old subtype 2 repeats the length inside.
                bytes.splice(..0, (bytes.len() as u32).to_le_bytes());
            }
            let binary = BinaryRef {
                subtype,
                bytes: &bytes,
            };
            Ok(Value::copy_of(ValueRef::Binary(binary)))
        }
        _ => Err(bad("$binary")),
    }
}

fn uuid(text: &str) -> Result<Value<'static>> {
    let dashes = [8, 13, 18, 23]
        .iter()
        .all(|&at| text.get(at..at + 1) == Some("-"));
    let digits: String = text.chars().filter(|symbol| *symbol != '-').collect();
    let bytes = hex_digits::<16>(&digits).filter(|_| dashes && text.len() == 36);
    let bytes = bytes.ok_or_else(|| bad("$uuid"))?;
    Ok(Value::copy_of(ValueRef::Binary(BinaryRef {
        subtype: 4,
        bytes: &bytes,
    })))
}

fn regex(json: &Json) -> Result<Value<'static>> {
    let found = members(json, ["pattern", "options"]);
    let Some([Json::String(pattern), Json::String(options)]) = found else {
        return Err(bad("$regularExpression"));
    };
    if pattern.contains('\0') || options.contains('\0') {
        return Err(bad("$regularExpression"));
    }
    // BSON keeps the options in alphabetical order.
    let mut sorted: Vec<char> = options.chars().collect();
    sort(&mut sorted);
    let options: String = sorted.into_iter().collect();
    Ok(Value::regex(pattern, &options))
}

fn db_pointer(json: &Json) -> Result<Value<'static>> {
    let Some([Json::String(namespace), id]) = members(json, ["$ref", "$id"]) else {
        return Err(bad("$dbPointer"));
    };
    let id = match members(id, ["$oid"]) {
        Some([Json::String(text)]) => object_id(text),
        _ => None,
    };
    let id = id.ok_or_else(|| bad("$dbPointer"))?;
    Ok(Value::db_pointer(namespace, id))
}

/// Bytes of base64 text, padded.
fn base64(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 {
        return None;
    }
    let (mut bits, mut count, mut out) = (0u32, 0, Vec::with_capacity(text.len() / 4 * 3));
    for byte in digits.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}
