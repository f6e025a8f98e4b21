//! Borrowed documents and arrays: views of BSON bytes that were validated when they came in.
//!
//! Invariant: the bytes behind a [`DocumentRef`] passed [`super::validate`] or were
//! written by this crate. Reading relies on it: lengths lie inside the document and
//! strings are UTF-8.

use super::{Kind, ValueRef};

/// A view of one BSON document.
#[derive(Clone, Copy)]
pub struct DocumentRef<'a>(&'a [u8]);

/// A view of one BSON array: a document whose names do not count.
#[derive(Clone, Copy)]
pub struct ArrayRef<'a>(DocumentRef<'a>);

/// One field of a document, not yet decoded.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    /// The field's name.
    pub name: &'a str,
    /// The value's type.
    pub kind: Kind,
    /// The value's bytes, without type and name.
    pub bytes: &'a [u8],
    /// Type, name and value together: what copying the field copies.
    pub raw: &'a [u8],
}

impl<'a> Element<'a> {
    /// The decoded value.
    #[inline]
    pub fn value(&self) -> ValueRef<'a> {
        ValueRef::decode(self.kind, self.bytes)
    }
}

/// The fields of a document, in stored order.
#[derive(Clone)]
pub struct Elements<'a> {
    /// What is left, the closing zero included.
    rest: &'a [u8],
}

/// The fields of a document with their values, in stored order.
#[derive(Clone)]
pub struct DocumentIter<'a>(Elements<'a>);

/// The values of an array, in order.
#[derive(Clone)]
pub struct ArrayIter<'a>(Elements<'a>);

static EMPTY: [u8; 5] = [5, 0, 0, 0, 0];

impl<'a> DocumentRef<'a> {
    /// The document without fields.
    pub const EMPTY: DocumentRef<'static> = DocumentRef(&EMPTY);

    /// A view of bytes that are known to be one valid document (see the module's
    /// invariant). For bytes from outside use [`super::validate`].
    #[inline(always)]
    pub fn from_valid(bytes: &'a [u8]) -> DocumentRef<'a> {
        debug_assert!(bytes.len() >= 5 && bytes[bytes.len() - 1] == 0);
        DocumentRef(bytes)
    }

    /// The whole document's bytes.
    #[inline]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// True when there are no fields.
    pub fn is_empty(self) -> bool {
        self.0.len() <= 5
    }

    /// The fields, undecoded.
    #[inline]
    pub fn elements(self) -> Elements<'a> {
        Elements {
            rest: self.0.get(4..).unwrap_or(&[]),
        }
    }

    /// Names and decoded values.
    #[inline]
    pub fn iter(self) -> DocumentIter<'a> {
        DocumentIter(self.elements())
    }

    /// The first field with this name, undecoded.
    #[inline]
    pub fn element(self, name: &str) -> Option<Element<'a>> {
        self.elements().find_name(name)
    }

    /// The value of the first field with this name. `None` is missing, which is not null.
    #[inline]
    pub fn get(self, name: &str) -> Option<ValueRef<'a>> {
        self.element(name).map(|element| element.value())
    }

    /// The first field.
    pub fn first(self) -> Option<Element<'a>> {
        self.elements().next()
    }

    /// The number of fields, by walking over them.
    pub fn count(self) -> usize {
        self.elements().count()
    }
}

impl<'a> ArrayRef<'a> {
    /// The array without elements.
    pub const EMPTY: ArrayRef<'static> = ArrayRef(DocumentRef(&EMPTY));

    /// A view of bytes that are known to be one valid array.
    #[inline(always)]
    pub fn from_valid(bytes: &'a [u8]) -> ArrayRef<'a> {
        ArrayRef(DocumentRef::from_valid(bytes))
    }

    /// The whole array's bytes.
    #[inline]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0.0
    }

    /// The array as the document it is stored as.
    #[inline]
    pub fn as_document(self) -> DocumentRef<'a> {
        self.0
    }

    /// True when there are no elements.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The elements, undecoded.
    #[inline]
    pub fn elements(self) -> Elements<'a> {
        self.0.elements()
    }

    /// The decoded elements.
    #[inline]
    pub fn iter(self) -> ArrayIter<'a> {
        ArrayIter(self.elements())
    }

    /// The element at a position from zero, by walking to it.
    pub fn get(self, index: usize) -> Option<ValueRef<'a>> {
        self.elements().nth(index).map(|element| element.value())
    }

    /// The number of elements, by walking over them.
    pub fn count(self) -> usize {
        self.elements().count()
    }
}

impl<'a> Elements<'a> {
    /// The fields in bytes that begin with a field of a valid document (or its closing zero) and
    /// reach to the document's end: for going on where a walk stopped.
    #[inline(always)]
    pub fn from_valid(rest: &'a [u8]) -> Elements<'a> {
        Elements { rest }
    }

    /// Goes on to the first field with this name. Comparing before decoding makes this
    /// the fast way to one field.
    #[inline]
    pub fn find_name(&mut self, name: &str) -> Option<Element<'a>> {
        let wanted = name.as_bytes();
        let first = wanted.first().or(Some(&0));
        loop {
            let (&code, after) = self.rest.split_first()?;
            // A name ends with the first zero, so a zero at its end and its bytes before are enough.
            // The first byte tells most names apart, without a call.
            if after.get(wanted.len()) == Some(&0)
                && after.first() == first
                && after.starts_with(wanted)
            {
                return self.next();
            }
            let kind = Kind::from_code(code)?;
            let name_len = zero_in(after)?;
            let value = &after[name_len + 1..];
            self.rest = &value[value_len(kind, value)..];
        }
    }

    /// Goes on to the first field whose name is so long: `lengths` holds a bit for each length,
    /// modulo 64.
    pub fn next_of_length(&mut self, lengths: u64) -> Option<Element<'a>> {
        loop {
            let (&code, after) = self.rest.split_first()?;
            let name_len = zero_in(after)?;
            if lengths >> (name_len & 63) & 1 != 0 {
                return self.next();
            }
            let value = &after[name_len + 1..];
            self.rest = &value[value_len(Kind::from_code(code)?, value)..];
        }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        let rest = self.rest;
        let kind = Kind::from_code(*rest.first()?)?;
        let name_len = zero_in(&rest[1..])?;
        let start = name_len + 2;
        let length = value_len(kind, &rest[start..]);
        let (raw, after) = rest.split_at(start + length);
        self.rest = after;
        // SAFETY: names of validated documents are UTF-8 (the module's invariant).
        let name = unsafe { std::str::from_utf8_unchecked(&raw[1..=name_len]) };
        Some(Element {
            name,
            kind,
            bytes: &raw[start..],
            raw,
        })
    }
}

impl<'a> Iterator for DocumentIter<'a> {
    type Item = (&'a str, ValueRef<'a>);

    // Not inlined: the engine walks over documents in hundreds of places.
    #[inline(never)]
    fn next(&mut self) -> Option<(&'a str, ValueRef<'a>)> {
        let element = self.0.next()?;
        Some((element.name, element.value()))
    }
}

impl<'a> Iterator for ArrayIter<'a> {
    type Item = ValueRef<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<ValueRef<'a>> {
        Some(self.0.next()?.value())
    }
}

/// Where the first zero is. Names are short: a loop beats a search by words.
#[inline(always)]
fn zero_in(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while *bytes.get(at)? != 0 {
        at += 1;
    }
    Some(at)
}

/// The little-endian 32-bit length at the head of `bytes`.
#[inline(always)]
pub(super) fn length_at(bytes: &[u8]) -> usize {
    match bytes.first_chunk::<4>() {
        Some(&head) => u32::from_le_bytes(head) as usize,
        None => 0,
    }
}

/// The number of bytes a value takes.
#[inline(always)]
fn value_len(kind: Kind, bytes: &[u8]) -> usize {
    match kind {
        Kind::Double | Kind::Date | Kind::Timestamp | Kind::Int64 => 8,
        Kind::String | Kind::Code | Kind::Symbol => 4 + length_at(bytes),
        Kind::Document | Kind::Array | Kind::CodeWithScope => length_at(bytes),
        Kind::Binary => 5 + length_at(bytes),
        Kind::Undefined | Kind::Null | Kind::MinKey | Kind::MaxKey => 0,
        Kind::ObjectId => 12,
        Kind::Boolean => 1,
        Kind::Regex => {
            let pattern = bytes.iter().position(|&byte| byte == 0).unwrap_or(0) + 1;
            let options = bytes[pattern..]
                .iter()
                .position(|&byte| byte == 0)
                .unwrap_or(0)
                + 1;
            pattern + options
        }
        Kind::DbPointer => 4 + length_at(bytes) + 12,
        Kind::Int32 => 4,
        Kind::Decimal128 => 16,
    }
}
