//! Values to key strings.

use super::{Edge, exact, number, tag};
use crate::value::{Kind, ValueRef};

/// Builds a key, component by component. Reusable: [`KeyWriter::clear`] keeps the memory.
#[derive(Default, Clone)]
pub struct KeyWriter {
    bytes: Vec<u8>,
    types: Vec<u8>,
}

impl KeyWriter {
    /// An empty key.
    pub fn new() -> KeyWriter {
        KeyWriter::default()
    }

    /// A key that goes on after these bytes.
    pub fn over(bytes: Vec<u8>) -> KeyWriter {
        KeyWriter {
            bytes,
            types: Vec::new(),
        }
    }

    /// Starts again.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.types.clear();
    }

    /// Appends a component.
    pub fn append(&mut self, value: ValueRef<'_>, descending: bool) {
        let start = self.bytes.len();
        write(&mut self.bytes, &mut self.types, value);
        if descending {
            self.bytes[start..]
                .iter_mut()
                .for_each(|byte| *byte = !*byte);
        }
    }

    /// Appends bytes as they are (a component made by another writer, a record id).
    pub fn append_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Closes the key.
    pub fn close(&mut self, edge: Edge) {
        self.bytes.push(edge.byte());
    }

    /// The key's bytes so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The key's bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The type bytes of the components so far; empty when every number is an int and
    /// every text a string.
    pub fn types(&self) -> &[u8] {
        let default = |&byte: &u8| byte == exact::INT32_OR_STRING;
        if self.types.iter().all(default) {
            &[]
        } else {
            &self.types
        }
    }

    /// The number of bytes so far, to return to with [`KeyWriter::truncate`].
    pub fn mark(&self) -> (usize, usize) {
        (self.bytes.len(), self.types.len())
    }

    /// Drops what was appended after a mark.
    pub fn truncate(&mut self, mark: (usize, usize)) {
        self.bytes.truncate(mark.0);
        self.types.truncate(mark.1);
    }
}

/// The component of one value, ascending.
pub fn encode_one(value: ValueRef<'_>) -> Vec<u8> {
    let mut writer = KeyWriter::new();
    writer.append(value, false);
    writer.into_bytes()
}

fn write(out: &mut Vec<u8>, types: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Int32(_) | ValueRef::Int64(_) | ValueRef::Double(_) | ValueRef::Decimal128(_) => {
            number::write(out, types, value)
        }
        ValueRef::String(text) => {
            types.push(exact::INT32_OR_STRING);
            out.push(tag::STRING);
            write_text(out, text);
        }
        ValueRef::Symbol(text) => {
            types.push(exact::SYMBOL);
            out.push(tag::STRING);
            write_text(out, text);
        }
        ValueRef::ObjectId(id) => {
            out.push(tag::OBJECT_ID);
            out.extend_from_slice(&id);
        }
        ValueRef::Boolean(flag) => out.push(if flag { tag::TRUE } else { tag::FALSE }),
        ValueRef::Date(millis) => {
            out.push(tag::DATE);
            out.extend_from_slice(&((millis as u64) ^ (1 << 63)).to_be_bytes());
        }
        ValueRef::Timestamp(stamp) => {
            out.push(tag::TIMESTAMP);
            out.extend_from_slice(&stamp.to_bits().to_be_bytes());
        }
        ValueRef::Null => out.push(tag::NULL),
        ValueRef::Undefined => out.push(tag::UNDEFINED),
        ValueRef::MinKey => out.push(tag::MIN_KEY),
        ValueRef::MaxKey => out.push(tag::MAX_KEY),
        _ => write_composite(out, types, value),
    }
}

fn write_composite(out: &mut Vec<u8>, types: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Document(document) => {
            out.push(tag::DOCUMENT);
            write_fields(out, types, document);
        }
        ValueRef::Array(array) => {
            out.push(tag::ARRAY);
            for element in array.iter() {
                write(out, types, element);
            }
            out.push(0);
        }
        ValueRef::Binary(binary) => {
            out.push(tag::BINARY);
            out.extend_from_slice(&(binary.bytes.len() as u32).to_be_bytes());
            out.push(binary.subtype);
            out.extend_from_slice(binary.bytes);
        }
        ValueRef::Regex(regex) => {
            out.push(tag::REGEX);
            write_text(out, regex.pattern());
            write_text(out, regex.options());
        }
        ValueRef::DbPointer(pointer) => {
            out.push(tag::DB_POINTER);
            out.extend_from_slice(&(pointer.namespace().len() as u32).to_be_bytes());
            out.extend_from_slice(pointer.namespace().as_bytes());
            out.extend_from_slice(&pointer.id());
        }
        ValueRef::Code(code) => {
            out.push(tag::CODE);
            write_text(out, code);
        }
        ValueRef::CodeWithScope(code) => {
            out.push(tag::CODE_WITH_SCOPE);
            write_text(out, code.code());
            write_fields(out, types, code.scope());
        }
        _ => {}
    }
}

/// Fields compare by type, then name, then value: so they are written in that order.
fn write_fields(out: &mut Vec<u8>, types: &mut Vec<u8>, document: crate::value::DocumentRef<'_>) {
    for element in document.elements() {
        out.push(element.kind.order());
        write_text(out, element.name);
        write(out, types, element.value());
    }
    out.push(0);
}

/// Text ends with a zero; a zero inside is followed by 0xff, which no tag is.
fn write_text(out: &mut Vec<u8>, text: &str) {
    if !text.as_bytes().contains(&0) {
        out.extend_from_slice(text.as_bytes());
    } else {
        for &byte in text.as_bytes() {
            out.push(byte);
            if byte == 0 {
                out.push(0xff);
            }
        }
    }
    out.push(0);
}

/// The first byte of the components of a type: with [`type_end`] the bounds that keep a
/// comparison within the operand's type.
pub fn type_start(kind: Kind) -> u8 {
    match kind {
        Kind::MinKey => tag::MIN_KEY,
        Kind::Undefined => tag::UNDEFINED,
        Kind::Null => tag::NULL,
        Kind::Double | Kind::Int32 | Kind::Int64 | Kind::Decimal128 => tag::NAN,
        Kind::String | Kind::Symbol => tag::STRING,
        Kind::Document => tag::DOCUMENT,
        Kind::Array => tag::ARRAY,
        Kind::Binary => tag::BINARY,
        Kind::ObjectId => tag::OBJECT_ID,
        Kind::Boolean => tag::FALSE,
        Kind::Date => tag::DATE,
        Kind::Timestamp => tag::TIMESTAMP,
        Kind::Regex => tag::REGEX,
        Kind::DbPointer => tag::DB_POINTER,
        Kind::Code => tag::CODE,
        Kind::CodeWithScope => tag::CODE_WITH_SCOPE,
        Kind::MaxKey => tag::MAX_KEY,
    }
}

/// A byte above every component of a type and below those of the next.
pub fn type_end(kind: Kind) -> u8 {
    match kind {
        Kind::Double | Kind::Int32 | Kind::Int64 | Kind::Decimal128 => tag::POSITIVE_INFINITY + 1,
        Kind::Boolean => tag::TRUE + 1,
        _ => type_start(kind) + 1,
    }
}
