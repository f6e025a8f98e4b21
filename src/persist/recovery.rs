//! Opening: the manifest, then the commits of the journal that came after it.

use std::ops::Range;
use std::rc::Rc;

use super::checkpoint::{WrittenTrees, stored_trees};
use super::format::{self, COPY, COPY_END, Counters, MANIFEST};
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
    let manifest = manifest(link).await?;
    if let Some(manifest) = &manifest {
        let document = parse_manifest(&manifest.bytes)?;
        let (read, catalog) = format::read_manifest(document, &pager)?;
        counters = read;
        engine.restore(catalog, counters.sequence, counters.next_collection);
        if let Some(answers) = document.get("answers").and_then(|list| list.as_array()) {
            engine.answers_mut().restore(answers);
        }
    }
    let trees = stored_trees(&engine);
    let chunks = journal_of(link, manifest.as_ref(), counters.journal).await?;
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
    let behind_trace = counters.journal + u64::from(manifest.is_some());
    Ok(Recovered {
        engine,
        trees,
        counters,
        next_chunk: after.max(behind_trace).max(link.first_chunk()),
        journal_bytes,
    })
}

/// A manifest that was read.
pub(super) struct Manifest {
    pub bytes: Vec<u8>,
    /// The first one cannot be read, and this is the other: perhaps an older one.
    is_copy: bool,
}

/// The manifest, or its copy where it is damaged; none in a new store.
///
/// Errors: `DataCorruptionDetected` (301), the store's.
pub(super) async fn manifest<S: Store>(link: &Link<S>) -> Result<Option<Manifest>> {
    either(&read_range(link, Space::Meta, MANIFEST..COPY_END).await?)
}

fn either(chunks: &Values) -> Result<Option<Manifest>> {
    let (first, second) = chunks.split_at(chunks.partition_point(|(number, _)| *number < COPY));
    let found = join_manifest(first, MANIFEST);
    let (bytes, is_copy) = match found {
        Ok(Some(bytes)) => (bytes, false),
        other => match (join_manifest(second, COPY), other) {
            (Ok(Some(bytes)), _) => (bytes, true),
            (_, Err(error)) | (Err(error), _) => return Err(error),
            _ => return Ok(None),
        },
    };
    Ok(Some(Manifest { bytes, is_copy }))
}

/// The chunks of the journal behind a manifest, without walls. The first is the trace that was
/// written with it, and says nothing more.
///
/// Errors: `DataCorruptionDetected` (301) if the manifest is a copy that is older than the journal.
pub(super) async fn journal_of<S: Store>(
    link: &Link<S>,
    manifest: Option<&Manifest>,
    first: u64,
) -> Result<Values> {
    let mut chunks = read_range(link, Space::Journal, first..1 << 53).await?;
    // What the owners' rows call a wall may be damaged.
    let walls = link.walls();
    chunks.retain(|(number, bytes)| {
        walls.binary_search(number).is_err() && !journal::is_wall(*number, bytes)
    });
    if let Some(manifest) = manifest {
        let is_trace = chunks.first().is_some_and(|(number, _)| *number == first);
        if is_trace {
            chunks.remove(0);
        } else if manifest.is_copy {
            return Err(format::damaged());
        }
    }
    Ok(chunks)
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

/// Refuses a store whose format this code cannot read, before anything of it is changed; gives the
/// number of the journal's first chunk behind the manifest.
///
/// Errors: as [`recover`].
pub(super) fn check_format(chunks: &Values) -> Result<u64> {
    match either(chunks)? {
        Some(manifest) => format::check(parse_manifest(&manifest.bytes)?),
        None => Ok(0),
    }
}

/// As [`check_format`], but lets damage pass.
pub(super) fn check_not_newer(chunks: &Values) -> Result<u64> {
    match check_format(chunks) {
        Err(error) if error.code() == codes::DATA_CORRUPTION_DETECTED => Ok(0),
        outcome => outcome,
    }
}

pub(super) async fn read_range<S: Store>(
    link: &Link<S>,
    space: Space,
    range: Range<u64>,
) -> Result<Values> {
    let found = link.read(space, &[range]).await?;
    Ok(found.into_iter().flatten().collect())
}

pub(super) fn parse_manifest(manifest: &[u8]) -> Result<DocumentRef<'_>> {
    validate(manifest, 2 * limits::NESTING_DEPTH_MAX).map_err(|_| format::damaged())
}

fn join_manifest(chunks: &[(u64, Vec<u8>)], first: u64) -> Result<Option<Vec<u8>>> {
    let mut manifest = Vec::new();
    for (at, (number, bytes)) in chunks.iter().enumerate() {
        let key = Key {
            space: Space::Meta,
            number: *number,
        };
        let chunk = frame::open(key, bytes)?;
        let expected = (at as u32, chunks.len() as u32, first + at as u64);
        if (chunk.index, chunk.count, *number) != expected {
            return Err(frame::damaged(key));
        }
        manifest.extend_from_slice(chunk.payload);
    }
    Ok((!chunks.is_empty()).then_some(manifest))
}
