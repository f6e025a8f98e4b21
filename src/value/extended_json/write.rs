//! BSON to Extended JSON.

use std::fmt::Write as _;

use super::date;
use crate::value::double::json_text;
use crate::value::{ArrayRef, DocumentRef, ValueRef};

/// How exact the text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Every type is kept.
    Canonical,
    /// Numbers and usual dates are written plainly.
    Relaxed,
}

/// A document as text, on one line.
pub fn write(document: DocumentRef<'_>, mode: Mode) -> String {
    let mut writer = Writer {
        out: String::new(),
        mode,
    };
    writer.document(document);
    writer.out
}

/// A value as text.
pub(super) fn write_value(value: ValueRef<'_>, mode: Mode) -> String {
    let mut writer = Writer {
        out: String::new(),
        mode,
    };
    writer.value(value);
    writer.out
}

/// A string in quotes, as in JSON.
pub fn quoted(text: &str) -> String {
    let mut writer = Writer {
        out: String::new(),
        mode: Mode::Relaxed,
    };
    writer.text(text);
    writer.out
}

struct Writer {
    out: String,
    mode: Mode,
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Writer {
    fn document(&mut self, document: DocumentRef<'_>) {
        self.out.push('{');
        for (at, (name, value)) in document.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.name(name);
            self.value(value);
        }
        self.out.push('}');
    }

    fn array(&mut self, array: ArrayRef<'_>) {
        self.out.push('[');
        for (at, value) in array.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.value(value);
        }
        self.out.push(']');
    }

    fn name(&mut self, name: &str) {
        self.text(name);
        self.out.push(':');
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for symbol in text.chars() {
            match symbol {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                control if control < ' ' => {
                    let _ = write!(self.out, "\\u{:04x}", control as u32);
                }
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }

    /// `{"name": "text"}`.
    fn wrapped(&mut self, name: &str, text: &str) {
        self.out.push('{');
        self.name(name);
        self.text(text);
        self.out.push('}');
    }

    fn value(&mut self, value: ValueRef<'_>) {
        let relaxed = self.mode == Mode::Relaxed;
        match value {
            ValueRef::Double(number) if relaxed && number.is_finite() => {
                self.out.push_str(&json_text(number));
            }
            ValueRef::Double(number) => self.wrapped("$numberDouble", &json_text(number)),
            ValueRef::String(text) => self.text(text),
            ValueRef::Document(document) => self.document(document),
            ValueRef::Array(array) => self.array(array),
            ValueRef::Undefined => self.out.push_str("{\"$undefined\":true}"),
            ValueRef::ObjectId(id) => self.wrapped("$oid", &hex(&id)),
            ValueRef::Boolean(flag) => self.out.push_str(if flag { "true" } else { "false" }),
            ValueRef::Date(millis) => self.date(millis),
            ValueRef::Null => self.out.push_str("null"),
            ValueRef::Code(code) => self.wrapped("$code", code),
            ValueRef::Symbol(text) => self.wrapped("$symbol", text),
            ValueRef::Int32(number) if relaxed => self.out.push_str(&number.to_string()),
            ValueRef::Int32(number) => self.wrapped("$numberInt", &number.to_string()),
            ValueRef::Int64(number) if relaxed => self.out.push_str(&number.to_string()),
            ValueRef::Int64(number) => self.wrapped("$numberLong", &number.to_string()),
            ValueRef::Decimal128(number) => self.wrapped("$numberDecimal", &number.to_string()),
            ValueRef::MinKey => self.out.push_str("{\"$minKey\":1}"),
            ValueRef::MaxKey => self.out.push_str("{\"$maxKey\":1}"),
            _ => self.composite(value),
        }
    }

    fn composite(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Binary(binary) => {
                self.out.push_str("{\"$binary\":{\"base64\":\"");
                // The old subtype 2 repeats the length inside, which the text leaves out.
                let skip = if binary.subtype == 2 { 4 } else { 0 };
                base64(binary.bytes.get(skip..).unwrap_or_default(), &mut self.out);
                let _ = write!(self.out, "\",\"subType\":\"{:02x}\"}}}}", binary.subtype);
            }
            ValueRef::Regex(regex) => {
                self.out.push_str("{\"$regularExpression\":{\"pattern\":");
                self.text(regex.pattern());
                self.out.push_str(",\"options\":");
                self.text(regex.options());
                self.out.push_str("}}");
            }
            ValueRef::DbPointer(pointer) => {
                self.out.push_str("{\"$dbPointer\":{\"$ref\":");
                self.text(pointer.namespace());
                self.out.push_str(",\"$id\":");
                self.wrapped("$oid", &hex(&pointer.id()));
                self.out.push_str("}}");
            }
            ValueRef::CodeWithScope(code) => {
                self.out.push_str("{\"$code\":");
                self.text(code.code());
                self.out.push_str(",\"$scope\":");
                self.document(code.scope());
                self.out.push('}');
            }
            ValueRef::Timestamp(stamp) => {
                let (time, increment) = (stamp.time, stamp.increment);
                let _ = write!(
                    self.out,
                    "{{\"$timestamp\":{{\"t\":{time},\"i\":{increment}}}}}"
                );
            }
            _ => {}
        }
    }

    fn date(&mut self, millis: i64) {
        let text = (self.mode == Mode::Relaxed)
            .then(|| date::to_text(millis))
            .flatten();
        match text {
            Some(text) => self.wrapped("$date", &text),
            None => {
                self.out.push_str("{\"$date\":");
                self.wrapped("$numberLong", &millis.to_string());
                self.out.push('}');
            }
        }
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8], out: &mut String) {
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() {
                digit as char
            } else {
                '='
            });
        }
    }
}
