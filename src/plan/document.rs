//! A document on its way through a plan or a pipeline.

use std::rc::Rc;

use crate::storage::ValueHandle;
use crate::value::{DocumentBuf, DocumentRef};

/// A document that is stored, read where it lies, or was computed. Cheap to clone.
#[derive(Clone)]
pub enum Document {
    /// In a leaf of a snapshot, which it keeps alive.
    Stored(ValueHandle),
    Owned(Rc<DocumentBuf>),
    /// Not read: only the record is known.
    Bare,
}

impl Document {
    /// The view.
    #[inline]
    pub fn as_ref(&self) -> DocumentRef<'_> {
        match self {
            Document::Stored(handle) => DocumentRef::from_valid(handle),
            Document::Owned(document) => document.as_ref().as_ref(),
            Document::Bare => DocumentRef::EMPTY,
        }
    }

    /// Bytes of memory that only this document takes.
    pub fn owned_bytes(&self) -> usize {
        match self {
            Document::Stored(_) | Document::Bare => 0,
            Document::Owned(document) => document.as_bytes().len(),
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
