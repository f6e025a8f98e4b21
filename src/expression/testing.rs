//! For unit tests: expressions, documents and expected values as short texts.
//!
//! The notation is JSON with unquoted names, single quotes, `1` for int, `1L` for long,
//! `1.0` for double, `1m` for decimal, `date(1)` in milliseconds, and `NaN`, `Infinity`.
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use super::{Context, Expression, ParseScope, Scope};
use crate::env::FixedEnv;
use crate::error::Result;
use crate::value::{ArrayBuf, Decimal128, DocumentBuf, Value, ValueRef};

/// Parses a text in the notation above.
pub(crate) fn value(text: &str) -> Value<'static> {
    let mut reader = Reader { text };
    let value = reader.value();
    reader.space();
    assert!(reader.text.is_empty(), "left over: {}", reader.text);
    value
}

/// Parses a document in the notation above.
pub(crate) fn document(text: &str) -> DocumentBuf {
    DocumentBuf::from(value(text).as_ref().as_document().unwrap())
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.text = self.text.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        match self.text.strip_prefix(token) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn quoted(&mut self) -> Option<String> {
        self.space();
        let quote = self
            .text
            .chars()
            .next()
            .filter(|first| matches!(first, '\'' | '"'))?;
        let end = self.text[1..].find(quote).unwrap() + 1;
        let text = self.text[1..end].replace("\\n", "\n").replace("\\0", "\0");
        self.text = &self.text[end + 1..];
        Some(text)
    }

    fn word(&mut self) -> String {
        self.space();
        let end = self
            .text
            .find([',', ':', ']', '}', '(', ')', ' '])
            .unwrap_or(self.text.len());
        let word = self.text[..end].to_owned();
        self.text = &self.text[end..];
        word
    }

    fn value(&mut self) -> Value<'static> {
        if self.take("{") {
            let mut document = DocumentBuf::new();
            while !self.take("}") {
                let name = self.quoted().unwrap_or_else(|| self.word());
                assert!(self.take(":"));
                document.append(&name, &self.value());
                self.take(",");
            }
            return Value::document(document);
        }
        if self.take("[") {
            let mut array = ArrayBuf::new();
            while !self.take("]") {
                array.push(&self.value());
                self.take(",");
            }
            return Value::array(array);
        }
        if let Some(text) = self.quoted() {
            return Value::string(&text);
        }
        let word = self.word();
        let scalar = match word.as_str() {
            "null" => ValueRef::Null,
            "undefined" => ValueRef::Undefined,
            "true" => ValueRef::Boolean(true),
            "false" => ValueRef::Boolean(false),
            "NaN" => ValueRef::Double(f64::NAN),
            "Infinity" => ValueRef::Double(f64::INFINITY),
            "-Infinity" => ValueRef::Double(f64::NEG_INFINITY),
            "MinKey" => ValueRef::MinKey,
            "MaxKey" => ValueRef::MaxKey,
            "date" => {
                assert!(self.take("("));
                let millis = self.word().parse().unwrap();
                assert!(self.take(")"));
                ValueRef::Date(millis)
            }
            number => return parse_number(number),
        };
        Value::copy_of(scalar)
    }
}

fn parse_number(word: &str) -> Value<'static> {
    if let Some(long) = word.strip_suffix('L') {
        return long.parse::<i64>().unwrap().into();
    }
    if let Some(decimal) = word.strip_suffix('m') {
        return Decimal128::parse(decimal).unwrap().into();
    }
    match word.parse::<i32>() {
        Ok(int) => int.into(),
        Err(_) => word.parse::<f64>().unwrap().into(),
    }
}

fn run(expression: &str, input: &str) -> Result<Option<Value<'static>>> {
    let context = Context::new(Rc::new(FixedEnv::new(1_000, 7)));
    let expression = Expression::parse(value(expression).as_ref(), &ParseScope::of(&context))?;
    let input = document(input);
    let result = expression.evaluate(&Scope::new(input.as_ref(), &context))?;
    Ok(result.map(Value::into_owned))
}

/// The expression gives this value, with exactly these bytes.
#[track_caller]
pub(crate) fn check(expression: &str, input: &str, expected: &str) {
    let result = match run(expression, input) {
        Ok(result) => result,
        Err(error) => panic!("{expression}: {error}"),
    };
    let Some(result) = result else {
        panic!("{expression}: missing")
    };
    let bytes = |value: &Value<'_>| [value].into_iter().collect::<ArrayBuf>().into_bytes();
    let expected_value = value(expected);
    assert!(
        bytes(&result) == bytes(&expected_value),
        "{expression} on {input} gives {} of kind {}, expected {expected}",
        show(result.as_ref()),
        result.kind().alias(),
    );
}

/// The expression gives nothing.
#[track_caller]
pub(crate) fn check_missing(expression: &str, input: &str) {
    match run(expression, input) {
        Ok(None) => {}
        Ok(Some(value)) => panic!("{expression}: {}", show(value.as_ref())),
        Err(error) => panic!("{expression}: {error}"),
    }
}

/// The expression fails with this code, when it is parsed or evaluated.
#[track_caller]
pub(crate) fn check_error(expression: &str, input: &str, code: i32) {
    match run(expression, input) {
        Err(error) => assert_eq!(error.code(), code, "{expression}: {error}"),
        Ok(None) => panic!("{expression}: missing"),
        Ok(Some(value)) => panic!("{expression}: {}", show(value.as_ref())),
    }
}

pub(crate) fn show(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Double(number) => format!("{number:?}"),
        ValueRef::String(text) => format!("{text:?}"),
        ValueRef::Document(document) => {
            let fields = document
                .iter()
                .map(|(name, value)| format!("{name}: {}", show(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        ValueRef::Array(array) => {
            format!(
                "[{}]",
                array.iter().map(show).collect::<Vec<_>>().join(", ")
            )
        }
        ValueRef::Boolean(flag) => flag.to_string(),
        ValueRef::Int32(number) => number.to_string(),
        ValueRef::Int64(number) => format!("{number}L"),
        ValueRef::Decimal128(number) => format!("{number}m"),
        ValueRef::Date(millis) => format!("date({millis})"),
        other => other.kind().alias().to_owned(),
    }
}
