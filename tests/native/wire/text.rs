//! Values as short text for people: the type of a number can be seen from its form.

use super::bson::Value;
use super::decimal;
use super::json::quote;

/// At most this many bytes of a value are shown.
const SHOWN_BYTES_MAX: usize = 1500;

/// `1` is an int, `1L` a long, `1.0` a double; the rest is named.
pub fn show(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    cut(out, SHOWN_BYTES_MAX)
}

/// Cuts long text and says how long it was.
pub fn cut(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        let whole = text.len();
        let end = (0..=bytes_max)
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or(0);
        text.truncate(end);
        text.push_str(&format!("... ({whole} bytes)"));
    }
    text
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write_fields(fields: &[(String, Value)], out: &mut String) {
    out.push('{');
    for (position, (key, value)) in fields.iter().enumerate() {
        if position > 0 {
            out.push_str(", ");
        }
        if !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_alphanumeric() || "_$.".contains(c))
        {
            out.push_str(key);
        } else {
            quote(key, out);
        }
        out.push_str(": ");
        write(value, out);
    }
    out.push('}');
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Double(number) => out.push_str(&format!("{number:?}")),
        Value::String(text) => quote(text, out),
        Value::Document(fields) => write_fields(fields, out),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Binary(subtype, bytes) => {
            out.push_str(&format!("BinData({subtype}, \"{}\")", hex(bytes)))
        }
        Value::Undefined => out.push_str("undefined"),
        Value::ObjectId(id) => out.push_str(&format!("ObjectId(\"{}\")", hex(id))),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Date(millis) => out.push_str(&format!("Date({millis})")),
        Value::Null => out.push_str("null"),
        Value::Regex(pattern, options) => out.push_str(&format!("/{pattern}/{options}")),
        Value::DbPointer(namespace, id) => {
            out.push_str(&format!("DBPointer({namespace}, {})", hex(id)))
        }
        Value::Code(code) => named("Code", code, out),
        Value::Symbol(text) => named("Symbol", text, out),
        Value::CodeWithScope(code, scope) => {
            named("Code", code, out);
            write_fields(scope, out);
        }
        Value::Int32(number) => out.push_str(&number.to_string()),
        Value::Timestamp(seconds, increment) => {
            out.push_str(&format!("Timestamp({seconds}, {increment})"))
        }
        Value::Int64(number) => out.push_str(&format!("{number}L")),
        Value::Decimal(bytes) => out.push_str(&format!("Decimal({})", decimal::to_text(bytes))),
        Value::MinKey => out.push_str("MinKey"),
        Value::MaxKey => out.push_str("MaxKey"),
        Value::Approx { value, tolerance } => out.push_str(&format!("{value:?}±{tolerance:?}")),
    }
}

fn named(name: &str, text: &str, out: &mut String) {
    out.push_str(name);
    out.push('(');
    quote(text, out);
    out.push(')');
}

#[test]
fn the_form_of_a_number_tells_its_type() {
    let numbers = [
        Value::Int32(1),
        Value::Int64(1),
        Value::Double(1.0),
        Value::Double(-0.0),
    ];
    assert_eq!(show(&Value::Array(numbers.to_vec())), "[1, 1L, 1.0, -0.0]");
}
