//! An index's tree: keys to record ids, kept in step with the documents.
//!
//! ```text
//! unique index:   key = components end           value = record id, type bytes
//! other indexes:  key = components end record id  value = type bytes
//! ```
//! The record id takes eight bytes, big-endian. So a unique index finds a duplicate in the
//! same descent that inserts, and equal keys of other indexes lie in record order.

use std::cell::Cell;
use std::rc::Rc;

use super::keys::{self, KeyEntry, KeySet, Multikey};
use super::spec::IndexSpec;
use super::wildcard;
use crate::error::{Error, Result, codes};
use crate::keystring::decode;
use crate::storage::Tree;
use crate::value::{DocumentBuf, DocumentRef};

/// An index of a collection. Cloning is cheap: the clone is a snapshot.
#[derive(Clone)]
pub struct Index {
    pub spec: Rc<IndexSpec>,
    pub tree: Tree,
    /// Which parts of the paths have ever gone through arrays; empty if none has.
    pub multikey: Rc<Multikey>,
    /// How often it was used; all snapshots count together.
    pub uses: Rc<Uses>,
}

/// How often an index was used since this process has it.
#[derive(Default)]
pub struct Uses {
    pub operations: Cell<u64>,
    /// When it was made; zero if it was there when the process began.
    pub since_ms: Cell<i64>,
}

impl Uses {
    /// Counts one use.
    #[inline]
    pub fn count(&self) {
        self.operations.set(self.operations.get() + 1);
    }
}

/// An entry taken apart.
pub struct IndexRecord<'a> {
    /// Components and end.
    pub key: &'a [u8],
    pub types: &'a [u8],
    pub record: u64,
}

/// Takes an entry apart.
#[inline]
pub fn split_record<'a>(unique: bool, key: &'a [u8], value: &'a [u8]) -> IndexRecord<'a> {
    let read = |bytes: &[u8; 8]| u64::from_be_bytes(*bytes);
    if unique {
        let (record, types) = value.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        IndexRecord {
            key,
            types,
            record: read(record),
        }
    } else {
        let (key, record) = key.split_last_chunk::<8>().unwrap_or((&[], &[0; 8]));
        IndexRecord {
            key,
            types: value,
            record: read(record),
        }
    }
}

impl Index {
    /// An empty index over an empty tree.
    pub fn new(spec: IndexSpec, tree: Tree) -> Index {
        Index {
            spec: Rc::new(spec),
            tree,
            multikey: Rc::new(Vec::new()),
            uses: Rc::default(),
        }
    }

    /// True if any document has several keys or an array on a path.
    pub fn is_multikey(&self) -> bool {
        !self.multikey.is_empty()
    }

    /// The keys of a document.
    ///
    /// Errors: 171 for parallel arrays, 16766 and 7246301 where no arrays may be.
    pub fn keys(&self, document: DocumentRef<'_>, out: &mut KeySet) -> Result<()> {
        let spec = &*self.spec;
        if let Some(partial) = &spec.partial
            && !partial.holds(document)?
        {
            out.entries.clear();
            out.multikey.clear();
            return Ok(());
        }
        if let Some(wildcard) = &spec.wildcard {
            out.multikey.clear();
            return wildcard::collect(spec, wildcard, document, out);
        }
        keys::collect(&spec.fields, spec.sparse, document, out)
    }

    /// The record that stands in the way of a document's keys, in a unique index.
    pub fn find_duplicate<'k>(
        &self,
        keys: &'k KeySet,
        record: u64,
    ) -> Result<Option<&'k KeyEntry>> {
        if self.spec.prepare_unique && !self.spec.unique {
            return self.find_other(keys, record);
        }
        if !self.spec.unique {
            return Ok(None);
        }
        for entry in &keys.entries {
            if let Some(value) = self.tree.get_ref(&entry.key)?
                && split_record(true, &entry.key, value).record != record
            {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// As [`Index::find_duplicate`], where the record is a part of the keys.
    fn find_other<'k>(&self, keys: &'k KeySet, record: u64) -> Result<Option<&'k KeyEntry>> {
        for entry in &keys.entries {
            let mut cursor = self.tree.cursor();
            cursor.seek(&entry.key)?;
            while let Some(found) = cursor.next()? {
                let found = split_record(false, found.key(), found.value());
                if found.key != entry.key {
                    break;
                }
                if found.record != record {
                    return Ok(Some(entry));
                }
            }
        }
        Ok(None)
    }

    /// Adds a record's keys. Duplicates must have been looked for before.
    pub fn insert(&mut self, keys: &KeySet, record: u64) -> Result<()> {
        let mut bytes = Vec::new();
        for entry in &keys.entries {
            bytes.clear();
            if self.spec.unique {
                bytes.extend_from_slice(&record.to_be_bytes());
                bytes.extend_from_slice(&entry.types);
                self.tree.put(&entry.key, &bytes)?;
            } else {
                bytes.extend_from_slice(&entry.key);
                bytes.extend_from_slice(&record.to_be_bytes());
                self.tree.put(&bytes, &entry.types)?;
            }
        }
        self.note_multikey(&keys.multikey);
        Ok(())
    }

    /// Removes a record's keys.
    pub fn remove(&mut self, keys: &KeySet, record: u64) -> Result<()> {
        let mut bytes = Vec::new();
        for entry in &keys.entries {
            if self.spec.unique {
                self.tree.remove(&entry.key)?;
            } else {
                bytes.clear();
                bytes.extend_from_slice(&entry.key);
                bytes.extend_from_slice(&record.to_be_bytes());
                self.tree.remove(&bytes)?;
            }
        }
        Ok(())
    }

    /// Takes over which parts of the paths a document goes through an array at.
    pub fn note_multikey(&mut self, bits: &Multikey) {
        if bits.is_empty() {
            return;
        }
        let known = self.multikey.len() == bits.len()
            && bits
                .iter()
                .zip(self.multikey.iter())
                .all(|(new, old)| new & !old == 0);
        if known {
            return;
        }
        let mut merged = self.multikey.as_ref().clone();
        merged.resize(bits.len(), 0);
        merged
            .iter_mut()
            .zip(bits)
            .for_each(|(old, new)| *old |= new);
        self.multikey = Rc::new(merged);
    }

    /// The error for a duplicate key (11000), with `keyPattern` and `keyValue`.
    #[cold]
    pub fn duplicate_error(&self, namespace: &str, entry: &KeyEntry) -> Error {
        let values = match decode(&entry.key, &entry.types, &self.spec.descending()) {
            Ok(values) => values,
            Err(error) => return error,
        };
        // Record identifiers of such numbers cannot be read back, which is what MongoDB then says.
        if self.spec.clustered
            && let Some(number) = values.first().and_then(|value| value.as_ref().to_f64())
        {
            let code = match number {
                _ if number.is_nan() => Some(50819),
                _ if number.is_infinite() => Some(50826),
                _ => None,
            };
            if let Some(code) = code {
                let message =
                    format!("duplicate key in {namespace}: an _id that is no finite number");
                return Error::new(code, message);
            }
        }
        let mut key_value = DocumentBuf::new();
        for (field, value) in self.spec.fields.iter().zip(&values) {
            key_value.append(field.path.as_str(), value);
        }
        let mut details = DocumentBuf::new();
        details.append("keyPattern", &self.spec.key);
        details.append("keyValue", &key_value);
        Error::new(
            codes::DUPLICATE_KEY,
            format_args!(
                "E11000 duplicate key error collection: {namespace} index: {} dup key: {key_value}",
                self.spec.name
            ),
        )
        .with_details(details.into_bytes())
    }
}
