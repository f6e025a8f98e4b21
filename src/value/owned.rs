//! Owned documents, arrays and values: what is computed, in the same bytes as what is stored.

use std::rc::Rc;

use super::{ArrayRef, Decimal128, DocumentRef, Element, Kind, ValueRef};

/// An owned BSON document; its bytes are valid at every moment.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentBuf(Vec<u8>);

/// An owned BSON array; its bytes are valid at every moment.
#[derive(Clone, PartialEq, Eq)]
pub struct ArrayBuf {
    bytes: Vec<u8>,
    count: u32,
}

impl Default for DocumentBuf {
    fn default() -> DocumentBuf {
        DocumentBuf::new()
    }
}

impl DocumentBuf {
    /// A document without fields.
    #[inline(never)]
    pub fn new() -> DocumentBuf {
        DocumentBuf(vec![5, 0, 0, 0, 0])
    }

    /// A document without fields, with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> DocumentBuf {
        let mut bytes = Vec::with_capacity(capacity.max(5));
        bytes.extend_from_slice(&[5, 0, 0, 0, 0]);
        DocumentBuf(bytes)
    }

    /// Takes bytes that are known to be one valid document.
    pub fn from_valid(bytes: Vec<u8>) -> DocumentBuf {
        DocumentBuf(bytes)
    }

    /// Adds a field at the end. The name must not hold a zero byte.
    pub fn append<'v>(&mut self, name: &str, value: impl Into<ValueRef<'v>>) {
        self.0.pop();
        write_element(&mut self.0, name, value.into());
        close(&mut self.0, 0);
    }

    /// Adds a field as it stands in another document.
    pub fn append_element(&mut self, element: &Element<'_>) {
        self.append_raw(element.raw);
    }

    /// Adds the value of a field under another name.
    pub fn append_renamed(&mut self, name: &str, element: &Element<'_>) {
        self.0.pop();
        head(&mut self.0, element.kind, name);
        self.0.extend_from_slice(element.bytes);
        close(&mut self.0, 0);
    }

    /// Removes all fields and keeps the memory.
    pub fn clear(&mut self) {
        self.0.clear();
        self.0.extend_from_slice(&[5, 0, 0, 0, 0]);
    }

    /// Adds one or more fields as they stand in another document (type, name, value).
    pub fn append_raw(&mut self, raw: &[u8]) {
        self.0.pop();
        self.0.extend_from_slice(raw);
        close(&mut self.0, 0);
    }

    /// Adds a document that `fill` writes in place.
    pub fn append_document(&mut self, name: &str, fill: impl FnOnce(&mut DocumentWriter<'_>)) {
        self.0.pop();
        head(&mut self.0, Kind::Document, name);
        fill(&mut DocumentWriter::begin(&mut self.0));
        close(&mut self.0, 0);
    }

    /// Adds an array that `fill` writes in place.
    pub fn append_array(&mut self, name: &str, fill: impl FnOnce(&mut ArrayWriter<'_>)) {
        self.0.pop();
        head(&mut self.0, Kind::Array, name);
        fill(&mut ArrayWriter::begin(&mut self.0));
        close(&mut self.0, 0);
    }

    /// The view.
    #[inline]
    pub fn as_ref(&self) -> DocumentRef<'_> {
        DocumentRef::from_valid(&self.0)
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<DocumentRef<'_>> for DocumentBuf {
    fn from(document: DocumentRef<'_>) -> DocumentBuf {
        DocumentBuf(document.as_bytes().to_vec())
    }
}

impl Default for ArrayBuf {
    fn default() -> ArrayBuf {
        ArrayBuf::new()
    }
}

impl ArrayBuf {
    /// An array without elements.
    #[inline(never)]
    pub fn new() -> ArrayBuf {
        ArrayBuf {
            bytes: vec![5, 0, 0, 0, 0],
            count: 0,
        }
    }

    /// Adds an element at the end.
    pub fn push<'v>(&mut self, value: impl Into<ValueRef<'v>>) {
        self.bytes.pop();
        let value = value.into();
        index_head(&mut self.bytes, value.kind(), self.count);
        write_value(&mut self.bytes, value);
        self.count += 1;
        close(&mut self.bytes, 0);
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// True when there are no elements.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The view.
    pub fn as_ref(&self) -> ArrayRef<'_> {
        ArrayRef::from_valid(&self.bytes)
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl<'v, T: Into<ValueRef<'v>>> FromIterator<T> for ArrayBuf {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> ArrayBuf {
        let mut array = ArrayBuf::new();
        for value in values {
            array.push(value);
        }
        array
    }
}

/// Writes a document at the end of a buffer; it is complete when the writer is dropped.
pub struct DocumentWriter<'b> {
    out: &'b mut Vec<u8>,
    start: usize,
}

impl<'b> DocumentWriter<'b> {
    /// Opens a document at the end of `out`.
    pub fn begin(out: &'b mut Vec<u8>) -> DocumentWriter<'b> {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        DocumentWriter { out, start }
    }

    /// Adds a field. The name must not hold a zero byte.
    pub fn append<'v>(&mut self, name: &str, value: impl Into<ValueRef<'v>>) {
        write_element(self.out, name, value.into());
    }

    /// Adds a field as it stands in another document.
    pub fn append_element(&mut self, element: &Element<'_>) {
        self.out.extend_from_slice(element.raw);
    }

    /// Opens a document inside.
    pub fn document(&mut self, name: &str) -> DocumentWriter<'_> {
        head(self.out, Kind::Document, name);
        DocumentWriter::begin(self.out)
    }

    /// Opens an array inside.
    pub fn array(&mut self, name: &str) -> ArrayWriter<'_> {
        head(self.out, Kind::Array, name);
        ArrayWriter::begin(self.out)
    }

    /// The number of bytes written so far.
    pub fn len(&self) -> usize {
        self.out.len() - self.start
    }

    /// True when no field was written.
    pub fn is_empty(&self) -> bool {
        self.len() <= 4
    }
}

impl Drop for DocumentWriter<'_> {
    fn drop(&mut self) {
        close(self.out, self.start);
    }
}

/// Writes an array at the end of a buffer; it is complete when the writer is dropped.
pub struct ArrayWriter<'b> {
    out: &'b mut Vec<u8>,
    start: usize,
    count: u32,
}

impl<'b> ArrayWriter<'b> {
    /// Opens an array at the end of `out`.
    pub fn begin(out: &'b mut Vec<u8>) -> ArrayWriter<'b> {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        ArrayWriter {
            out,
            start,
            count: 0,
        }
    }

    /// Adds an element.
    pub fn push<'v>(&mut self, value: impl Into<ValueRef<'v>>) {
        let value = value.into();
        self.next_head(value.kind());
        write_value(self.out, value);
    }

    /// Opens a document inside.
    pub fn document(&mut self) -> DocumentWriter<'_> {
        self.next_head(Kind::Document);
        DocumentWriter::begin(self.out)
    }

    /// Opens an array inside.
    pub fn array(&mut self) -> ArrayWriter<'_> {
        self.next_head(Kind::Array);
        ArrayWriter::begin(self.out)
    }

    fn next_head(&mut self, kind: Kind) {
        index_head(self.out, kind, self.count);
        self.count += 1;
    }

    /// The number of bytes written so far.
    pub fn len(&self) -> usize {
        self.out.len() - self.start
    }

    /// True when no element was written.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl Drop for ArrayWriter<'_> {
    fn drop(&mut self) {
        close(self.out, self.start);
    }
}

/// Writes the closing zero and the length of the document that began at `start`.
fn close(out: &mut Vec<u8>, start: usize) {
    out.push(0);
    let length = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

fn head(out: &mut Vec<u8>, kind: Kind, name: &str) {
    debug_assert!(
        !name.as_bytes().contains(&0),
        "a field name holds a zero byte"
    );
    out.push(kind as u8);
    out.extend_from_slice(name.as_bytes());
    out.push(0);
}

/// Type and name of an array's element: the position in decimal digits.
fn index_head(out: &mut Vec<u8>, kind: Kind, index: u32) {
    out.push(kind as u8);
    let mut digits = [0u8; 10];
    let mut at = digits.len();
    let mut left = index;
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
    out.push(0);
}

fn write_element(out: &mut Vec<u8>, name: &str, value: ValueRef<'_>) {
    head(out, value.kind(), name);
    write_value(out, value);
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32 + 1).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
    out.push(0);
}

/// Writes a value's bytes, without type and name.
pub(super) fn write_value(out: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Double(number) => out.extend_from_slice(&number.to_le_bytes()),
        ValueRef::String(text) | ValueRef::Code(text) | ValueRef::Symbol(text) => {
            write_text(out, text);
        }
        ValueRef::Document(document) => out.extend_from_slice(document.as_bytes()),
        ValueRef::Array(array) => out.extend_from_slice(array.as_bytes()),
        ValueRef::Binary(binary) => {
            out.extend_from_slice(&(binary.bytes.len() as u32).to_le_bytes());
            out.push(binary.subtype);
            out.extend_from_slice(binary.bytes);
        }
        ValueRef::ObjectId(id) => out.extend_from_slice(&id),
        ValueRef::Boolean(flag) => out.push(u8::from(flag)),
        ValueRef::Date(number) | ValueRef::Int64(number) => {
            out.extend_from_slice(&number.to_le_bytes());
        }
        ValueRef::Regex(regex) => out.extend_from_slice(regex.as_bytes()),
        ValueRef::DbPointer(pointer) => out.extend_from_slice(pointer.as_bytes()),
        ValueRef::CodeWithScope(code) => out.extend_from_slice(code.as_bytes()),
        ValueRef::Int32(number) => out.extend_from_slice(&number.to_le_bytes()),
        ValueRef::Timestamp(stamp) => out.extend_from_slice(&stamp.to_bits().to_le_bytes()),
        ValueRef::Decimal128(number) => out.extend_from_slice(&number.to_bytes()),
        ValueRef::Undefined | ValueRef::Null | ValueRef::MinKey | ValueRef::MaxKey => {}
    }
}

/// A value that is borrowed from a document or was computed. Cheap to clone.
///
/// Scalars other than decimals are always [`Value::Ref`]: only what needs memory of its own is owned.
#[derive(Clone)]
pub enum Value<'a> {
    /// Borrowed, or a scalar.
    Ref(ValueRef<'a>),
    /// Computed: the kind and the value's BSON bytes.
    Owned(Kind, Rc<Vec<u8>>),
}

impl<'a> Value<'a> {
    /// Null.
    pub const NULL: Value<'static> = Value::Ref(ValueRef::Null);

    /// A string with memory of its own.
    pub fn string(text: &str) -> Value<'static> {
        let mut bytes = Vec::with_capacity(text.len() + 5);
        write_text(&mut bytes, text);
        Value::Owned(Kind::String, Rc::new(bytes))
    }

    /// A regular expression. Neither text may hold a zero byte.
    pub fn regex(pattern: &str, options: &str) -> Value<'static> {
        let bytes = [pattern.as_bytes(), &[0], options.as_bytes(), &[0]].concat();
        Value::Owned(Kind::Regex, Rc::new(bytes))
    }

    /// The deprecated reference to a document.
    pub fn db_pointer(namespace: &str, id: [u8; 12]) -> Value<'static> {
        let mut bytes = Vec::new();
        write_text(&mut bytes, namespace);
        bytes.extend_from_slice(&id);
        Value::Owned(Kind::DbPointer, Rc::new(bytes))
    }

    /// The deprecated JavaScript code with variables.
    pub fn code_with_scope(code: &str, scope: DocumentRef<'_>) -> Value<'static> {
        let mut bytes = Vec::new();
        let length = 4 + 4 + code.len() + 1 + scope.as_bytes().len();
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        write_text(&mut bytes, code);
        bytes.extend_from_slice(scope.as_bytes());
        Value::Owned(Kind::CodeWithScope, Rc::new(bytes))
    }

    /// A document with memory of its own.
    #[inline(never)]
    pub fn document(document: DocumentBuf) -> Value<'static> {
        Value::Owned(Kind::Document, Rc::new(document.into_bytes()))
    }

    /// An array with memory of its own.
    #[inline(never)]
    pub fn array(array: ArrayBuf) -> Value<'static> {
        Value::Owned(Kind::Array, Rc::new(array.into_bytes()))
    }

    /// A copy of any value, with memory of its own where it needs some.
    pub fn copy_of(value: ValueRef<'_>) -> Value<'static> {
        match value {
            ValueRef::Double(number) => Value::Ref(ValueRef::Double(number)),
            ValueRef::Undefined => Value::Ref(ValueRef::Undefined),
            ValueRef::ObjectId(id) => Value::Ref(ValueRef::ObjectId(id)),
            ValueRef::Boolean(flag) => Value::Ref(ValueRef::Boolean(flag)),
            ValueRef::Date(millis) => Value::Ref(ValueRef::Date(millis)),
            ValueRef::Null => Value::NULL,
            ValueRef::Int32(number) => Value::Ref(ValueRef::Int32(number)),
            ValueRef::Timestamp(stamp) => Value::Ref(ValueRef::Timestamp(stamp)),
            ValueRef::Int64(number) => Value::Ref(ValueRef::Int64(number)),
            ValueRef::MinKey => Value::Ref(ValueRef::MinKey),
            ValueRef::MaxKey => Value::Ref(ValueRef::MaxKey),
            ValueRef::String(_)
            | ValueRef::Document(_)
            | ValueRef::Array(_)
            | ValueRef::Binary(_)
            | ValueRef::Regex(_)
            | ValueRef::DbPointer(_)
            | ValueRef::Code(_)
            | ValueRef::Symbol(_)
            | ValueRef::CodeWithScope(_)
            | ValueRef::Decimal128(_) => {
                let mut bytes = Vec::with_capacity(match value {
                    ValueRef::String(text) => text.len() + 5,
                    ValueRef::Document(document) => document.as_bytes().len(),
                    ValueRef::Array(array) => array.as_bytes().len(),
                    _ => 16,
                });
                write_value(&mut bytes, value);
                Value::Owned(value.kind(), Rc::new(bytes))
            }
        }
    }

    /// The view.
    #[inline]
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::Ref(value) => *value,
            Value::Owned(kind, bytes) => ValueRef::decode(*kind, bytes),
        }
    }

    /// The same value, free of the document it came from.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Ref(value) => Value::copy_of(value),
            Value::Owned(kind, bytes) => Value::Owned(kind, bytes),
        }
    }

    /// The value's type.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Ref(value) => value.kind(),
            Value::Owned(kind, _) => *kind,
        }
    }

    /// Bytes held by this value itself, for memory limits.
    pub fn owned_bytes(&self) -> usize {
        match self {
            Value::Ref(_) => 0,
            Value::Owned(_, bytes) => bytes.capacity(),
        }
    }
}

impl<'a, T: Into<ValueRef<'a>>> From<T> for Value<'a> {
    fn from(value: T) -> Value<'a> {
        Value::Ref(value.into())
    }
}

impl From<Decimal128> for Value<'static> {
    fn from(number: Decimal128) -> Value<'static> {
        Value::Owned(Kind::Decimal128, Rc::new(number.to_bytes().to_vec()))
    }
}

impl<'b> From<&'b Value<'_>> for ValueRef<'b> {
    fn from(value: &'b Value<'_>) -> ValueRef<'b> {
        value.as_ref()
    }
}

impl<'b> From<&'b DocumentBuf> for ValueRef<'b> {
    fn from(document: &'b DocumentBuf) -> ValueRef<'b> {
        ValueRef::Document(document.as_ref())
    }
}

impl<'b> From<&'b ArrayBuf> for ValueRef<'b> {
    fn from(array: &'b ArrayBuf) -> ValueRef<'b> {
        ValueRef::Array(array.as_ref())
    }
}
