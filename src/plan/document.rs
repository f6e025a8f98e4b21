//! A document on its way through a plan or a pipeline.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use crate::expression::{Context, FieldValues, Fields, METADATA};
use crate::storage::ValueHandle;
use crate::value::{DocumentBuf, DocumentRef, DocumentWriter, Kind, Value, ValueRef};

/// A document that is stored, read where it lies, or was computed. Cheap to clone.
#[derive(Clone)]
pub enum Document {
    /// In a leaf of a snapshot, which it keeps alive.
    Stored(ValueHandle),
    Owned(Rc<DocumentBuf>),
    /// In memory that holds many.
    Packed(Rc<Vec<u8>>, u32, u32),
    /// Not read: only the record is known.
    Bare,
    /// One of which more is known than its fields.
    Known(Rc<Known>),
    /// Another one but for some fields; it is made when somebody looks at all of it.
    Changed(Rc<Changed>),
}

/// A document with other values in top-level fields.
pub struct Changed {
    base: Document,
    /// Nearly always the only one, which takes no memory of its own.
    first: (Rc<str>, New),
    others: Vec<(Rc<str>, New)>,
    /// The top-level fields of the base that anybody looks at; `None` for all.
    keep: Option<Rc<[Box<str>]>>,
    whole: OnceCell<DocumentBuf>,
}

/// The value that a field gets.
pub enum New {
    Value(Value<'static>),
    Document(Document),
    /// Bytes of the base.
    Part(Kind, Range<usize>),
}

/// A document with what is known of it, as `$meta` names it.
pub struct Known {
    document: Document,
    metadata: DocumentBuf,
}

impl Document {
    /// The view.
    #[inline(always)]
    pub fn as_ref(&self) -> DocumentRef<'_> {
        match self {
            Document::Stored(handle) => DocumentRef::from_valid(handle),
            Document::Owned(document) => document.as_ref().as_ref(),
            Document::Packed(all, start, end) => {
                let bytes = all.get(*start as usize..*end as usize);
                bytes.map_or(DocumentRef::EMPTY, DocumentRef::from_valid)
            }
            Document::Bare => DocumentRef::EMPTY,
            Document::Known(known) => known.document.as_ref(),
            Document::Changed(changed) => changed.whole().as_ref(),
        }
    }

    /// The value of a top-level field that is looked at.
    #[inline]
    pub fn field(&self, name: &str) -> Option<ValueRef<'_>> {
        match self {
            Document::Changed(changed) => changed.field(name),
            other => other.as_ref().get(name),
        }
    }

    /// Reads fields, of which those are already there whose bits are in `seen`.
    pub fn read<'a>(&'a self, fields: &Fields, seen: u64, out: &mut FieldValues<'a>) {
        match self {
            Document::Changed(changed) => changed.read(fields, seen, out),
            other => fields.read(other.as_ref(), seen, out),
        }
    }

    /// The changes, if it has some and is nobody else's.
    #[inline]
    pub fn changed_mut(&mut self) -> Option<&mut Changed> {
        match self {
            Document::Changed(changed) => Rc::get_mut(changed),
            _ => None,
        }
    }

    /// Bytes of memory that only this document takes.
    pub fn owned_bytes(&self) -> usize {
        match self {
            Document::Stored(_) | Document::Bare => 0,
            Document::Owned(document) => document.as_bytes().len(),
            Document::Packed(_, start, end) => (end - start) as usize,
            Document::Changed(changed) => changed.whole().as_bytes().len(),
            Document::Known(known) => {
                known.document.owned_bytes() + known.metadata.as_bytes().len()
            }
        }
    }

    /// What is known beside the fields.
    pub fn metadata(&self) -> Option<DocumentRef<'_>> {
        match self {
            Document::Known(known) => Some(known.metadata.as_ref()),
            _ => None,
        }
    }

    /// The document with more that is known of it; the new hides the old of the same name.
    #[must_use]
    pub fn knowing(self, mut metadata: DocumentBuf) -> Document {
        let (document, old) = match self {
            Document::Known(known) => (known.document.clone(), Some(known)),
            other => (other, None),
        };
        for (name, value) in old.iter().flat_map(|old| old.metadata.as_ref().iter()) {
            if metadata.as_ref().get(name).is_none() {
                metadata.append(name, value);
            }
        }
        Document::Known(Rc::new(Known { document, metadata }))
    }

    /// What became of the document: another one, of which the same is known.
    #[inline]
    #[must_use]
    pub fn turned_into(&self, document: DocumentBuf) -> Document {
        match self.metadata() {
            None => document.into(),
            Some(metadata) => Document::from(document).knowing(metadata.into()),
        }
    }

    /// The context in which expressions see what is known of the document.
    #[inline]
    pub fn context<'c>(&self, context: &'c Context) -> Cow<'c, Context> {
        match self.metadata() {
            None => Cow::Borrowed(context),
            Some(metadata) => {
                let known = Value::document(metadata.into());
                Cow::Owned(context.with_variable(METADATA, known))
            }
        }
    }
}

impl Changed {
    /// The document with these values in top-level fields: in the place of what is there, else at
    /// the end.
    pub fn new(
        base: Document,
        first: (Rc<str>, New),
        others: Vec<(Rc<str>, New)>,
        keep: Option<Rc<[Box<str>]>>,
    ) -> Changed {
        Changed {
            base,
            first,
            others,
            keep,
            whole: OnceCell::new(),
        }
    }

    /// Becomes one of another document, of which the same fields are kept.
    pub fn renew(&mut self, base: Document, first: (Rc<str>, New), others: Vec<(Rc<str>, New)>) {
        self.base = base;
        self.first = first;
        self.others = others;
        self.whole.take();
    }

    /// Sets another value of the first field.
    pub fn set(&mut self, value: New) {
        self.first.1 = value;
        self.whole.take();
    }

    fn fields(&self) -> impl Iterator<Item = &(Rc<str>, New)> {
        std::iter::once(&self.first).chain(&self.others)
    }

    #[inline]
    fn value<'a>(&'a self, new: &'a New) -> ValueRef<'a> {
        match new {
            New::Value(value) => value.as_ref(),
            New::Document(document) => ValueRef::Document(document.as_ref()),
            New::Part(kind, range) => {
                let bytes = self.base.as_ref().as_bytes();
                ValueRef::decode(*kind, bytes.get(range.clone()).unwrap_or_default())
            }
        }
    }

    fn field(&self, name: &str) -> Option<ValueRef<'_>> {
        match self.fields().find(|(changed, _)| **changed == *name) {
            Some((_, new)) => Some(self.value(new)),
            None => self.base.field(name),
        }
    }

    fn read<'a>(&'a self, fields: &Fields, mut seen: u64, out: &mut FieldValues<'a>) {
        self.read_new(&self.first, fields, &mut seen, out);
        for other in &self.others {
            self.read_new(other, fields, &mut seen, out);
        }
        if !fields.are_all(seen) {
            self.base.read(fields, seen, out);
        }
    }

    #[inline(always)]
    fn read_new<'a>(
        &'a self,
        (name, new): &'a (Rc<str>, New),
        fields: &Fields,
        seen: &mut u64,
        out: &mut FieldValues<'a>,
    ) {
        let bit = fields.bit_of(name);
        if bit & !*seen != 0 {
            fields.read_value(bit, self.value(new), out);
        }
        *seen |= bit;
    }

    fn whole(&self) -> &DocumentBuf {
        self.whole.get_or_init(|| {
            let base = self.base.as_ref();
            let mut bytes = Vec::with_capacity(match self.keep {
                Some(_) => 256,
                None => base.as_bytes().len() + 32,
            });
            let mut out = DocumentWriter::begin(&mut bytes);
            for element in base.elements() {
                let is_kept = |keep: &Rc<[Box<str>]>| keep.iter().any(|k| **k == *element.name);
                if let Some((name, new)) = self.fields().find(|field| *field.0 == *element.name) {
                    out.append(name, self.value(new));
                } else if self.keep.as_ref().is_none_or(is_kept) {
                    out.append_element(&element);
                }
            }
            let is_new = |field: &&(Rc<str>, New)| base.element(&field.0).is_none();
            for (name, new) in self.fields().filter(is_new) {
                out.append(name, self.value(new));
            }
            drop(out);
            DocumentBuf::from_valid(bytes)
        })
    }
}

impl From<DocumentBuf> for Document {
    fn from(document: DocumentBuf) -> Document {
        Document::Owned(Rc::new(document))
    }
}

/// A document and the record it came from.
#[derive(Clone)]
pub struct Row {
    pub document: Document,
    /// The record's id; zero if the document is not a stored one.
    pub record: u64,
}

impl From<Document> for Row {
    fn from(document: Document) -> Row {
        Row {
            document,
            record: 0,
        }
    }
}

impl From<DocumentBuf> for Row {
    fn from(document: DocumentBuf) -> Row {
        Row {
            document: document.into(),
            record: 0,
        }
    }
}
