//! A database over a store: runs commands, loads pages, makes commits durable.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::checkpoint::{Checkpoint, WrittenTrees, join_ranges, stored_trees};
use super::format::Counters;
use super::notify::Notify;
use super::recovery::{self, Recovered};
use super::store::{Batch, Durability, Store};
use super::{journal, load};
use crate::command::{Outcome, error_reply};
use crate::engine::Engine;
use crate::env::Env;
use crate::error::{Error, PageId, Result, codes};
use crate::storage::{Pager, Tree};

/// How a database is kept.
#[derive(Clone, Copy)]
pub struct Options {
    pub durability: Durability,
    /// Bytes of journal after which a checkpoint is made.
    pub checkpoint_bytes: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            durability: Durability::Strict,
            checkpoint_bytes: 8 * 1024 * 1024,
        }
    }
}

/// Pages that were loaded and that no tree has taken, at most: twice what a scan reads ahead.
const WAITING_PAGES_MAX: usize = 8192;

/// A database whose commits are acknowledged once the store has them.
pub struct Database<S> {
    store: S,
    options: Options,
    engine: RefCell<Engine>,
    pager: Rc<Pager>,
    progress: RefCell<Progress>,
    /// True while a transaction with commits is under way.
    committing: Cell<bool>,
    changed: Notify,
}

/// How far the store is.
struct Progress {
    counters: Counters,
    next_chunk: u64,
    journal_bytes: u64,
    trees: WrittenTrees,
    durable: u64,
    /// Counts how often commits were undone; what waited for an older one has failed.
    generation: u64,
    failure: Option<Error>,
}

impl<S: Store> Database<S> {
    /// Opens what the store holds.
    ///
    /// Errors: `UnsupportedFormat` (12), `DataCorruptionDetected` (301), the store's.
    pub async fn open(store: S, env: Rc<dyn Env>, options: Options) -> Result<Database<S>> {
        let Recovered {
            engine,
            trees,
            counters,
            next_chunk,
            journal_bytes,
        } = recovery::recover(&store, env).await?;
        let durable = engine.sequence();
        let pager = engine.pager().clone();
        Ok(Database {
            store,
            options,
            engine: RefCell::new(engine),
            pager,
            progress: RefCell::new(Progress {
                counters,
                next_chunk,
                journal_bytes,
                trees,
                durable,
                generation: 0,
                failure: None,
            }),
            committing: Cell::new(false),
            changed: Notify::default(),
        })
    }

    /// Runs a command if that needs nothing from the store: no page, and no wait for durability.
    /// Otherwise gives `None`, and what was done so far is finished by [`Database::finish`].
    pub fn try_command(&self, request: &[u8]) -> Attempt {
        let mut engine = self.engine.borrow_mut();
        let before = engine.sequence();
        match engine.execute(request) {
            Outcome::Fault(pages) => Attempt::Fault(pages),
            Outcome::Reply(reply) if engine.sequence() == before => Attempt::Done(reply),
            Outcome::Reply(reply) => {
                let generation = self.progress.borrow().generation;
                Attempt::Wrote {
                    reply,
                    sequence: engine.sequence(),
                    generation,
                }
            }
        }
    }

    /// Runs a command; the reply to a write is given once it is durable.
    pub async fn run_command(&self, request: &[u8]) -> Vec<u8> {
        let attempt = self.try_command(request);
        self.finish(request, attempt).await
    }

    /// Does what an attempt still needs: loads pages and tries again, waits for durability.
    pub async fn finish(&self, request: &[u8], mut attempt: Attempt) -> Vec<u8> {
        loop {
            match attempt {
                Attempt::Done(reply) => return reply,
                Attempt::Fault(pages) => {
                    // What was read along and nobody took is not kept for ever.
                    if self.pager.waiting() > WAITING_PAGES_MAX {
                        self.pager.forget_waiting();
                    }
                    if let Err(error) = load::load(&self.store, &self.pager, &pages).await {
                        return error_reply(&error).into_bytes();
                    }
                    attempt = self.try_command(request);
                }
                Attempt::Wrote {
                    reply,
                    sequence,
                    generation,
                } => {
                    return match self.wait_durable(sequence, generation).await {
                        Ok(()) => reply,
                        Err(error) => error_reply(&error).into_bytes(),
                    };
                }
            }
        }
    }

    /// Lets a test look at the engine.
    #[cfg(test)]
    pub(super) fn with_engine<T>(&self, look: impl FnOnce(&Engine) -> T) -> T {
        look(&self.engine.borrow())
    }

    /// Loads pages for a test.
    #[cfg(test)]
    pub(super) async fn load(&self, pages: &[PageId]) -> Result<()> {
        load::load(&self.store, &self.pager, pages).await
    }

    /// The sequence numbers of the last commit and of the last durable one.
    pub fn sequences(&self) -> (u64, u64) {
        (
            self.engine.borrow().sequence(),
            self.progress.borrow().durable,
        )
    }

    /// Waits until everything is durable, and puts it into pages so that opening is quick.
    ///
    /// Errors: the store's.
    pub async fn flush(&self) -> Result<()> {
        while self.committing.get() {
            self.changed.wait().await;
        }
        let clean = {
            let progress = self.progress.borrow();
            progress.journal_bytes == 0 && self.engine.borrow().sequence() == progress.durable
        };
        if clean {
            return Ok(());
        }
        self.lead(true).await
    }

    /// Whoever waits first writes for all; the others look again when it is done.
    async fn wait_durable(&self, sequence: u64, generation: u64) -> Result<()> {
        loop {
            {
                let progress = self.progress.borrow();
                if progress.generation != generation {
                    let unknown = || Error::internal("the write was undone");
                    return Err(progress.failure.clone().unwrap_or_else(unknown));
                }
                if progress.durable >= sequence {
                    return Ok(());
                }
            }
            if self.committing.get() {
                self.changed.wait().await;
            } else {
                // The outcome is read from `progress`, by the others too.
                let _ = self.lead(false).await;
            }
        }
    }

    async fn lead(&self, checkpoint: bool) -> Result<()> {
        self.committing.set(true);
        let outcome = self.write(checkpoint).await;
        if let Err(error) = &outcome {
            let mut progress = self.progress.borrow_mut();
            self.engine.borrow_mut().undo_undurable();
            progress.generation += 1;
            progress.failure = Some(error.clone());
        }
        self.committing.set(false);
        self.changed.wake_all();
        outcome
    }

    /// Writes the commits there are: to the journal, or as pages when they are many.
    async fn write(&self, checkpoint: bool) -> Result<()> {
        let commits = self.engine.borrow_mut().take_commits();
        let bytes: u64 = commits
            .iter()
            .map(|commit| commit.changes.len() as u64)
            .sum();
        let journal_bytes = self.progress.borrow().journal_bytes;
        if checkpoint || journal_bytes + bytes > self.options.checkpoint_bytes {
            return self.write_checkpoint().await;
        }
        let Some(last) = commits.last().map(|commit| commit.sequence) else {
            return Ok(());
        };
        let first_chunk = self.progress.borrow().next_chunk;
        let mut batch = Batch {
            durability: self.options.durability,
            ..Batch::default()
        };
        let count = journal::write(&commits, first_chunk, &mut batch.puts);
        drop(commits);
        self.store.commit(batch).await?;
        let mut progress = self.progress.borrow_mut();
        progress.next_chunk += count;
        progress.journal_bytes += bytes;
        progress.durable = last;
        self.engine.borrow_mut().set_durable(last);
        Ok(())
    }

    async fn write_checkpoint(&self) -> Result<()> {
        let dropped = self.pages_of_dropped_trees().await?;
        // From here to the store's transaction nothing else can run.
        let (mut checkpoint, last) = {
            let mut engine = self.engine.borrow_mut();
            engine.take_commits();
            let progress = self.progress.borrow();
            let checkpoint = Checkpoint::prepare(
                &engine,
                progress.counters,
                progress.next_chunk,
                &dropped,
                self.options.durability,
            )?;
            (checkpoint, engine.sequence())
        };
        let mut batch = std::mem::take(&mut checkpoint.batch);
        join_ranges(&mut batch);
        self.store.commit(batch).await?;
        self.pager.forget(&dropped);
        let mut progress = self.progress.borrow_mut();
        progress.counters = checkpoint.counters;
        progress.trees = std::mem::take(&mut checkpoint.trees);
        progress.journal_bytes = 0;
        progress.durable = last;
        let mut engine = self.engine.borrow_mut();
        engine.set_durable(last);
        checkpoint.confirm(&mut engine);
        Ok(())
    }

    /// The pages of trees that the last manifest has and the catalog has no longer.
    async fn pages_of_dropped_trees(&self) -> Result<Vec<PageId>> {
        let gone: Vec<_> = {
            let kept = stored_trees(&self.engine.borrow());
            let progress = self.progress.borrow();
            let gone = progress
                .trees
                .iter()
                .filter(|(name, _)| !kept.contains_key(*name));
            gone.map(|(_, root)| *root).collect()
        };
        let mut pages = Vec::new();
        for root in gone.into_iter().filter(|root| root.page != 0) {
            let pager = Pager::new();
            let tree = Tree::open(&pager, crate::storage::PAGE_BYTES, root);
            loop {
                let mut found = Vec::new();
                match tree.pages(&mut |page| found.push(page)) {
                    Ok(()) => {
                        pages.extend(found);
                        break;
                    }
                    Err(error) => match error.missing_pages() {
                        Some(missing) => load::load(&self.store, &pager, missing).await?,
                        // A damaged tree that is dropped leaves its pages behind, unused.
                        None if error.code() == codes::DATA_CORRUPTION_DETECTED => break,
                        None => return Err(error),
                    },
                }
            }
        }
        Ok(pages)
    }
}

/// What came of trying a command.
pub enum Attempt {
    /// It is done and has written nothing.
    Done(Vec<u8>),
    /// It is done and waits for durability.
    Wrote {
        reply: Vec<u8>,
        sequence: u64,
        generation: u64,
    },
    /// It needs these pages.
    Fault(Vec<PageId>),
}
