//! A collection: its documents and indexes, which change together.

use std::rc::Rc;

use super::{BUCKETS_PREFIX, IndexFilters, Namespace, Rules, TimeSeries};
use crate::error::{Error, Result};
use crate::index::{Index, IndexSpec, KeySet};
use crate::storage::{Pager, RecordStore, Tree, ValueHandle};
use crate::time_limit::TimeLimit;
use crate::value::{ArrayBuf, BinaryRef, DocumentBuf, DocumentRef, ValueRef};

/// What a collection is, apart from its documents.
#[derive(Clone)]
pub struct CollectionInfo {
    /// Unique in this database for ever; the change log and the pages name collections by it.
    pub id: u64,
    /// As `listCollections` shows it.
    pub uuid: [u8; 16],
    pub namespace: Namespace,
    /// The options of `create`, as they were given.
    pub options: DocumentBuf,
    pub kind: CollectionKind,
    /// What the options ask of writes.
    pub rules: Rules,
}

impl CollectionInfo {
    /// A collection or view with these options.
    ///
    /// Errors: those of a validator.
    pub fn new(
        id: u64,
        uuid: [u8; 16],
        namespace: Namespace,
        options: DocumentBuf,
        kind: CollectionKind,
    ) -> Result<CollectionInfo> {
        let rules = Rules::of(options.as_ref())?;
        Ok(CollectionInfo {
            id,
            uuid,
            namespace,
            options,
            kind,
            rules,
        })
    }

    /// As the change log and the manifest keep it.
    pub fn describe(&self) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        out.append("ns", self.namespace.to_string().as_str());
        out.append(
            "uuid",
            BinaryRef {
                subtype: 4,
                bytes: &self.uuid,
            },
        );
        out.append("options", &self.options);
        if let CollectionKind::View { on, pipeline } = &self.kind {
            out.append("viewOn", on.to_string().as_str());
            out.append("pipeline", pipeline);
        }
        out
    }

    /// The opposite of [`CollectionInfo::describe`].
    pub fn from_description(id: u64, description: DocumentRef<'_>) -> Option<CollectionInfo> {
        let text = |name| description.get(name).and_then(|value| value.as_str());
        let Some(ValueRef::Binary(uuid)) = description.get("uuid") else {
            return None;
        };
        let kind = match text("viewOn") {
            Some(on) => {
                let pipeline = description.get("pipeline")?.as_array()?;
                let pipeline = pipeline.iter().collect::<ArrayBuf>();
                CollectionKind::View {
                    on: Namespace::parse(on)?,
                    pipeline,
                }
            }
            None => CollectionKind::Regular,
        };
        let uuid = uuid.bytes.try_into().ok()?;
        let namespace = Namespace::parse(text("ns")?)?;
        let options = description.get("options")?.as_document()?.into();
        CollectionInfo::new(id, uuid, namespace, options, kind).ok()
    }
}

/// The kinds of collections.
#[derive(Clone)]
pub enum CollectionKind {
    Regular,
    /// A pipeline over another collection of the same database.
    View {
        on: Namespace,
        pipeline: ArrayBuf,
    },
}

/// A collection at one moment. Cloning is cheap: the clone is a snapshot.
#[derive(Clone)]
pub struct Collection {
    pub info: Rc<CollectionInfo>,
    pub records: RecordStore,
    /// In the order of their creation; the index on `_id` is the first, or one that is not shown.
    pub indexes: Vec<Index>,
    /// Which indexes the planner may use for which queries.
    pub index_filters: IndexFilters,
}

impl Collection {
    /// A new collection or view, with the index that its kind begins with.
    pub fn empty(info: CollectionInfo, pager: &Rc<Pager>) -> Collection {
        let spec = match (&info.kind, &info.rules.time_series) {
            (CollectionKind::View { .. }, _) => None,
            // Measurements have no index on `_id`.
            (_, Some(series)) => series.time_index(),
            _ => Some(IndexSpec::of_options(info.options.as_ref())),
        };
        let index = spec.map(|spec| Index::new(spec, Tree::new(pager)));
        Collection {
            info: Rc::new(info),
            records: RecordStore::new(Tree::new(pager), 1),
            indexes: index.into_iter().collect(),
            index_filters: Default::default(),
        }
    }

    /// The index with this name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.shown_indexes()
            .iter()
            .find(|index| index.spec.name == name)
    }

    /// The indexes that users know of.
    pub fn shown_indexes(&self) -> &[Index] {
        match self.indexes.split_first() {
            Some((first, others)) if first.spec.is_internal() => others,
            _ => &self.indexes,
        }
    }

    /// The index whose order the documents are kept in, if the collection is clustered.
    pub fn clustered(&self) -> Option<&Index> {
        self.indexes.first().filter(|index| index.spec.clustered)
    }

    /// How many indexes there are; the order of a clustered collection is none.
    pub fn index_count(&self) -> usize {
        self.shown_indexes().len() - usize::from(self.clustered().is_some())
    }

    /// True if the oldest documents make room for new ones.
    pub fn is_capped(&self) -> bool {
        self.info.rules.capped.is_some()
    }

    /// True for views.
    pub fn is_view(&self) -> bool {
        matches!(self.info.kind, CollectionKind::View { .. })
    }

    /// What makes it a time series.
    pub fn time_series(&self) -> Option<&TimeSeries> {
        self.info.rules.time_series.as_deref()
    }

    /// The name that its measurements go by, if it is a time series.
    pub fn buckets_name(&self) -> Option<String> {
        self.time_series()?;
        Some(format!(
            "{BUCKETS_PREFIX}{}",
            self.info.namespace.collection()
        ))
    }

    /// Bytes of all index entries.
    pub fn index_bytes(&self) -> u64 {
        self.indexes
            .iter()
            .map(|index| index.tree.data_bytes())
            .sum()
    }

    /// The document of a record.
    pub fn document(&self, record: u64) -> Result<Option<ValueHandle>> {
        self.records.get(record)
    }

    /// Adds a document, which has an `_id`, and its index entries; gives its record id.
    /// Nothing has changed when this fails.
    ///
    /// Errors: `DuplicateKey` (11000), 171 for parallel arrays.
    pub fn insert(&mut self, document: DocumentRef<'_>) -> Result<u64> {
        let record = self.records.next_id();
        self.insert_at(record, document)?;
        Ok(record)
    }

    /// As [`Collection::insert`], at a record id that is not in use: for replaying a log.
    pub fn insert_at(&mut self, record: u64, document: DocumentRef<'_>) -> Result<()> {
        let keys = self.new_keys(document, record)?;
        // From here on only a missing page can fail, and then the whole command runs again.
        for (index, keys) in self.indexes.iter_mut().zip(&keys) {
            index.insert(keys, record)?;
        }
        self.records.put(record, document.as_bytes())?;
        Ok(())
    }

    /// Puts a new document in the place of an old one. Nothing has changed when this fails.
    ///
    /// Errors: as [`Collection::insert`].
    pub fn replace(
        &mut self,
        record: u64,
        old: DocumentRef<'_>,
        new: DocumentRef<'_>,
    ) -> Result<()> {
        let new_keys = self.new_keys(new, record)?;
        let mut old_keys = KeySet::default();
        for (index, new_keys) in self.indexes.iter_mut().zip(&new_keys) {
            index.keys(old, &mut old_keys)?;
            if old_keys.entries == new_keys.entries {
                // The same keys may come out of an array now.
                index.note_multikey(&new_keys.multikey);
                continue;
            }
            index.remove(&old_keys, record)?;
            index.insert(new_keys, record)?;
        }
        self.records.replace(record, new.as_bytes())?;
        Ok(())
    }

    /// Removes a document and its index entries.
    pub fn remove(&mut self, record: u64, old: DocumentRef<'_>) -> Result<()> {
        let mut keys = KeySet::default();
        for index in &mut self.indexes {
            index.keys(old, &mut keys)?;
            index.remove(&keys, record)?;
        }
        self.records.delete(record)?;
        Ok(())
    }

    /// After a fault on the way to changing one of these documents: the error that names all index
    /// pages that changing any of them needs, so that they are loaded together.
    #[cold]
    pub fn fault_for_all<'d>(
        &self,
        documents: impl Iterator<Item = DocumentRef<'d>> + Clone,
        error: Error,
    ) -> Error {
        let mut keys = KeySet::default();
        for index in &self.indexes {
            let mut all: Vec<Vec<u8>> = Vec::new();
            for document in documents.clone() {
                if index.keys(document, &mut keys).is_ok() {
                    all.extend(keys.entries.drain(..).map(|entry| entry.key));
                }
            }
            if let Err(fault) = index.tree.prefetch(all.iter().map(Vec::as_slice))
                && fault.is_fault()
            {
                return fault;
            }
        }
        error
    }

    /// Fills an index that was just added from the documents.
    ///
    /// Errors: as [`Collection::insert`]; the index is then incomplete and must be dropped.
    pub fn build_index(&self, index: &mut Index, time_limit: Option<&TimeLimit>) -> Result<()> {
        let mut keys = KeySet::default();
        let mut entries = Vec::new();
        let mut cursor = self.records.cursor();
        while let Some((record, document)) = cursor.next()? {
            time_limit.map_or(Ok(()), TimeLimit::step)?;
            index.keys(DocumentRef::from_valid(&document), &mut keys)?;
            if let Some(entry) = index.find_duplicate(&keys, record)? {
                return Err(index.duplicate_error(&self.info.namespace.to_string(), entry));
            }
            if index.spec.unique {
                index.insert(&keys, record)?;
            } else {
                entries.push((std::mem::take(&mut keys), record));
            }
        }
        // In key order the leaves fill up one after the other.
        let mut sorted: Vec<(usize, usize)> = (0..entries.len())
            .flat_map(|at| (0..entries[at].0.entries.len()).map(move |key| (at, key)))
            .collect();
        crate::sorting::sort_by(&mut sorted, |one, two| {
            let entry = |at: &(usize, usize)| {
                let (keys, record) = &entries[at.0];
                (&keys.entries[at.1].key, *record)
            };
            entry(one).cmp(&entry(two))
        });
        for (at, key) in sorted {
            time_limit.map_or(Ok(()), TimeLimit::step)?;
            let (keys, record) = &entries[at];
            let one = KeySet {
                entries: vec![keys.entries[key].clone()],
                multikey: keys.multikey.clone(),
            };
            index.insert(&one, *record)?;
        }
        Ok(())
    }

    /// The keys of a document in every index, checked against the unique ones.
    fn new_keys(&self, document: DocumentRef<'_>, record: u64) -> Result<Vec<KeySet>> {
        let mut all = Vec::with_capacity(self.indexes.len());
        for index in &self.indexes {
            let mut keys = KeySet::default();
            index.keys(document, &mut keys)?;
            if let Some(entry) = index.find_duplicate(&keys, record)? {
                return Err(index.duplicate_error(&self.info.namespace.to_string(), entry));
            }
            all.push(keys);
        }
        Ok(all)
    }
}
