//! A document on its way through a plan or a pipeline.

use std::borrow::Cow;
use std::rc::Rc;

use crate::expression::{Context, METADATA};
use crate::storage::ValueHandle;
use crate::value::{DocumentBuf, DocumentRef, Value};

/// A document that is stored, read where it lies, or was computed. Cheap to clone.
#[derive(Clone)]
pub enum Document {
    /// In a leaf of a snapshot, which it keeps alive.
    Stored(ValueHandle),
    Owned(Rc<DocumentBuf>),
    /// Not read: only the record is known.
    Bare,
    /// One of which more is known than its fields.
    Known(Rc<Known>),
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
            Document::Bare => DocumentRef::EMPTY,
            Document::Known(known) => known.document.as_ref(),
        }
    }

    /// Bytes of memory that only this document takes.
    pub fn owned_bytes(&self) -> usize {
        match self {
            Document::Stored(_) | Document::Bare => 0,
            Document::Owned(document) => document.as_bytes().len(),
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
