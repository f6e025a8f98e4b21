//! Opening: the manifest, then the commits of the journal that came after it.

use std::rc::Rc;

use super::checkpoint::{WrittenTrees, stored_trees};
use super::format::{self, Counters, MANIFEST, MANIFEST_END, PAGE_CHUNKS};
use super::store::{Key, Space, Store};
use super::{frame, journal};
use crate::engine::Engine;
use crate::env::Env;
use crate::error::{PageId, Result};
use crate::limits;
use crate::storage::Pager;
use crate::value::validate;

/// What was read from a store.
pub(super) struct Recovered {
    pub engine: Engine,
    /// The trees of the manifest.
    pub trees: WrittenTrees,
    pub counters: Counters,
    /// The number of the next journal chunk.
    pub next_chunk: u64,
    /// Bytes of the journal.
    pub journal_bytes: u64,
}

/// Reads a database, or begins one in an empty store.
///
/// Errors: `UnsupportedFormat` (12), `DataCorruptionDetected` (301), the store's.
pub(super) async fn recover<S: Store>(store: &S, env: Rc<dyn Env>) -> Result<Recovered> {
    let pager = Pager::new();
    let mut engine = Engine::journaled(env, pager.clone());
    let mut counters = Counters {
        next_page: 1,
        next_collection: 1,
        journal: 1,
        sequence: 0,
    };
    if let Some(manifest) = read_manifest(store).await? {
        let document =
            validate(&manifest, 2 * limits::NESTING_DEPTH_MAX).map_err(|_| format::damaged())?;
        let (read, catalog) = format::read_manifest(document, &pager)?;
        counters = read;
        engine.restore(catalog, counters.sequence, counters.next_collection);
    }
    let trees = stored_trees(&engine);
    let chunks = store
        .read_range(Space::Journal, counters.journal, 1 << 53)
        .await?;
    let journal_bytes = chunks.iter().map(|(_, chunk)| chunk.len() as u64).sum();
    let (commits, after) = journal::read(&chunks)?;
    for commit in commits
        .iter()
        .filter(|commit| commit.sequence > counters.sequence)
    {
        loop {
            match engine.replay(commit.sequence, &commit.changes) {
                Ok(()) => break,
                Err(error) => match error.missing_pages() {
                    Some(pages) => load(store, &pager, pages).await?,
                    None => return Err(error),
                },
            }
        }
    }
    let next_chunk = after.max(counters.journal);
    Ok(Recovered {
        engine,
        trees,
        counters,
        next_chunk,
        journal_bytes,
    })
}

async fn read_manifest<S: Store>(store: &S) -> Result<Option<Vec<u8>>> {
    let chunks = store
        .read_range(Space::Meta, MANIFEST, MANIFEST_END)
        .await?;
    let mut manifest = Vec::new();
    for (at, (number, bytes)) in chunks.iter().enumerate() {
        let key = Key {
            space: Space::Meta,
            number: *number,
        };
        let chunk = frame::open(key, bytes)?;
        let expected = (at as u32, chunks.len() as u32, MANIFEST + at as u64);
        if (chunk.index, chunk.count, *number) != expected {
            return Err(frame::damaged(key));
        }
        manifest.extend_from_slice(chunk.payload);
    }
    Ok((!chunks.is_empty()).then_some(manifest))
}

/// Loads pages. One that is damaged or missing makes every later access to it fail, and nothing
/// else.
///
/// Errors: the store's.
pub(super) async fn load<S: Store>(store: &S, pager: &Pager, pages: &[PageId]) -> Result<()> {
    let key = |page: PageId, chunk: u64| Key {
        space: Space::Pages,
        number: page * PAGE_CHUNKS + chunk,
    };
    let keys: Vec<Key> = pages.iter().map(|&page| key(page, 0)).collect();
    let found = store.read(&keys).await?;
    for (&page, bytes) in pages.iter().zip(found) {
        let first = key(page, 0);
        let Some(bytes) = bytes else {
            pager.refuse(page, frame::damaged(first));
            continue;
        };
        let count = match frame::open(first, &bytes) {
            Ok(chunk) if chunk.count <= 1 => {
                // What is wrong with a page is told to whoever needs it.
                let _ = pager.supply(page, chunk.payload);
                continue;
            }
            Ok(chunk) => chunk.count,
            Err(error) => {
                pager.refuse(page, error);
                continue;
            }
        };
        let keys: Vec<Key> = (1..u64::from(count))
            .map(|chunk| key(page, chunk))
            .collect();
        let rest = store.read(&keys).await?;
        match join(first, &bytes, &keys, &rest) {
            Ok(whole) => drop(pager.supply(page, &whole)),
            Err(error) => pager.refuse(page, error),
        }
    }
    Ok(())
}

/// Puts the chunks of a page together.
fn join(first: Key, head: &[u8], keys: &[Key], rest: &[Option<Vec<u8>>]) -> Result<Vec<u8>> {
    let mut whole = frame::open(first, head)?.payload.to_vec();
    for (at, (key, bytes)) in keys.iter().zip(rest).enumerate() {
        let bytes = bytes.as_deref().ok_or_else(|| frame::damaged(*key))?;
        let chunk = frame::open(*key, bytes)?;
        if chunk.index as usize != at + 1 {
            return Err(frame::damaged(*key));
        }
        whole.extend_from_slice(chunk.payload);
    }
    Ok(whole)
}
