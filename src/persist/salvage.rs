//! What can be read of a store whose manifest, journal or pages are damaged.
//!
//! Documents are put together from the pages that the manifest leads to, the commits that the
//! journal still has, and trees of pages whose way from the manifest is lost, which become
//! collections of the database `salvaged`. Indexes are left empty. What is missing is named.

use std::rc::Rc;

use super::checkpoint::{WrittenTrees, stored_trees};
use super::database::{Database, Options};
use super::format::{self, Counters};
use super::fragments;
use super::link::Link;
use super::recovery::{self, Manifest, Recovered};
use super::store::Store;
use super::{journal, load};
use crate::catalog::{Catalog, Collection, CollectionInfo, CollectionKind, Namespace};
use crate::change::{Change, ChangeReader};
use crate::engine::{Commit, Engine};
use crate::env::Env;
use crate::error::{Error, Result, codes};
use crate::index::{Index, IndexSpec, KeySet, split_record};
use crate::limits;
use crate::storage::{PAGE_BYTES, Pager, RecordStore, Tree};
use crate::value::{DocumentBuf, DocumentRef, validate};

/// The database of what is found without its name.
const DATABASE: &str = "salvaged";

/// Numbers of commits, collections and records are below this; a higher one is no number that was
/// ever given, and could not be written again.
const NUMBER_END: u64 = 1 << 60;

/// Whether an error says that something is damaged.
pub(super) fn is_damage(error: &Error) -> bool {
    error.code() == codes::DATA_CORRUPTION_DETECTED
}

impl<S: Store> Database<S> {
    /// Opens what can be read of a damaged store, without a change to it: all that can be done is a
    /// snapshot of its documents (`tussockSnapshot`), which also names what is missing.
    ///
    /// Errors: `UnsupportedFormat` (12), the store's.
    pub async fn open_damaged(store: S, env: Rc<dyn Env>) -> Result<Database<S>> {
        let link = Link::observe(store, refused()).await?;
        let mut salvaged = salvage(&link, env.clone()).await?;
        salvaged.publish();
        let options = Options::default();
        Ok(Database::over(link, salvaged.recovered, options, env))
    }
}

#[cold]
fn refused() -> Error {
    Error::new(
        codes::DATA_CORRUPTION_DETECTED,
        "the stored database is damaged; it was opened to be salvaged",
    )
}

/// What was read.
pub(super) struct Salvaged {
    pub recovered: Recovered,
    pub pager: Rc<Pager>,
    /// Without entries in their indexes.
    pub collections: Vec<Collection>,
    pub missing: Missing,
}

/// What could not be read, as `tussockSnapshot` describes it.
#[derive(Default)]
pub(super) struct Missing(pub Vec<DocumentBuf>);

impl Missing {
    fn note(&mut self, fill: impl FnOnce(&mut DocumentBuf)) {
        let mut one = DocumentBuf::new();
        fill(&mut one);
        self.0.push(one);
    }

    fn commits(&mut self, first: u64, last: u64) {
        self.note(|one| {
            one.append_array("commits", |list| {
                list.push(first as i64);
                list.push(last as i64);
            });
        });
    }

    pub(super) fn documents(&mut self, namespace: &Namespace, count: u64) {
        if count > 0 {
            self.note(|one| {
                one.append("ns", namespace.to_string().as_str());
                one.append("documents", count as i64);
            });
        }
    }

    pub(super) fn index(&mut self, namespace: &Namespace, name: &str) {
        self.note(|one| {
            one.append("ns", namespace.to_string().as_str());
            one.append("index", name);
        });
    }
}

impl Salvaged {
    /// Gives the engine the collections.
    pub(super) fn publish(&mut self) {
        let mut catalog = Catalog::default();
        for collection in self.collections.drain(..) {
            let namespace = collection.info.namespace.clone();
            catalog.set(&namespace, Some(Rc::new(collection)));
        }
        let missing = std::mem::take(&mut self.missing.0);
        self.recovered.engine.restore_salvaged(catalog, missing);
    }
}

/// Reads all that can be read.
///
/// Errors: `UnsupportedFormat` (12), the store's.
pub(super) async fn salvage<S: Store>(link: &Link<S>, env: Rc<dyn Env>) -> Result<Salvaged> {
    let pager = Pager::new();
    let mut work = Work {
        link,
        engine: Engine::journaled(env, pager.clone()),
        pager,
        collections: Vec::new(),
        missing: Missing::default(),
    };
    let mut counters = Counters::default();
    let mut manifest = match recovery::manifest(link).await {
        Err(error) if is_damage(&error) => None,
        found => found?,
    };
    let mut chunks = work.chunks(&mut manifest, &mut counters).await?;
    let is_named = manifest.is_some();
    if !is_named {
        chunks = recovery::journal_of(link, None, 0).await?;
    }
    let scan = fragments::scan(link, counters.next_page).await?;
    if !is_named && (scan.end > 0 || chunks.first().is_some_and(|(number, _)| *number > 1)) {
        work.missing.note(|one| one.append("catalog", true));
    }
    let trees = stored_trees(&work.engine);
    let fragments = scan.fragments(trees.iter().map(|(_, root)| root.page));
    let readable = journal::read_readable(&chunks);
    let last = work.replay(&readable, counters.sequence, is_named).await?;
    for root in fragments {
        work.add_fragment(root);
    }
    counters.next_page = counters.next_page.max(scan.end).max(1);
    let last_id = work.collections.iter().map(|found| found.info.id).max();
    counters.next_collection = counters.next_collection.max(last_id.unwrap_or(0) + 1);
    // Behind all that is in the journal, the trace too: a repair takes all of it away.
    counters.journal = 0;
    work.engine
        .restore(Catalog::default(), last, counters.next_collection);
    Ok(Salvaged {
        recovered: Recovered {
            engine: work.engine,
            trees: WrittenTrees::new(),
            counters,
            next_chunk: link.first_chunk(),
            journal_bytes: 1,
        },
        pager: work.pager,
        collections: work.collections,
        missing: work.missing,
    })
}

struct Work<'a, S> {
    link: &'a Link<S>,
    engine: Engine,
    pager: Rc<Pager>,
    collections: Vec<Collection>,
    missing: Missing,
}

impl<S: Store> Work<'_, S> {
    /// Takes the manifest in, and gives the chunks of the journal behind it; none is left if that
    /// cannot be done.
    async fn chunks(
        &mut self,
        manifest: &mut Option<Manifest>,
        counters: &mut Counters,
    ) -> Result<Vec<(u64, Vec<u8>)>> {
        let Some(found) = manifest.as_ref() else {
            return Ok(Vec::new());
        };
        let read = recovery::parse_manifest(&found.bytes)
            .and_then(|document| Ok((document, format::read_manifest(document, &self.pager)?)));
        let chunks = match &read {
            Ok((_, (counters, _))) => {
                recovery::journal_of(self.link, Some(found), counters.journal).await
            }
            Err(error) => Err(error.clone()),
        };
        match (chunks, read) {
            (Ok(chunks), Ok((document, (read, catalog)))) => {
                *counters = read;
                self.engine
                    .restore(catalog, read.sequence, read.next_collection);
                if let Some(answers) = document.get("answers").and_then(|list| list.as_array()) {
                    self.engine.answers_mut().restore(answers);
                }
                for collection in self.engine.catalog().iter() {
                    let mut collection = collection.as_ref().clone();
                    for index in &mut collection.indexes {
                        index.tree = Tree::new(&self.pager);
                    }
                    self.collections.push(collection);
                }
                Ok(chunks)
            }
            (Err(error), _) | (_, Err(error)) if is_damage(&error) => {
                *manifest = None;
                Ok(Vec::new())
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// Carries out what the journal has behind commit `last`; gives the last commit.
    async fn replay(
        &mut self,
        found: &journal::Readable,
        mut last: u64,
        is_named: bool,
    ) -> Result<u64> {
        let commits = &found.commits;
        if !is_named && let Some(first) = commits.first().filter(|one| one.sequence < NUMBER_END) {
            last = first.sequence.saturating_sub(1);
        }
        let mut is_gapless = true;
        let is_number = |commit: &&Commit| (1..NUMBER_END).contains(&commit.sequence);
        for commit in commits.iter().filter(is_number) {
            if commit.sequence <= last {
                continue;
            }
            let is_trace = commit.changes.is_empty();
            let end = commit.sequence - u64::from(!is_trace);
            if end > last {
                self.missing.commits(last + 1, end);
                is_gapless = false;
            }
            last = commit.sequence;
            if !self.replay_one(commit).await? {
                self.missing.commits(last, last);
                is_gapless = false;
            }
        }
        if found.is_cut {
            // How many there were is not known.
            self.missing.commits(last + 1, last + 1);
        }
        if !is_gapless {
            for at in 0..self.collections.len() {
                self.drop_stale(at).await?;
            }
        }
        Ok(last)
    }

    /// Carries a commit out; false if not all of it can be read.
    async fn replay_one(&mut self, commit: &Commit) -> Result<bool> {
        for change in ChangeReader::new(&commit.changes) {
            let Ok(change) = change else {
                return Ok(false);
            };
            match self.apply(change).await {
                Err(error) if is_damage(&error) => return Ok(false),
                outcome => outcome?,
            }
        }
        Ok(true)
    }

    async fn apply(&mut self, change: Change<'_>) -> Result<()> {
        match change {
            Change::Insert {
                collection, record, ..
            }
            | Change::Update {
                collection, record, ..
            } if collection.max(record) >= NUMBER_END => Err(format::damaged()),
            Change::CreateCollection { collection, .. }
            | Change::CreateIndex { collection, .. }
            | Change::ModifyCollection { collection, .. }
            | Change::RenameCollection { collection, .. }
            | Change::DropIndex { collection, .. }
            | Change::Delete { collection, .. }
                if collection >= NUMBER_END =>
            {
                Err(format::damaged())
            }
            Change::Insert {
                collection,
                record,
                document,
            }
            | Change::Update {
                collection,
                record,
                document,
            } => {
                let bytes = document.as_bytes();
                let mut put = |records: &mut RecordStore| records.put(record, bytes);
                self.change(collection, &mut put).await
            }
            Change::Delete { collection, record } => {
                let mut delete = |records: &mut RecordStore| records.delete(record);
                self.change(collection, &mut delete).await
            }
            Change::Answer { answer } => {
                self.engine.replay_answer(answer);
                Ok(())
            }
            other => self.apply_to_catalog(other).ok_or_else(format::damaged),
        }
    }

    fn apply_to_catalog(&mut self, change: Change<'_>) -> Option<()> {
        match change {
            Change::CreateCollection {
                collection,
                description,
            } => {
                let info = CollectionInfo::from_description(collection, description)?;
                self.make_way(&info.namespace.clone());
                self.collections.retain(|found| found.info.id != collection);
                self.collections.push(Collection::empty(info, &self.pager));
            }
            Change::DropCollection { collection } => {
                self.collections.retain(|found| found.info.id != collection);
            }
            Change::RenameCollection { collection, to } => {
                let to = Namespace::parse(to.get("to")?.as_str()?)?;
                self.make_way(&to);
                rename(self.collection(collection), to);
            }
            Change::CreateIndex {
                collection,
                description,
            } => {
                let spec = IndexSpec::from_description(description)?;
                let index = Index::new(spec, Tree::new(&self.pager));
                let indexes = &mut self.collection(collection).indexes;
                match indexes
                    .iter_mut()
                    .find(|found| found.spec.name == index.spec.name)
                {
                    Some(found) => *found = index,
                    None => indexes.push(index),
                }
            }
            Change::DropIndex { collection, name } => {
                let name = name.get("name")?.as_str()?;
                let indexes = &mut self.collection(collection).indexes;
                indexes.retain(|index| index.spec.name != name);
            }
            Change::ModifyCollection {
                collection,
                description,
            } => {
                let info = CollectionInfo::from_description(collection, description)?;
                let found = self.collection(collection);
                let namespace = found.info.namespace.clone();
                found.info = Rc::new(CollectionInfo { namespace, ..info });
            }
            Change::Insert { .. }
            | Change::Update { .. }
            | Change::Delete { .. }
            | Change::Answer { .. } => {}
        }
        Some(())
    }

    /// A collection that has a name which another one gets was dropped or renamed in a commit that is
    /// missing: what is there of it is kept under another name.
    fn make_way(&mut self, namespace: &Namespace) {
        let mut found = self.collections.iter();
        if let Some(found) = found.find(|found| found.info.namespace == *namespace) {
            let id = found.info.id;
            let name = self.unnamed("collection", id);
            rename(self.collection(id), name);
        }
    }

    /// The collection with this id. One whose beginning is missing gets a name of its own.
    fn collection(&mut self, id: u64) -> &mut Collection {
        let found = self
            .collections
            .iter()
            .position(|found| found.info.id == id);
        let at = found.unwrap_or_else(|| {
            self.add(self.unnamed("collection", id), id);
            self.collections.len() - 1
        });
        &mut self.collections[at]
    }

    /// A name that no collection has, not even one of an earlier repair.
    fn unnamed(&self, kind: &str, number: u64) -> Namespace {
        let mut name = format!("{kind}_{number}");
        loop {
            let namespace = Namespace::new(DATABASE, &name);
            let mut names = self.collections.iter().map(|found| &found.info.namespace);
            if !names.any(|taken| *taken == namespace) {
                return namespace;
            }
            name.push('_');
        }
    }

    fn add(&mut self, namespace: Namespace, id: u64) {
        let mut uuid = [0; 16];
        uuid[..8].copy_from_slice(&id.to_be_bytes());
        let info = CollectionInfo {
            id,
            uuid,
            namespace,
            options: DocumentBuf::new(),
            kind: CollectionKind::Regular,
            rules: Default::default(),
        };
        self.collections.push(Collection::empty(info, &self.pager));
    }

    fn add_fragment(&mut self, root: crate::storage::Root) {
        let last = self.collections.iter().map(|found| found.info.id).max();
        // Not an id that the store may have given to one that is lost.
        let id = last.unwrap_or(0).max(1 << 40) + 1;
        self.add(self.unnamed("pages", root.page), id);
        if let Some(added) = self.collections.last_mut() {
            let tree = Tree::open(&self.pager, PAGE_BYTES, root);
            added.records = RecordStore::new(tree, 1);
        }
    }

    /// Changes the records of a collection; if they are damaged where they would change, they are
    /// copied first, as far as they can be read.
    async fn change(
        &mut self,
        id: u64,
        change: &mut dyn FnMut(&mut RecordStore) -> Result<bool>,
    ) -> Result<()> {
        loop {
            let error = match change(&mut self.collection(id).records) {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            match error.missing_pages() {
                Some(pages) => load::load(self.link, &self.pager, pages).await?,
                None if is_damage(&error) => {
                    let records = self.collection(id).records.clone();
                    let (copy, lost) = copy(self.link, &self.pager, &records).await?;
                    let found = self.collection(id);
                    found.records = copy;
                    let namespace = found.info.namespace.clone();
                    self.missing.documents(&namespace, lost);
                }
                // A record id that nobody can have.
                None => return Err(format::damaged()),
            }
        }
    }

    /// Of two documents with one `_id` the older was deleted in a commit that is missing.
    async fn drop_stale(&mut self, at: usize) -> Result<()> {
        let collection = &self.collections[at];
        let mut stale = Vec::new();
        let Some(first) = collection.indexes.first().filter(|index| index.spec.unique) else {
            return Ok(());
        };
        let mut ids = Index::new(first.spec.as_ref().clone(), Tree::new(&self.pager));
        let mut note = |record, document: &[u8]| {
            let mut keys = KeySet::default();
            ids.keys(DocumentRef::from_valid(document), &mut keys)?;
            for entry in &keys.entries {
                if let Some(value) = ids.tree.get_ref(&entry.key)? {
                    stale.push(split_record(true, &entry.key, value).record);
                }
            }
            ids.insert(&keys, record)?;
            Ok(())
        };
        visit(self.link, &self.pager, &collection.records, &mut note).await?;
        let id = collection.info.id;
        for record in stale {
            let mut delete = |records: &mut RecordStore| records.delete(record);
            self.change(id, &mut delete).await?;
        }
        Ok(())
    }
}

fn rename(collection: &mut Collection, namespace: Namespace) {
    let info = collection.info.as_ref().clone();
    collection.info = Rc::new(CollectionInfo { namespace, ..info });
}

/// Calls `visit` for all records that can be read. A page may be whole and stand where another one belongs: what is no
/// document is passed over.
pub(super) async fn visit<S: Store>(
    link: &Link<S>,
    pager: &Pager,
    records: &RecordStore,
    visit: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut cursor = records.cursor();
    let mut damage = None;
    loop {
        let outcome = match damage.take() {
            None => cursor.next(),
            Some(error) => match cursor.pass_damage(Error::clone(&error)) {
                Ok(()) => continue,
                Err(fault) => {
                    damage = Some(error);
                    Err(fault)
                }
            },
        };
        match outcome {
            Ok(Some((record, bytes))) => {
                if validate(&bytes, limits::NESTING_DEPTH_MAX).is_ok() {
                    visit(record, &bytes)?;
                }
            }
            Ok(None) => return Ok(()),
            Err(error) => match error.missing_pages() {
                Some(pages) => load::load(link, pager, pages).await?,
                None if damage.is_none() && is_damage(&error) => damage = Some(error),
                None => return Err(error),
            },
        }
    }
}

/// The records that can be read, on new pages, and how many others there were.
pub(super) async fn copy<S: Store>(
    link: &Link<S>,
    pager: &Rc<Pager>,
    records: &RecordStore,
) -> Result<(RecordStore, u64)> {
    let mut copy = RecordStore::new(Tree::new(pager), records.next_id());
    let mut put = |record, bytes: &[u8]| copy.put(record, bytes).map(|_| ());
    visit(link, pager, records, &mut put).await?;
    let lost = records.len().saturating_sub(copy.len());
    Ok((copy, lost))
}
