//! The documents with one value in an index's first field, asked for value after value: the index
//! is chosen once, and nothing is planned anew.

use super::Document;
use super::index_scan::has_values;
use crate::catalog::Collection;
use crate::error::Result;
use crate::expression::Context;
use crate::index::{FieldKind, Index, split_record};
use crate::keystring::{Edge, KeyWriter};
use crate::storage::{Cursor, RecordStore};
use crate::value::{FieldPath, ValueRef};

/// Of a value with more keys than this the documents are better given one by one.
const KEYS_MAX: usize = 1000;

/// An index that answers equality of a field.
pub struct Probe {
    index: Index,
    cursor: Cursor,
    records: RecordStore,
    key: KeyWriter,
    /// The records with the value.
    found: Vec<u64>,
}

impl Probe {
    /// Into the index that has every document of the collection by this field first, and the
    /// fewest others; `None` without one.
    pub fn new(collection: &Collection, field: &FieldPath) -> Option<Probe> {
        let answers = |index: &&Index| {
            let spec = &*index.spec;
            let is_whole = !spec.hidden && !spec.sparse && !spec.clustered;
            let first = spec.fields.first();
            is_whole
                && spec.partial.is_none()
                && spec.wildcard.is_none()
                && first.is_some_and(|it| it.path == *field && it.kind == FieldKind::Value)
        };
        let may_choose = collection.index_filters.is_empty();
        let indexes = collection.indexes.iter().filter(answers);
        let index = indexes.min_by_key(|index| index.spec.fields.len())?;
        may_choose.then(|| Probe {
            index: index.clone(),
            cursor: index.tree.cursor(),
            records: collection.records.clone(),
            key: KeyWriter::new(),
            found: Vec::new(),
        })
    }

    /// Puts the documents of which a query for equality would say so into `out`; false if it takes
    /// a plan to tell. May fault, and is then asked again.
    pub fn find(
        &mut self,
        value: ValueRef<'_>,
        context: &Context,
        out: &mut Vec<Document>,
    ) -> Result<bool> {
        // Null is missing too, and an array is its elements.
        if value.is_nullish() || matches!(value, ValueRef::Array(_)) {
            return Ok(false);
        }
        let spec = &*self.index.spec;
        self.key.clear();
        let descending = spec.fields.first().is_some_and(|field| field.descending);
        self.key.append(value, descending);
        let length = self.key.bytes().len();
        self.key.close(Edge::Before);
        self.cursor.seek(self.key.bytes())?;
        self.found.clear();
        let value = &self.key.bytes()[..length];
        while let Some(entry) = self.cursor.next_ref()? {
            context.step()?;
            if !has_values(entry.key, value) {
                break;
            }
            if self.found.len() == KEYS_MAX {
                return Ok(false);
            }
            let record = split_record(spec.unique, entry.key, entry.value).record;
            // A document has the value once, unless there are others behind it in the key.
            let is_known = || self.found.contains(&record);
            if spec.fields.len() == 1 || !self.index.is_multikey() || !is_known() {
                self.found.push(record);
            }
        }
        if self.found.len() > 1 {
            self.records.prefetch(&self.found)?;
        }
        self.index.uses.count();
        out.clear();
        for &record in &self.found {
            out.extend(self.records.get(record)?.map(Document::Stored));
        }
        Ok(true)
    }
}
