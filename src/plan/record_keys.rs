//! RETURN_KEY, and the field `$recordId`: what a find tells of where a document was found.
//!
//! Source: the manual, "cursor.returnKey" and "cursor.showRecordId".

use super::Row;
use super::index_scan::KeyRange;
use super::stream::{BoxStream, Statistics, Stream, note};
use crate::error::Result;
use crate::expression::Context;
use crate::index::{Index, KeySet};
use crate::keystring::decode;
use crate::value::{DocumentBuf, DocumentRef};

/// The keys by which an index gave documents.
#[derive(Default)]
pub(super) struct ReadKeys {
    /// The index that is read, and the part of it.
    index: Option<(Index, Vec<KeyRange>)>,
    keys: KeySet,
}

/// Gives the index key of each document in its place; an empty document without an index.
pub struct ReturnKey {
    input: BoxStream,
    keys: ReadKeys,
    statistics: Statistics,
}

impl ReturnKey {
    /// Of rows that hold whole documents.
    pub(super) fn new(input: BoxStream, keys: ReadKeys) -> ReturnKey {
        ReturnKey {
            input,
            keys,
            statistics: Statistics::default(),
        }
    }
}

impl ReadKeys {
    /// Of a part of an index.
    pub(super) fn new(index: &Index, ranges: &[KeyRange]) -> ReadKeys {
        ReadKeys {
            index: Some((index.clone(), ranges.to_vec())),
            keys: KeySet::default(),
        }
    }

    /// The first key of a document that lies in the ranges: the one it was found by.
    pub(super) fn key(&mut self, document: DocumentRef<'_>) -> Result<Option<DocumentBuf>> {
        let Some((index, ranges)) = &self.index else {
            return Ok(None);
        };
        index.keys(document, &mut self.keys)?;
        let is_read = |key: &[u8]| {
            let mut inside = ranges.iter();
            inside.any(|range| key >= range.from.as_slice() && key < range.to.as_slice())
        };
        let entries = &self.keys.entries;
        let Some(entry) = entries.iter().find(|entry| is_read(&entry.key)) else {
            return Ok(None);
        };
        let mut out = DocumentBuf::new();
        let values = decode(&entry.key, &entry.types, &index.spec.descending())?;
        for ((name, _), value) in index.spec.key.as_ref().iter().zip(&values) {
            out.append(name, value);
        }
        Ok(Some(out))
    }
}

impl Stream for ReturnKey {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = match self.input.next(context)? {
            None => None,
            Some(row) => Some(Row {
                document: self
                    .keys
                    .key(row.document.as_ref())?
                    .unwrap_or_default()
                    .into(),
                record: row.record,
            }),
        };
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "RETURN_KEY");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
    }
}

/// Adds the field `$recordId`.
pub struct ShowRecord {
    input: BoxStream,
    statistics: Statistics,
}

impl ShowRecord {
    /// To every row.
    pub(super) fn new(input: BoxStream) -> ShowRecord {
        ShowRecord {
            input,
            statistics: Statistics::default(),
        }
    }
}

impl Stream for ShowRecord {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.input.next(context)?.map(|row| {
            let mut document = DocumentBuf::from(row.document.as_ref());
            document.append("$recordId", row.record as i64);
            Row {
                document: document.into(),
                record: row.record,
            }
        });
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "PROJECTION_DEFAULT");
        out.append_document("transformBy", |by| {
            by.document("$recordId").append("$meta", "recordId");
        });
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
    }
}
