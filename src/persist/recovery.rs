//! Opening: the manifest, then the commits of the journal that came after it.

use std::ops::Range;
use std::rc::Rc;

use super::checkpoint::{WrittenTrees, stored_trees};
use super::format::{self, Counters, MANIFEST, MANIFEST_END};
use super::link::Link;
use super::store::{Key, Space, Store, Values};
use super::{frame, journal, load};
use crate::engine::{Commit, Engine};
use crate::env::Env;
use crate::error::{Error, Result, codes};
use crate::limits;
use crate::storage::Pager;
use crate::value::{DocumentRef, validate};

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
pub(super) async fn recover<S: Store>(link: &Link<S>, env: Rc<dyn Env>) -> Result<Recovered> {
    let pager = Pager::new();
    let mut engine = Engine::journaled(env, pager.clone());
    let mut counters = Counters {
        next_page: 1,
        next_collection: 1,
        journal: 1,
        sequence: 0,
    };
    let chunks = read_range(link, Space::Meta, MANIFEST..MANIFEST_END).await?;
    if let Some(manifest) = join_manifest(&chunks)? {
        let document = parse_manifest(&manifest)?;
        let (read, catalog) = format::read_manifest(document, &pager)?;
        counters = read;
        engine.restore(catalog, counters.sequence, counters.next_collection);
        if let Some(answers) = document.get("answers").and_then(|list| list.as_array()) {
            engine.answers_mut().restore(answers);
        }
    }
    let trees = stored_trees(&engine);
    let chunks = read_range(link, Space::Journal, counters.journal..1 << 53).await?;
    let (commits, after) = journal::read(&chunks)?;
    let mut journal_bytes = 0;
    check_gaps(counters.sequence, &commits)?;
    for commit in commits
        .iter()
        .filter(|commit| commit.sequence > counters.sequence)
    {
        journal_bytes += commit.changes.len() as u64;
        loop {
            match engine.replay(commit.sequence, &commit.changes) {
                Ok(()) => break,
                Err(error) => match error.missing_pages() {
                    Some(pages) => load::load(link, &pager, pages).await?,
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

/// Whether every commit after the manifest's is there.
fn check_gaps(mut last: u64, commits: &[Commit]) -> Result<()> {
    for commit in commits {
        if commit.sequence <= last {
            continue;
        }
        // What has no changes says how far the others go.
        if commit.changes.is_empty() || commit.sequence != last + 1 {
            let message = "the journal is damaged: a commit is missing";
            return Err(Error::new(codes::DATA_CORRUPTION_DETECTED, message));
        }
        last = commit.sequence;
    }
    Ok(())
}

/// Refuses a store whose format this code cannot read, before anything of it is changed.
///
/// Errors: as [`recover`].
pub(super) fn check_format(chunks: &Values) -> Result<()> {
    match join_manifest(chunks)? {
        Some(manifest) => format::check(parse_manifest(&manifest)?),
        None => Ok(()),
    }
}

async fn read_range<S: Store>(link: &Link<S>, space: Space, range: Range<u64>) -> Result<Values> {
    let found = link.read(space, &[range]).await?;
    Ok(found.into_iter().flatten().collect())
}

fn parse_manifest(manifest: &[u8]) -> Result<DocumentRef<'_>> {
    validate(manifest, 2 * limits::NESTING_DEPTH_MAX).map_err(|_| format::damaged())
}

fn join_manifest(chunks: &Values) -> Result<Option<Vec<u8>>> {
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
