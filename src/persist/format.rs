//! The manifest: which pages make up the database, and what the store's numbers mean.
//!
//! ```text
//! meta space     manifest chunks from 1 on, the same again from 2^20 on; a row per owner far above
//!                them (see `link`)
//! pages space    page id * 1024 + chunk
//! journal space  a running number per chunk; among them walls (see `link`)
//!
//! manifest = BSON {format, sequence, journal, nextPage, nextCollection, pageBytes,
//!                  collections: [{id, info, nextRecord, records: root,
//!                                 indexes: [{spec, root, multikey: [long]}]}]}
//! root     = [page, count, dataBytes]
//! ```
//! `sequence` is the last commit that the pages hold; `journal` the number of the first chunk that
//! may hold later ones.

use std::rc::Rc;

use crate::catalog::{Catalog, Collection, CollectionInfo};
use crate::engine::Answers;
use crate::error::{Error, Result, codes};
use crate::index::{Index, IndexSpec};
use crate::storage::{PAGE_BYTES, PAGE_ID_MAX, Pager, RecordStore, Root, Tree};
use crate::value::{ArrayRef, ArrayWriter, DocumentBuf, DocumentRef, DocumentWriter, ValueRef};

/// The version of the format this code writes.
pub(super) const FORMAT: i32 = 1;
/// The first chunk of the manifest in the meta space.
pub(super) const MANIFEST: u64 = 1;
/// More than the chunks of any manifest.
pub(super) const MANIFEST_END: u64 = 1 << 20;
/// Where the same manifest lies once more. Code that did not write it leaves an older one there, which
/// is known by the journal: it begins at another chunk.
pub(super) const COPY: u64 = MANIFEST_END;
pub(super) const COPY_END: u64 = 2 << 20;
/// Chunks a page can have: 60 MB, more than a document and its page need.
pub(super) const PAGE_CHUNKS: u64 = 1024;

/// The roots of a collection's trees as a checkpoint wrote them.
pub(super) struct CollectionRoots {
    pub records: Root,
    pub indexes: Vec<Root>,
}

/// What the manifest says apart from the collections.
#[derive(Clone, Copy, Default)]
pub(super) struct Counters {
    pub sequence: u64,
    pub journal: u64,
    pub next_page: u64,
    pub next_collection: u64,
}

fn write_root(list: &mut ArrayWriter<'_>, root: Root) {
    for number in [root.page, root.count, root.data_bytes] {
        list.push(number as i64);
    }
}

fn write_collection(
    out: &mut DocumentWriter<'_>,
    collection: &Collection,
    roots: &CollectionRoots,
) {
    out.append("id", collection.info.id as i64);
    out.append("info", &collection.info.describe());
    out.append("nextRecord", collection.records.next_id() as i64);
    write_root(&mut out.array("records"), roots.records);
    let mut indexes = out.array("indexes");
    for (index, root) in collection.indexes.iter().zip(&roots.indexes) {
        let mut item = indexes.document();
        item.append("spec", &index.spec.describe());
        write_root(&mut item.array("root"), *root);
        let mut multikey = item.array("multikey");
        index
            .multikey
            .iter()
            .for_each(|bits| multikey.push(*bits as i64));
    }
}

/// The manifest's bytes.
pub(super) fn write_manifest(
    counters: Counters,
    collections: &[(Rc<Collection>, CollectionRoots)],
    answers: &Answers,
) -> Vec<u8> {
    let mut out = DocumentBuf::new();
    out.append("format", FORMAT);
    out.append("sequence", counters.sequence as i64);
    out.append("journal", counters.journal as i64);
    out.append("nextPage", counters.next_page as i64);
    out.append("nextCollection", counters.next_collection as i64);
    out.append("pageBytes", PAGE_BYTES as i64);
    out.append_array("collections", |list| {
        for (collection, roots) in collections {
            write_collection(&mut list.document(), collection, roots);
        }
    });
    out.append_array("answers", |list| {
        answers
            .descriptions()
            .for_each(|answer| list.push(ValueRef::Document(answer.as_ref())));
    });
    out.into_bytes()
}

/// Whether a manifest is of a format that this code reads; gives its `journal`.
///
/// Errors: as [`read_manifest`].
pub(super) fn check(manifest: DocumentRef<'_>) -> Result<u64> {
    match manifest.get("format") {
        Some(ValueRef::Int32(FORMAT)) => {
            let journal = number(manifest, "journal")?;
            (journal < 1 << 52).then_some(journal).ok_or_else(damaged)
        }
        Some(ValueRef::Int32(other)) => Err(Error::new(
            codes::UNSUPPORTED_FORMAT,
            format_args!(
                "this database has format {other}; this version of Tussock reads format {FORMAT}. Nothing was changed."
            ),
        )),
        _ => Err(damaged()),
    }
}

/// Reads a manifest.
///
/// Errors: `UnsupportedFormat` (12) for a newer format; `DataCorruptionDetected` (301).
pub(super) fn read_manifest(
    document: DocumentRef<'_>,
    pager: &Rc<Pager>,
) -> Result<(Counters, Catalog)> {
    let counters = Counters {
        journal: check(document)?,
        sequence: number(document, "sequence")?,
        next_page: number(document, "nextPage")?,
        next_collection: number(document, "nextCollection")?,
    };
    if counters.next_page > PAGE_ID_MAX || counters.sequence > i64::MAX as u64 / 2 {
        return Err(damaged());
    }
    let page_bytes = number(document, "pageBytes")? as usize;
    let mut catalog = Catalog::default();
    for item in array(document, "collections")?.iter() {
        let item = item.as_document().ok_or_else(damaged)?;
        let collection = read_collection(item, pager, page_bytes)?;
        let namespace = collection.info.namespace.clone();
        catalog.set(&namespace, Some(Rc::new(collection)));
    }
    Ok((counters, catalog))
}

fn read_collection(
    item: DocumentRef<'_>,
    pager: &Rc<Pager>,
    page_bytes: usize,
) -> Result<Collection> {
    let open = |root: ArrayRef<'_>| -> Result<Tree> {
        Ok(Tree::open(pager, page_bytes, read_root(root)?))
    };
    let id = number(item, "id")?;
    let info = item
        .get("info")
        .and_then(|info| info.as_document())
        .ok_or_else(damaged)?;
    let info = CollectionInfo::from_description(id, info).ok_or_else(damaged)?;
    let records = RecordStore::new(open(array(item, "records")?)?, number(item, "nextRecord")?);
    let mut indexes = Vec::new();
    for index in array(item, "indexes")?.iter() {
        let index = index.as_document().ok_or_else(damaged)?;
        let spec = index
            .get("spec")
            .and_then(|spec| spec.as_document())
            .ok_or_else(damaged)?;
        let spec = IndexSpec::from_description(spec).ok_or_else(damaged)?;
        let bits = array(index, "multikey")?;
        let bits = bits
            .iter()
            .filter_map(|bits| bits.to_i64_exact())
            .map(|bits| bits as u64);
        indexes.push(Index {
            spec: Rc::new(spec),
            tree: open(array(index, "root")?)?,
            multikey: Rc::new(bits.collect()),
            uses: Rc::default(),
        });
    }
    Ok(Collection {
        info: Rc::new(info),
        records,
        indexes,
        index_filters: Default::default(),
    })
}

fn read_root(root: ArrayRef<'_>) -> Result<Root> {
    let mut numbers = root
        .iter()
        .map(|number| number.to_i64_exact().unwrap_or(0) as u64);
    let mut next = || numbers.next().ok_or_else(damaged);
    let root = Root {
        page: next()?,
        count: next()?,
        data_bytes: next()?,
    };
    match root.page <= PAGE_ID_MAX {
        true => Ok(root),
        false => Err(damaged()),
    }
}

fn number(document: DocumentRef<'_>, name: &str) -> Result<u64> {
    let number = document.get(name).and_then(|value| value.to_i64_exact());
    number
        .and_then(|number| u64::try_from(number).ok())
        .ok_or_else(damaged)
}

fn array<'a>(document: DocumentRef<'a>, name: &str) -> Result<ArrayRef<'a>> {
    document
        .get(name)
        .and_then(|value| value.as_array())
        .ok_or_else(damaged)
}

#[cold]
pub(super) fn damaged() -> Error {
    Error::new(
        codes::DATA_CORRUPTION_DETECTED,
        "the manifest cannot be read",
    )
}
