//! Values as text for people, in the manner of the shell: `{ a: 1, b: [ "x" ] }`.
//!
//! For error messages; for exchange there is Extended JSON.

use std::fmt::{self, Debug, Display, Formatter, Write};

use super::double::double_text;
use super::{ArrayBuf, ArrayRef, Decimal, DocumentBuf, DocumentRef, Value, ValueRef};

fn hex(out: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
}

fn quoted(out: &mut Formatter<'_>, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for symbol in text.chars() {
        match symbol {
            '"' | '\\' => {
                out.write_char('\\')?;
                out.write_char(symbol)?;
            }
            '\n' => out.write_str("\\n")?,
            _ => out.write_char(symbol)?,
        }
    }
    out.write_char('"')
}

fn double(out: &mut Formatter<'_>, number: f64) -> fmt::Result {
    if number.is_infinite() {
        return out.write_str(if number > 0.0 { "inf" } else { "-inf" });
    }
    if number.is_nan() {
        return out.write_str("nan.0");
    }
    out.write_str(&double_text(number))?;
    let has_point = number.trunc() != number || number.abs() >= 1e16;
    out.write_str(if has_point { "" } else { ".0" })
}

impl Display for ValueRef<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            ValueRef::Double(number) => double(out, number),
            ValueRef::String(text) => quoted(out, text),
            ValueRef::Document(document) => Display::fmt(&document, out),
            ValueRef::Array(array) => Display::fmt(&array, out),
            ValueRef::Binary(binary) => {
                write!(out, "BinData({}, ", binary.subtype)?;
                hex(out, binary.bytes)?;
                out.write_char(')')
            }
            ValueRef::Undefined => out.write_str("undefined"),
            ValueRef::ObjectId(id) => {
                out.write_str("ObjectId('")?;
                hex(out, &id)?;
                out.write_str("')")
            }
            ValueRef::Boolean(flag) => write!(out, "{flag}"),
            ValueRef::Date(millis) => write!(out, "new Date({millis})"),
            ValueRef::Null => out.write_str("null"),
            ValueRef::Regex(regex) => write!(out, "/{}/{}", regex.pattern(), regex.options()),
            ValueRef::DbPointer(pointer) => {
                write!(out, "DBRef('{}', ", pointer.namespace())?;
                hex(out, &pointer.id())?;
                out.write_char(')')
            }
            ValueRef::Code(code) => out.write_str(code),
            ValueRef::Symbol(text) => quoted(out, text),
            ValueRef::CodeWithScope(code) => {
                write!(out, "CodeWScope( {}, {})", code.code(), code.scope())
            }
            ValueRef::Int32(number) => write!(out, "{number}"),
            ValueRef::Timestamp(stamp) => {
                write!(out, "Timestamp({}, {})", stamp.time, stamp.increment)
            }
            ValueRef::Int64(number) => write!(out, "{number}"),
            ValueRef::Decimal128(number) => match number.decode() {
                Decimal::NaN => out.write_str("NaN"),
                Decimal::Infinity { negative: false } => out.write_str("Infinity"),
                Decimal::Infinity { negative: true } => out.write_str("-Infinity"),
                Decimal::Finite {
                    negative,
                    coefficient,
                    exponent,
                } => {
                    let sign = if negative { "-" } else { "" };
                    write!(out, "{sign}{coefficient}E{exponent}")
                }
            },
            ValueRef::MinKey => out.write_str("MinKey"),
            ValueRef::MaxKey => out.write_str("MaxKey"),
        }
    }
}

impl Display for DocumentRef<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return out.write_str("{}");
        }
        let mut separator = "{ ";
        for (name, value) in self.iter() {
            write!(out, "{separator}{name}: {value}")?;
            separator = ", ";
        }
        out.write_str(" }")
    }
}

impl Display for ArrayRef<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return out.write_str("[]");
        }
        let mut separator = "[ ";
        for value in self.iter() {
            write!(out, "{separator}{value}")?;
            separator = ", ";
        }
        out.write_str(" ]")
    }
}

macro_rules! through_view {
    ($($owner:ty),*) => {
        $(impl Display for $owner {
            fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
                Display::fmt(&self.as_ref(), out)
            }
        })*
    };
}

through_view!(Value<'_>, DocumentBuf, ArrayBuf);

macro_rules! debug_as_display {
    ($($shown:ty),*) => {
        $(impl Debug for $shown {
            fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
                Display::fmt(self, out)
            }
        })*
    };
}

debug_as_display!(
    ValueRef<'_>,
    DocumentRef<'_>,
    ArrayRef<'_>,
    Value<'_>,
    DocumentBuf,
    ArrayBuf
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_values_as_the_shell_does() {
        let mut document = DocumentBuf::new();
        document.append("a", 1);
        document.append("b", "x\"y");
        document.append_array("c", |list| {
            list.push(1.5);
            list.push(2.0);
        });
        assert_eq!(
            document.to_string(),
            r#"{ a: 1, b: "x\"y", c: [ 1.5, 2.0 ] }"#
        );
        assert_eq!(DocumentBuf::new().to_string(), "{}");
    }
}
