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
            rest: &self.0[self.0.len().min(4)..],
        }
    }

    /// Names and decoded values. (Not inlined: most of what calls it reads options, in two hundred places.)
    #[inline(never)]
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
    #[inline(never)]
    pub fn find_name(&mut self, name: &str) -> Option<Element<'a>> {
        let wanted = name.as_bytes();
        let first = wanted.first().or(Some(&0));
        loop {
            let element = self.step()?;
            // The length and the first byte tell most names apart.
            if element.name_len == wanted.len()
                && element.raw.get(1) == first
                && are_equal(&element.raw[1..=wanted.len()], wanted)
            {
                return element.decoded();
            }
        }
    }

    /// Goes on to the first field whose name is so long: `lengths` holds a bit for each length,
    /// modulo 64.
    #[inline(always)]
    pub fn next_of_length(&mut self, lengths: u64) -> Option<Element<'a>> {
        loop {
            let element = self.step()?;
            if lengths >> (element.name_len & 63) & 1 != 0 {
                return element.decoded();
            }
        }
    }

    #[inline(always)]
    fn step(&mut self) -> Option<Step<'a>> {
        let rest = self.rest;
        let (&code, after) = rest.split_first()?;
        let name_len = zero_in(after)?;
        let start = name_len + 2;
        let (raw, after) = rest.split_at_checked(start + value_len(code, rest.get(start..)?)?)?;
        self.rest = after;
        Some(Step { name_len, raw })
    }
}

/// A field that a walk comes by: nearly all are passed over.
struct Step<'a> {
    name_len: usize,
    raw: &'a [u8],
}

impl<'a> Step<'a> {
    #[inline(always)]
    fn decoded(self) -> Option<Element<'a>> {
        let raw = self.raw;
        let (name, bytes) = raw.get(1..)?.split_at_checked(self.name_len)?;
        // SAFETY: names of validated documents are UTF-8 (the module's invariant).
        let name = unsafe { std::str::from_utf8_unchecked(name) };
        Some(Element {
            name,
            kind: Kind::from_code(*raw.first()?)?,
            bytes: bytes.get(1..)?,
            raw,
        })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    // Not inlined: the engine walks over documents in hundreds of places.
    #[inline(never)]
    fn next(&mut self) -> Option<Element<'a>> {
        self.step()?.decoded()
    }
}

impl<'a> Iterator for DocumentIter<'a> {
    type Item = (&'a str, ValueRef<'a>);

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

/// Where the first zero is. Eight bytes are looked at together, without a branch for each length that a
/// name has.
#[inline(always)]
fn zero_in(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) else {
            return zero_at_end(bytes, at);
        };
        match zero_of(word) {
            Some(found) => return Some(at + found),
            None => at += 8,
        }
    }
}

#[inline(always)]
fn zero_of(bytes: &[u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    let word = u64::from_le_bytes(*bytes);
    // The lowest of these bits is that of the first zero byte.
    let zeros = word.wrapping_sub(ONES) & !word & (ONES << 7);
    (zeros != 0).then_some(zeros.trailing_zeros() as usize / 8)
}

/// Byte by byte: in the last bytes of a document, where there are not eight.
#[inline(never)]
fn zero_at_end(bytes: &[u8], mut at: usize) -> Option<usize> {
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

/// Of each type how many bytes a value takes: so many, and those that its first four bytes count if
/// [`COUNTED`] is set.
static SIZES: [u8; 256] = {
    let mut sizes = [OTHER; 256];
    let mut at = 0;
    while at < KINDS.len() {
        sizes[KINDS[at].0 as usize] = KINDS[at].1;
        at += 1;
    }
    sizes
};

const COUNTED: u8 = 0x80;
/// A regular expression, or no type at all.
const OTHER: u8 = 0xff;

const KINDS: [(Kind, u8); 20] = [
    (Kind::Double, 8),
    (Kind::String, COUNTED | 4),
    (Kind::Document, COUNTED),
    (Kind::Array, COUNTED),
    (Kind::Binary, COUNTED | 5),
    (Kind::Undefined, 0),
    (Kind::ObjectId, 12),
    (Kind::Boolean, 1),
    (Kind::Date, 8),
    (Kind::Null, 0),
    (Kind::DbPointer, COUNTED | 16),
    (Kind::Code, COUNTED | 4),
    (Kind::Symbol, COUNTED | 4),
    (Kind::CodeWithScope, COUNTED),
    (Kind::Int32, 4),
    (Kind::Timestamp, 8),
    (Kind::Int64, 8),
    (Kind::Decimal128, 16),
    (Kind::MinKey, 0),
    (Kind::MaxKey, 0),
];

/// Eight bytes at a time, the last of which may have been compared before: for short texts less than the call of what
/// goes byte by byte.
#[inline(always)]
pub fn are_equal(one: &[u8], two: &[u8]) -> bool {
    if one.len() != two.len() {
        return false;
    }
    if let (Some(last), Some(other)) = (one.last_chunk::<8>(), two.last_chunk::<8>()) {
        let (mut at, mut differ) = (0, word(last) ^ word(other));
        while differ == 0 && at + 8 < one.len() {
            match (one[at..].first_chunk(), two[at..].first_chunk()) {
                (Some(one), Some(two)) => differ = word(one) ^ word(two),
                _ => return false,
            }
            at += 8;
        }
        return differ == 0;
    }
    let mut at = 0;
    while at < one.len() && one[at] == two[at] {
        at += 1;
    }
    at == one.len()
}

#[inline(always)]
fn word(bytes: &[u8; 8]) -> u64 {
    u64::from_le_bytes(*bytes)
}

/// The number of bytes a value of the type with this code takes.
#[inline(always)]
fn value_len(code: u8, bytes: &[u8]) -> Option<usize> {
    let size = SIZES[usize::from(code)];
    if size == OTHER {
        return regex_len(code, bytes);
    }
    let counted = length_at(bytes) * usize::from(size >> 7);
    Some(usize::from(size & !COUNTED) + counted)
}

#[cold]
fn regex_len(code: u8, bytes: &[u8]) -> Option<usize> {
    if code != Kind::Regex as u8 {
        return None;
    }
    let options = zero_at_end(bytes, 0)? + 1;
    Some(zero_at_end(bytes, options)? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_equal_in_every_place() {
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).collect();
            assert!(are_equal(&bytes, &bytes.clone()));
            for place in 0..bytes.len() {
                let mut other = bytes.clone();
                other[place] ^= 64;
                assert!(!are_equal(&bytes, &other), "{length} {place}");
                assert!(!are_equal(&bytes, &bytes[..place]));
            }
        }
    }
}
