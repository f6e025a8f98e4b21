//! A write in the making: changed copies of collections, visible to nobody before the commit.

use std::rc::Rc;

use super::Engine;
use super::answers;
use crate::catalog::{Collection, CollectionInfo, CollectionKind, Namespace, Validation};
use crate::change::{Change, ChangeReader, ChangeWriter};
use crate::error::{Error, Result, codes};
use crate::expression::Context;
use crate::index::{Index, IndexSpec};
use crate::limits;
use crate::ordered::OrderedMap;
use crate::value::{DocumentBuf, DocumentRef};

/// The changes of one command. Dropped without [`Write::commit`], nothing has happened.
pub struct Write<'e> {
    engine: &'e mut Engine,
    changed: OrderedMap<Namespace, Option<Collection>>,
    log: ChangeWriter,
    is_logged: bool,
    /// What is done was read from a journal, which says all of it.
    is_replay: bool,
    /// Documents need not pass validators.
    bypasses_validation: bool,
    /// For validators: made for the first one.
    context: Option<Context>,
}

impl<'e> Write<'e> {
    /// Begins a write.
    pub fn new(engine: &'e mut Engine) -> Write<'e> {
        let is_logged = engine.is_journaled();
        Write {
            engine,
            changed: OrderedMap::new(),
            log: ChangeWriter::default(),
            is_logged,
            is_replay: false,
            bypasses_validation: false,
            context: None,
        }
    }

    /// Lets documents in that do not pass the validator of their collection
    /// (`bypassDocumentValidation`).
    pub fn bypass_validation(&mut self, bypasses: bool) {
        self.bypasses_validation = bypasses;
    }

    /// The engine, for its clock and catalog.
    pub fn engine(&self) -> &Engine {
        self.engine
    }

    fn record(&mut self, change: Change<'_>) {
        if self.is_logged {
            self.log.push(change);
        }
    }

    /// A snapshot of a collection with what was changed so far.
    pub fn snapshot(&self, namespace: &Namespace) -> Option<Rc<Collection>> {
        match self.changed.get(namespace) {
            Some(changed) => changed.clone().map(Rc::new),
            None => self.engine.collection(namespace),
        }
    }

    /// The collection's copy that is being changed.
    pub(super) fn collection_mut(&mut self, namespace: &Namespace) -> Result<&mut Collection> {
        if !self.changed.contains_key(namespace) {
            let current = self
                .engine
                .collection(namespace)
                .map(|found| found.as_ref().clone());
            self.changed.insert(namespace.clone(), current);
        }
        match self.changed.get_mut(namespace) {
            Some(Some(collection)) if collection.is_view() => Err(Error::new(
                codes::COMMAND_NOT_SUPPORTED_ON_VIEW,
                format_args!("Namespace {namespace} is a view, not a collection"),
            )),
            Some(Some(collection)) => Ok(collection),
            _ => Err(not_found(namespace)),
        }
    }

    /// Adds a document that has an `_id` and was checked; a capped collection then loses its
    /// oldest ones.
    ///
    /// Errors: `DuplicateKey` (11000), 171, `DocumentValidationFailure` (121); nothing has changed
    /// then.
    pub fn insert(&mut self, namespace: &Namespace, document: DocumentRef<'_>) -> Result<u64> {
        self.engine.step()?;
        let mut collection = self.collection_mut(namespace)?;
        if let Some(validation) = collection.info.rules.validation.clone() {
            self.validate(&validation, None, document)?;
            collection = self.collection_mut(namespace)?;
        }
        if let Some(series) = collection.time_series() {
            series.check(document, &collection.indexes)?;
        }
        let capped = collection.info.rules.capped;
        let id = collection.info.id;
        let record = collection.insert(document)?;
        self.record(Change::Insert {
            collection: id,
            record,
            document,
        });
        if let Some(capped) = capped {
            self.evict(namespace, capped, record)?;
        }
        Ok(record)
    }

    fn validate(
        &mut self,
        validation: &Validation,
        old: Option<DocumentRef<'_>>,
        new: DocumentRef<'_>,
    ) -> Result<()> {
        if self.bypasses_validation {
            return Ok(());
        }
        let env = &self.engine.env;
        let context = self
            .context
            .get_or_insert_with(|| Context::new(env.clone()));
        validation.check(old, new, context)
    }

    /// Gives a record a new document.
    ///
    /// Errors: as [`Write::insert`].
    pub fn update(
        &mut self,
        namespace: &Namespace,
        record: u64,
        old: DocumentRef<'_>,
        new: DocumentRef<'_>,
    ) -> Result<()> {
        self.engine.step()?;
        let mut collection = self.collection_mut(namespace)?;
        if let Some(validation) = collection.info.rules.validation.clone() {
            self.validate(&validation, Some(old), new)?;
            collection = self.collection_mut(namespace)?;
        }
        let id = collection.info.id;
        collection.replace(record, old, new)?;
        self.record(Change::Update {
            collection: id,
            record,
            document: new,
        });
        Ok(())
    }

    /// Removes a record.
    pub fn delete(
        &mut self,
        namespace: &Namespace,
        record: u64,
        old: DocumentRef<'_>,
    ) -> Result<()> {
        self.engine.step()?;
        let collection = self.collection_mut(namespace)?;
        let id = collection.info.id;
        collection.remove(record, old)?;
        self.record(Change::Delete {
            collection: id,
            record,
        });
        Ok(())
    }

    /// Creates a collection with its index on `_id`, or a view.
    ///
    /// Errors: `NamespaceExists` (48), `DatabaseDifferCase` (13297).
    pub fn create(
        &mut self,
        namespace: &Namespace,
        options: DocumentBuf,
        kind: CollectionKind,
    ) -> Result<()> {
        if self.snapshot(namespace).is_some() {
            return Err(Error::new(
                codes::NAMESPACE_EXISTS,
                format_args!("Collection {namespace} already exists."),
            ));
        }
        self.engine
            .catalog()
            .check_database_case(namespace.database())?;
        let mut uuid = [0; 16];
        uuid[..8].copy_from_slice(&self.engine.env.random().to_le_bytes());
        uuid[8..].copy_from_slice(&self.engine.env.random().to_le_bytes());
        // Version 4, variant 1: a random UUID (RFC 9562).
        uuid[6] = uuid[6] & 0x0f | 0x40;
        uuid[8] = uuid[8] & 0x3f | 0x80;
        let id = self.engine.take_collection_id();
        let info = CollectionInfo::new(id, uuid, namespace.clone(), options, kind)?;
        let collection = self.empty(info);
        let description = collection.info.describe();
        self.changed.insert(namespace.clone(), Some(collection));
        self.record(Change::CreateCollection {
            collection: id,
            description: description.as_ref(),
        });
        self.note_view(namespace)
    }

    /// Creates a time series with the index that it begins with.
    ///
    /// Errors: as [`Write::create`].
    pub fn create_time_series(
        &mut self,
        namespace: &Namespace,
        options: DocumentBuf,
    ) -> Result<()> {
        self.create(namespace, options, CollectionKind::Regular)?;
        let created = self.snapshot(namespace);
        let key = created.and_then(|created| created.time_series()?.default_key());
        match key {
            Some(key) => self.create_index(namespace, IndexSpec::on(&key)),
            None => Ok(()),
        }
    }

    /// As `create` with default options, if there is no such collection yet.
    pub fn create_implicitly(&mut self, namespace: &Namespace) -> Result<()> {
        match self.snapshot(namespace) {
            Some(_) => Ok(()),
            None => self.create(namespace, DocumentBuf::new(), CollectionKind::Regular),
        }
    }

    /// Gives a collection or view other options, and a view another definition. The documents
    /// stay as they are.
    ///
    /// Errors: `NamespaceNotFound` (26), those of a validator.
    pub fn modify(
        &mut self,
        namespace: &Namespace,
        options: DocumentBuf,
        kind: CollectionKind,
    ) -> Result<()> {
        let Some(found) = self.snapshot(namespace) else {
            return Err(not_found(namespace));
        };
        let info = &found.info;
        let info = CollectionInfo::new(info.id, info.uuid, namespace.clone(), options, kind)?;
        let description = info.describe();
        let mut collection = found.as_ref().clone();
        let id = info.id;
        collection.info = Rc::new(info);
        drop(found);
        self.changed.insert(namespace.clone(), Some(collection));
        self.record(Change::ModifyCollection {
            collection: id,
            description: description.as_ref(),
        });
        if self.is_replay {
            return Ok(());
        }
        self.note_view(namespace)
    }

    fn empty(&self, info: CollectionInfo) -> Collection {
        Collection::empty(info, self.engine.pager())
    }

    /// Drops a collection or view; false if there is none.
    pub fn drop_collection(&mut self, namespace: &Namespace) -> Result<bool> {
        let Some(collection) = self.snapshot(namespace) else {
            return Ok(false);
        };
        self.changed.insert(namespace.clone(), None);
        self.record(Change::DropCollection {
            collection: collection.info.id,
        });
        if collection.is_view() && !self.is_replay {
            self.forget_view(namespace)?;
        }
        Ok(true)
    }

    /// Gives a collection another name, which must be free.
    ///
    /// Errors: `NamespaceNotFound` (26), `NamespaceExists` (48).
    pub fn rename(&mut self, from: &Namespace, to: &Namespace) -> Result<()> {
        if self.snapshot(to).is_some() {
            return Err(Error::new(
                codes::NAMESPACE_EXISTS,
                "target namespace exists",
            ));
        }
        if to.database() != from.database() {
            self.engine.catalog().check_database_case(to.database())?;
        }
        let mut collection = self.collection_mut(from)?.clone();
        let id = collection.info.id;
        Rc::make_mut(&mut collection.info).namespace = to.clone();
        self.changed.insert(from.clone(), None);
        self.changed.insert(to.clone(), Some(collection));
        let mut target = DocumentBuf::new();
        target.append("to", to.to_string().as_str());
        self.record(Change::RenameCollection {
            collection: id,
            to: target.as_ref(),
        });
        Ok(())
    }

    /// Builds an index over the documents there are. The specification was checked.
    ///
    /// Errors: `DuplicateKey` (11000), 171, `CannotCreateIndex` (67) beyond 64 indexes; nothing has
    /// changed then.
    pub fn create_index(&mut self, namespace: &Namespace, spec: IndexSpec) -> Result<()> {
        let tree = self.engine.new_tree();
        let now_ms = self.engine.env.now_ms();
        let time_limit = self.engine.time_limit.clone();
        let collection = self.collection_mut(namespace)?;
        if collection.index_count() >= limits::INDEXES_MAX {
            return Err(Error::new(
                codes::CANNOT_CREATE_INDEX,
                format_args!("add index fails, too many indexes for {namespace}"),
            ));
        }
        let description = spec.describe();
        let mut index = Index::new(spec, tree);
        index.uses.since_ms.set(now_ms);
        collection.build_index(&mut index, time_limit.as_deref())?;
        if let Some(series) = collection.time_series() {
            series.check_arrays(&index.spec, &index.multikey)?;
        }
        // The index on `_id`, or the one that is not shown, is the first, also after a repair.
        let place = match index.spec.is_id() || index.spec.is_internal() {
            true => 0,
            false => collection.indexes.len(),
        };
        collection.indexes.insert(place, index);
        let id = collection.info.id;
        self.record(Change::CreateIndex {
            collection: id,
            description: description.as_ref(),
        });
        Ok(())
    }

    /// Gives an index other properties; one that becomes unique is built anew.
    ///
    /// Errors: `DuplicateKey` (11000); nothing has changed then.
    pub fn modify_index(&mut self, namespace: &Namespace, spec: IndexSpec) -> Result<()> {
        let tree = self.engine.new_tree();
        let time_limit = self.engine.time_limit.clone();
        let description = spec.describe();
        let collection = self.collection_mut(namespace)?;
        let place = collection
            .indexes
            .iter()
            .position(|index| index.spec.name == spec.name);
        let Some(place) = place else {
            return Err(Error::new(
                codes::INDEX_NOT_FOUND,
                format_args!("index not found with name [{}]", spec.name),
            ));
        };
        if spec.unique != collection.indexes[place].spec.unique {
            let mut index = Index::new(spec, tree);
            collection.build_index(&mut index, time_limit.as_deref())?;
            collection.indexes[place] = index;
        } else {
            collection.indexes[place].spec = Rc::new(spec);
        }
        let id = collection.info.id;
        // An index that is there already is changed by the same record.
        self.record(Change::CreateIndex {
            collection: id,
            description: description.as_ref(),
        });
        Ok(())
    }

    /// Drops an index by name; false if there is none.
    pub fn drop_index(&mut self, namespace: &Namespace, name: &str) -> Result<bool> {
        let collection = self.collection_mut(namespace)?;
        let before = collection.indexes.len();
        collection.indexes.retain(|index| index.spec.name != name);
        if collection.indexes.len() == before {
            return Ok(false);
        }
        let id = collection.info.id;
        let mut document = DocumentBuf::new();
        document.append("name", name);
        self.record(Change::DropIndex {
            collection: id,
            name: document.as_ref(),
        });
        Ok(true)
    }

    /// Makes everything visible at once. A write that changed nothing leaves no commit.
    pub fn commit(self) {
        if self.changed.is_empty() || (self.is_logged && self.log.is_empty()) {
            return;
        }
        let changed = self
            .changed
            .into_iter()
            .map(|(name, to)| (name, to.map(Rc::new)))
            .collect();
        self.engine.publish(changed, self.log.into_bytes());
    }

    /// Applies changes that were read from a journal.
    pub(super) fn replay(&mut self, changes: &[u8]) -> Result<()> {
        self.is_logged = false;
        self.is_replay = true;
        for change in ChangeReader::new(changes) {
            self.replay_one(change?)?;
        }
        Ok(())
    }

    pub(super) fn commit_replayed(self, sequence: u64) {
        let changed = self
            .changed
            .into_iter()
            .map(|(name, to)| (name, to.map(Rc::new)))
            .collect();
        self.engine.publish(changed, Vec::new());
        self.engine.finish_replay(sequence);
    }

    fn replay_one(&mut self, change: Change<'_>) -> Result<()> {
        match change {
            Change::Answer { answer } => {
                let (ticket, reply, at_ms) = answers::read(answer).ok_or_else(damaged)?;
                self.engine.answers_mut().keep(&ticket, reply, at_ms);
            }
            Change::CreateCollection {
                collection,
                description,
            } => {
                let info = CollectionInfo::from_description(collection, description)
                    .ok_or_else(damaged)?;
                self.engine.keep_collection_id(collection);
                let namespace = info.namespace.clone();
                let collection = self.empty(info);
                self.changed.insert(namespace, Some(collection));
            }
            Change::Insert {
                collection,
                record,
                document,
            } => {
                let namespace = self.namespace_of(collection)?;
                self.collection_mut(&namespace)?
                    .insert_at(record, document)?;
            }
            Change::Update {
                collection,
                record,
                document,
            } => {
                let namespace = self.namespace_of(collection)?;
                let collection = self.collection_mut(&namespace)?;
                let old = collection.document(record)?.ok_or_else(damaged)?;
                collection.replace(record, DocumentRef::from_valid(&old), document)?;
            }
            Change::Delete { collection, record } => {
                let namespace = self.namespace_of(collection)?;
                let collection = self.collection_mut(&namespace)?;
                let old = collection.document(record)?.ok_or_else(damaged)?;
                collection.remove(record, DocumentRef::from_valid(&old))?;
            }
            Change::DropCollection { collection } => {
                let namespace = self.namespace_of(collection)?;
                self.drop_collection(&namespace)?;
            }
            Change::RenameCollection { collection, to } => {
                let namespace = self.namespace_of(collection)?;
                let to = to.get("to").and_then(|to| Namespace::parse(to.as_str()?));
                self.rename(&namespace, &to.ok_or_else(damaged)?)?;
            }
            Change::CreateIndex {
                collection,
                description,
            } => {
                let namespace = self.namespace_of(collection)?;
                let spec = IndexSpec::from_description(description).ok_or_else(damaged)?;
                let collection = self.collection_mut(&namespace)?;
                if collection.index(&spec.name).is_some() {
                    self.modify_index(&namespace, spec)?;
                } else {
                    self.create_index(&namespace, spec)?;
                }
            }
            Change::DropIndex { collection, name } => {
                let namespace = self.namespace_of(collection)?;
                let name = name
                    .get("name")
                    .and_then(|name| name.as_str())
                    .ok_or_else(damaged)?;
                self.drop_index(&namespace, name)?;
            }
            Change::ModifyCollection {
                collection,
                description,
            } => {
                let info = CollectionInfo::from_description(collection, description)
                    .ok_or_else(damaged)?;
                let namespace = self.namespace_of(collection)?;
                self.modify(&namespace, info.options, info.kind)?;
            }
        }
        Ok(())
    }

    /// The name of the collection with this id, with what was changed so far.
    fn namespace_of(&self, id: u64) -> Result<Namespace> {
        let changed = self
            .changed
            .values()
            .flatten()
            .map(|collection| &collection.info);
        let kept = self
            .engine
            .catalog()
            .iter()
            .map(|collection| &collection.info);
        let kept = kept.filter(|info| !self.changed.contains_key(&info.namespace));
        let found = changed.chain(kept).find(|info| info.id == id);
        found.map(|info| info.namespace.clone()).ok_or_else(damaged)
    }
}

#[cold]
fn not_found(namespace: &Namespace) -> Error {
    Error::new(
        codes::NAMESPACE_NOT_FOUND,
        format_args!("ns does not exist: {namespace}"),
    )
}

#[cold]
fn damaged() -> Error {
    Error::new(
        codes::DATA_CORRUPTION_DETECTED,
        "the journal does not fit the data it was written for",
    )
}
