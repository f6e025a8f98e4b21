//! How are the documents of a collection kept?
//!
//! By record id: a number that is given to a document when it is inserted, never changes, and is
//! never used again. Record ids grow, so that records lie in the order of insertion.

use super::cursor::Cursor;
use super::handle::{EntryRef, LeafEntries, ValueHandle};
use super::tree::Tree;
use crate::error::{Error, Result};

/// Identifies a record of a collection; never 0.
pub type RecordId = u64;

/// The documents of a collection, as bytes. A clone is a snapshot.
#[derive(Clone)]
pub struct RecordStore {
    tree: Tree,
    next_id: RecordId,
}

impl RecordStore {
    /// The records of a tree that was empty, or that a record store filled; `next_id` is what
    /// [`RecordStore::next_id`] was then.
    pub fn new(tree: Tree, next_id: RecordId) -> RecordStore {
        RecordStore {
            tree,
            next_id: next_id.max(1),
        }
    }

    /// The tree that the records lie in.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The tree, for checkpoints.
    pub fn tree_mut(&mut self) -> &mut Tree {
        &mut self.tree
    }

    /// The id that the next record gets.
    pub fn next_id(&self) -> RecordId {
        self.next_id
    }

    /// Number of records.
    pub fn len(&self) -> u64 {
        self.tree.len()
    }

    /// True when there are no records.
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// Bytes of all documents.
    pub fn data_size(&self) -> u64 {
        let keys = self.tree.len() * size_of::<RecordId>() as u64;
        self.tree.data_bytes().saturating_sub(keys)
    }

    /// Adds a document and gives its id.
    pub fn insert(&mut self, document: &[u8]) -> Result<RecordId> {
        let id = self.next_id;
        self.put(id, document)?;
        Ok(id)
    }

    /// Sets the document of an id, be it there or not; true when it was. Ids up to this one are
    /// not given to other documents any more.
    ///
    /// # Errors
    /// `InternalError` (1) for the ids 0 and `u64::MAX`; faults.
    pub fn put(&mut self, id: RecordId, document: &[u8]) -> Result<bool> {
        if id == 0 || id == RecordId::MAX {
            return Err(Error::internal("There are no record ids left"));
        }
        let replaced = self.tree.put(&id.to_be_bytes(), document)?;
        self.next_id = self.next_id.max(id + 1);
        Ok(replaced.is_some())
    }

    /// The document of a record.
    pub fn get(&self, id: RecordId) -> Result<Option<ValueHandle>> {
        self.tree.get(&id.to_be_bytes())
    }

    /// The document of a record, borrowed.
    pub fn get_ref(&self, id: RecordId) -> Result<Option<&[u8]>> {
        self.tree.get_ref(&id.to_be_bytes())
    }

    /// Replaces the document of a record; false, and nothing is done, when there is none.
    pub fn replace(&mut self, id: RecordId, document: &[u8]) -> Result<bool> {
        Ok(self.tree.replace(&id.to_be_bytes(), document)?.is_some())
    }

    /// Removes a record; false when there is none.
    pub fn delete(&mut self, id: RecordId) -> Result<bool> {
        Ok(self.tree.remove(&id.to_be_bytes())?.is_some())
    }

    /// Removes all records; ids are not used again.
    pub fn clear(&mut self) -> Result<()> {
        self.tree.clear()
    }

    /// Sees to it that these records are in memory: fails with one fault for all that are not.
    pub fn prefetch(&self, ids: &[RecordId]) -> Result<()> {
        let keys: Vec<_> = ids.iter().map(|id| id.to_be_bytes()).collect();
        self.tree.prefetch(keys.iter().map(|key| key.as_slice()))
    }

    /// A cursor over this version of the records, before the first one.
    pub fn cursor(&self) -> RecordCursor {
        RecordCursor {
            cursor: self.tree.cursor(),
        }
    }
}

/// A place between two records; see [`Cursor`].
#[derive(Clone)]
pub struct RecordCursor {
    cursor: Cursor,
}

impl RecordCursor {
    /// Goes before the first record.
    pub fn seek_start(&mut self) {
        self.cursor.seek_start();
    }

    /// Goes behind the last record.
    pub fn seek_end(&mut self) {
        self.cursor.seek_end();
    }

    /// Goes before the record with this id, or before the next one.
    pub fn seek(&mut self, id: RecordId) -> Result<()> {
        self.cursor.seek(&id.to_be_bytes())
    }

    /// Goes behind the record with this id, or behind the one before.
    pub fn seek_after(&mut self, id: RecordId) -> Result<()> {
        self.cursor.seek_after(&id.to_be_bytes())
    }

    /// Goes behind this many records.
    pub fn seek_to_position(&mut self, position: u64) -> Result<()> {
        self.cursor.seek_to_position(position)
    }

    /// How many records lie before the cursor.
    pub fn position(&self) -> u64 {
        self.cursor.position()
    }

    /// Goes on behind `count` records, or to the end; gives how many were left behind.
    pub fn skip(&mut self, count: u64) -> Result<u64> {
        self.cursor.skip(count)
    }

    /// Goes back before `count` records, or to the start; gives how many were left behind.
    pub fn skip_back(&mut self, count: u64) -> Result<u64> {
        self.cursor.skip_back(count)
    }

    /// The next record.
    // Not an `Iterator`: each step may fail, and can then be repeated.
    #[allow(clippy::should_implement_trait)]
    #[inline]
    pub fn next(&mut self) -> Result<Option<(RecordId, ValueHandle)>> {
        let entry = self.cursor.next()?;
        Ok(entry.map(|entry| (record_id(entry.key()), entry.into_value())))
    }

    /// See [`Cursor::next_leaf`].
    pub fn next_leaf(&mut self) -> Result<Option<LeafEntries>> {
        self.cursor.next_leaf()
    }

    /// The number of all records, wherever the cursor is.
    pub fn records(&self) -> u64 {
        self.cursor.entries()
    }

    /// See [`Cursor::pass_damage`].
    pub fn pass_damage(&mut self, error: Error) -> Result<()> {
        self.cursor.pass_damage(error)
    }

    /// The record before the cursor.
    #[inline]
    pub fn previous(&mut self) -> Result<Option<(RecordId, ValueHandle)>> {
        let entry = self.cursor.previous()?;
        Ok(entry.map(|entry| (record_id(entry.key()), entry.into_value())))
    }

    /// As [`RecordCursor::next`], but the document is only borrowed.
    #[inline]
    pub fn next_ref(&mut self) -> Result<Option<(RecordId, &[u8])>> {
        let entry = self.cursor.next_ref()?;
        Ok(entry.map(|EntryRef { key, value }| (record_id(key), value)))
    }

    /// As [`RecordCursor::previous`], but the document is only borrowed.
    #[inline]
    pub fn previous_ref(&mut self) -> Result<Option<(RecordId, &[u8])>> {
        let entry = self.cursor.previous_ref()?;
        Ok(entry.map(|EntryRef { key, value }| (record_id(key), value)))
    }

    /// The document that [`RecordCursor::next_ref`] gave last, kept alive on its own.
    pub fn document_before(&self) -> Option<ValueHandle> {
        self.cursor.value_before()
    }

    /// The document that [`RecordCursor::previous_ref`] gave last, kept alive on its own.
    pub fn document_after(&self) -> Option<ValueHandle> {
        self.cursor.value_after()
    }
}

/// The id that a key of the tree stands for; 0 for bytes that are no such key.
fn record_id(key: &[u8]) -> RecordId {
    key.try_into().map_or(0, RecordId::from_be_bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::storage::Pager;

    #[test]
    fn records_come_and_go() {
        let mut records = RecordStore::new(Tree::new(&Pager::new()), 0);
        assert_eq!(records.insert(b"one").unwrap(), 1);
        assert_eq!(records.insert(b"three").unwrap(), 2);
        assert_eq!((records.len(), records.data_size()), (2, 8));
        assert!(records.replace(2, b"two").unwrap());
        assert!(!records.replace(3, b"three").unwrap());
        assert!(records.delete(1).unwrap());
        assert!(!records.delete(1).unwrap());
        assert_eq!((records.len(), records.data_size()), (1, 3));
        assert_eq!(records.get(2).unwrap().as_deref(), Some(&b"two"[..]));
        assert!(records.get(1).unwrap().is_none());
    }

    #[test]
    fn ids_are_not_used_again() {
        let mut records = RecordStore::new(Tree::new(&Pager::new()), 1);
        assert!(!records.put(7, b"from a journal").unwrap());
        assert!(records.put(7, b"again").unwrap());
        assert_eq!(records.insert(b"next").unwrap(), 8);
        records.clear().unwrap();
        assert_eq!(records.insert(b"next").unwrap(), 9);
        assert!(records.put(0, b"").is_err());
        assert!(records.put(RecordId::MAX, b"").is_err());
        let again = RecordStore::new(records.tree().clone(), records.next_id());
        assert_eq!(again.next_id(), 10);
    }

    #[test]
    fn a_cursor_walks_over_the_records_as_they_were() {
        let mut records = RecordStore::new(Tree::with_page_bytes(&Pager::new(), 64), 1);
        for number in 1..=300u64 {
            records.insert(&number.to_le_bytes()).unwrap();
        }
        let mut cursor = records.cursor();
        records.clear().unwrap();
        for number in 1..=300u64 {
            let (id, document) = cursor.next_ref().unwrap().unwrap();
            assert_eq!((id, document), (number, &number.to_le_bytes()[..]));
            let kept = cursor.document_before().unwrap();
            assert_eq!(*kept, number.to_le_bytes());
        }
        assert!(cursor.next().unwrap().is_none());
        cursor.seek_after(200).unwrap();
        assert_eq!(cursor.previous().unwrap().unwrap().0, 200);
        assert_eq!((cursor.position(), cursor.skip(1000).unwrap()), (199, 101));
    }
}
