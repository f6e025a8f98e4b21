//! Writing commits to the store: into the journal, or as pages when they are many; again when the
//! connection broke, at most once.
//!
//! Every batch adds the journal's next chunk, so that an earlier try that was applied after all is
//! noticed, and a later one cannot be applied beside it; nor one of an owner that was replaced, see
//! `link`.

use super::checkpoint::{Checkpoint, join_ranges, stored_trees};
use super::database::{Database, Stop};
use super::format::PAGE_CHUNKS;
use super::link::{self, Standing, delays};
use super::reserve::{self, Reserve};
use super::status::State;
use super::store::{Batch, Durability, Failure, Space, Store};
use super::{journal, load};
use crate::engine::Commit;
use crate::error::{Error, PageId, Result, codes};
use crate::storage::{Pager, Tree};

/// A batch that was handed to the store.
struct Sent {
    /// The last commit in it.
    last: u64,
    is_strict: bool,
    /// Room is kept back from then on.
    is_filling: bool,
    what: What,
}

enum What {
    Journal {
        chunks: u64,
        bytes: u64,
    },
    Pages {
        checkpoint: Box<Checkpoint>,
        dropped: Vec<PageId>,
    },
}

/// Commits that were taken from the engine.
struct Queue {
    commits: Vec<Commit>,
    /// Pages are to be written. Unless they only take away, the commits are not kept any more.
    is_absorbed: bool,
    /// There is no space for pages, or for keeping room back.
    is_cramped: bool,
    /// Among what is not kept any more is something that does not only take away.
    is_growing: bool,
}

impl Queue {
    /// Whether anything does not only take away.
    fn grows(&self) -> bool {
        self.is_growing || !reserve::only_frees(&self.commits)
    }
}

impl<S: Store> Database<S> {
    /// Writes the commits there are: to the journal, or as pages when they are many.
    pub(super) async fn write(&self, checkpoint: bool) -> std::result::Result<(), Stop> {
        let mut queue = Queue {
            commits: Vec::new(),
            is_absorbed: checkpoint,
            is_cramped: self.progress.borrow().is_full,
            is_growing: false,
        };
        let mut unclear: Vec<Sent> = Vec::new();
        let mut delays = delays();
        loop {
            let Some(batch) = self.prepare(&mut queue).await.map_err(refused)? else {
                return Ok(());
            };
            let (mut sent, mut batch) = batch;
            self.fill_reserve(&queue, &mut sent, &mut batch);
            match self.link.commit(batch).await {
                Ok(()) => {
                    if self.progress.borrow().is_full && queue.grows() {
                        self.progress.borrow_mut().is_full = false;
                    }
                    self.confirm(sent);
                    return Ok(());
                }
                Err(Failure::Refused(error)) => {
                    let is_full = reserve::is_full(&error);
                    self.progress.borrow_mut().is_full |= is_full;
                    if is_full && self.make_room(&mut queue, &sent).await {
                        continue;
                    }
                    return Err(refused(error));
                }
                Err(Failure::Conflict) => unclear.push(sent),
                Err(Failure::Lost(error)) => {
                    unclear.push(sent);
                    self.progress.borrow_mut().failure = Some(error);
                }
            }
            self.set_state(State::Retrying);
            if let Some(done) = self.find_out(&mut unclear, &mut delays).await? {
                let last = done.last;
                self.confirm(done);
                queue.commits.retain(|commit| commit.sequence > last);
                if queue.commits.is_empty() {
                    return Ok(());
                }
            }
        }
    }

    /// Whether a batch for which there was no space may be tried again, in another way.
    async fn make_room(&self, queue: &mut Queue, sent: &Sent) -> bool {
        let is_pages = matches!(sent.what, What::Pages { .. });
        // What made the reserve for the first time may do without.
        let is_first = sent.is_filling && self.link.reserve() == Reserve::Never;
        if !queue.is_cramped && (is_first || (is_pages && !queue.commits.is_empty())) {
            queue.is_cramped = true;
            if !queue.commits.is_empty() {
                // The journal will do.
                queue.is_absorbed = false;
            }
            return true;
        }
        !is_pages && !queue.grows() && self.link.give_up_reserve().await
    }

    /// Has room kept back with a batch, if it is time for that.
    fn fill_reserve(&self, queue: &Queue, sent: &mut Sent, batch: &mut Batch) {
        let is_due = match self.link.reserve() {
            Reserve::Kept => false,
            Reserve::Spent => queue.grows(),
            Reserve::Never => {
                let progress = self.progress.borrow();
                let bytes = progress.journal_bytes + progress.bytes_under_way;
                let has_grown = bytes >= reserve::GROWN_BYTES
                    || progress.counters.next_page >= reserve::GROWN_PAGES;
                has_grown && !queue.is_cramped
            }
        };
        if is_due {
            sent.is_filling = true;
            reserve::fill(batch);
        }
    }

    /// What became of the batches whose fate is unclear: the one that was applied, if one was.
    async fn find_out(
        &self,
        unclear: &mut Vec<Sent>,
        delays: &mut impl Iterator<Item = u32>,
    ) -> std::result::Result<Option<Sent>, Stop> {
        loop {
            let delay = match delays.next() {
                Some(delay) => delay,
                // What was acknowledged is kept until the store is back.
                None if self.options.buffer_ms.is_some() => {
                    self.set_state(State::Failing);
                    link::PROBE_MS
                }
                None => return Err(self.failing()),
            };
            let chunk = self.progress.borrow().next_chunk;
            let error = match self.link.standing(delay, chunk).await {
                Ok(Standing::Ours(through)) => {
                    let applied = unclear.iter().position(|sent| sent.last == through);
                    let applied = applied.map(|at| unclear.swap_remove(at));
                    unclear.clear();
                    // Something of an earlier write, which was given up: what is stored has to be
                    // read again.
                    if applied.is_none() && through > self.progress.borrow().durable {
                        return Err(self.failing());
                    }
                    return Ok(applied);
                }
                Ok(Standing::Taken) => return Err(lost(link::deposed())),
                Ok(Standing::Gone) => return Err(lost(link::gone())),
                Err(failure) => Error::from(failure),
            };
            self.progress.borrow_mut().failure = Some(error);
        }
    }

    /// The connection does not come back: whether the last writes were stored is not known.
    fn failing(&self) -> Stop {
        let failure = self.progress.borrow().failure.clone();
        let reason = failure.as_ref().map_or("", |error| error.message());
        let error = Error::new(
            codes::NETWORK_TIMEOUT,
            format_args!("the store does not answer; this write was not acknowledged: {reason}"),
        );
        Stop {
            error: error.with_label("RetryableWriteError"),
            state: State::Failing,
        }
    }

    /// The next batch, if there is anything to write.
    async fn prepare(&self, queue: &mut Queue) -> Result<Option<(Sent, Batch)>> {
        let bytes_of = |commits: &[Commit]| -> u64 {
            let lengths = commits.iter().map(|commit| commit.changes.len() as u64);
            lengths.sum()
        };
        queue
            .commits
            .extend(self.engine.borrow_mut().take_commits());
        let bytes = bytes_of(&queue.commits);
        let journal_bytes = {
            let mut progress = self.progress.borrow_mut();
            progress.bytes_under_way = bytes;
            progress.journal_bytes
        };
        let is_long = journal_bytes + bytes > self.options.checkpoint_bytes;
        if queue.is_absorbed || (is_long && !queue.is_cramped) {
            queue.is_absorbed = true;
            return self.prepare_pages(queue).await.map(Some);
        }
        let mut progress = self.progress.borrow_mut();
        let Some(last) = queue.commits.last().map(|commit| commit.sequence) else {
            // Nothing but what was relaxed so far and has to be on the disk now.
            if progress.sync_wanted <= progress.synced {
                return Ok(None);
            }
            let last = progress.durable;
            let mut batch = self.batch(&mut progress);
            journal::write_trace(last, progress.next_chunk, &mut batch.adds);
            return Ok(Some(sent_to_journal(last, 1, 0, batch)));
        };
        let mut batch = self.batch(&mut progress);
        let chunks = journal::write(&queue.commits, progress.next_chunk, &mut batch.adds);
        Ok(Some(sent_to_journal(last, chunks, bytes, batch)))
    }

    /// An empty batch, as durable as somebody wants it.
    fn batch(&self, progress: &mut super::database::Progress) -> Batch {
        let is_wanted = progress.sync_wanted > progress.synced;
        Batch {
            durability: match is_wanted {
                true => Durability::Strict,
                false => self.options.durability,
            },
            ..Batch::default()
        }
    }

    async fn prepare_pages(&self, queue: &mut Queue) -> Result<(Sent, Batch)> {
        let dropped = self.pages_of_dropped_trees().await?;
        // From here to the store's transaction nothing else can run.
        let mut engine = self.engine.borrow_mut();
        queue.commits.extend(engine.take_commits());
        if queue.grows() {
            queue.commits = Vec::new();
            queue.is_growing = true;
        }
        let mut progress = self.progress.borrow_mut();
        let batch = self.batch(&mut progress);
        let durability = batch.durability;
        let mut checkpoint = Checkpoint::prepare(
            &engine,
            progress.counters,
            progress.next_chunk,
            &dropped,
            self.link.walls(),
            durability,
        )?;
        // Not even if this fails is a page's number used again: a tree may have noted it as one to
        // be deleted, when what lies on it was replaced meanwhile.
        progress.counters.next_page = checkpoint.counters.next_page;
        let mut batch = std::mem::take(&mut checkpoint.batch);
        let swept = (Space::Pages, 0, progress.sweep_end * PAGE_CHUNKS);
        batch.delete_ranges.push(swept);
        join_ranges(&mut batch);
        let sent = Sent {
            last: engine.sequence(),
            is_strict: durability == Durability::Strict,
            is_filling: false,
            what: What::Pages {
                checkpoint: Box::new(checkpoint),
                dropped,
            },
        };
        Ok((sent, batch))
    }

    /// Takes note that a batch was applied.
    fn confirm(&self, sent: Sent) {
        let mut progress = self.progress.borrow_mut();
        let mut engine = self.engine.borrow_mut();
        progress.durable = sent.last;
        if sent.is_strict {
            progress.synced = sent.last;
        }
        engine.set_durable(sent.last);
        if sent.is_filling {
            self.link.set_reserved();
        }
        match sent.what {
            What::Journal { chunks, bytes } => {
                progress.next_chunk += chunks;
                progress.journal_bytes += bytes;
            }
            What::Pages {
                mut checkpoint,
                dropped,
            } => {
                engine.pager().forget(&dropped);
                progress.next_chunk += 1;
                progress.counters = checkpoint.counters;
                progress.trees = std::mem::take(&mut checkpoint.trees);
                progress.journal_bytes = 0;
                progress.sweep_end = 0;
                checkpoint.confirm(&mut engine);
            }
        }
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
                        Some(missing) => load::load(&self.link, &pager, missing).await?,
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

fn sent_to_journal(last: u64, chunks: u64, bytes: u64, batch: Batch) -> (Sent, Batch) {
    let sent = Sent {
        last,
        is_strict: batch.durability == Durability::Strict,
        is_filling: false,
        what: What::Journal { chunks, bytes },
    };
    (sent, batch)
}

fn refused(error: Error) -> Stop {
    let state = match link::is_final(&error) {
        true => State::ReadOnly,
        false => State::Durable,
    };
    Stop { error, state }
}

fn lost(error: Error) -> Stop {
    Stop {
        error,
        state: State::ReadOnly,
    }
}
