//! A database over a store: runs commands, loads pages, makes commits durable.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::checkpoint::WrittenTrees;
use super::format::Counters;
use super::link::{Link, Standing};
use super::notify::Notify;
use super::recovery::{self, Recovered};
use super::reserve::{self, Reserve};
use super::status::{State, Status};
use super::store::{Durability, Store};
use super::{link, load};
use crate::command::{Outcome, error_reply};
use crate::engine::{Engine, Ticket};
use crate::env::Env;
use crate::error::{Error, PageId, Result, codes};
use crate::value::{DocumentRef, ValueRef};

/// How a database is kept.
#[derive(Clone, Copy)]
pub struct Options {
    pub durability: Durability,
    /// Writes are acknowledged before the store has them, and go there after this long at most.
    pub buffer_ms: Option<u32>,
    /// Bytes of journal after which a checkpoint is made.
    pub checkpoint_bytes: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            durability: Durability::Strict,
            buffer_ms: None,
            checkpoint_bytes: 8 * 1024 * 1024,
        }
    }
}

/// Pages that were loaded and that no tree has taken, at most: twice what a scan reads ahead.
const WAITING_PAGES_MAX: usize = 8192;

/// Ended generations whose reasons are kept.
const GENERATIONS_KEPT: usize = 8;

/// A database whose commits are acknowledged once the store has them.
pub struct Database<S> {
    pub(super) link: Link<S>,
    pub(super) options: Options,
    env: Rc<dyn Env>,
    pub(super) engine: RefCell<Engine>,
    pub(super) progress: RefCell<Progress>,
    /// True while a transaction with commits is under way.
    committing: Cell<bool>,
    /// True while somebody sees to it that buffered commits are written.
    settling: Cell<bool>,
    changed: Notify,
    /// Is told when the state changes.
    listener: RefCell<Option<Listener>>,
}

/// Who is told of a new state.
type Listener = Rc<dyn Fn(State)>;

/// How far the store is.
#[derive(Default)]
pub(super) struct Progress {
    pub state: State,
    pub counters: Counters,
    pub next_chunk: u64,
    pub journal_bytes: u64,
    /// Pages below this number are of no tree any more, and go with the next checkpoint.
    pub sweep_end: u64,
    /// Something was refused for want of space, and nothing that grows was stored since: what is
    /// large is not tried, as browsers write it to the disk and then refuse it.
    pub is_full: bool,
    pub trees: WrittenTrees,
    pub durable: u64,
    /// The last commit that is on the disk, and the last that has to be there soon.
    pub synced: u64,
    pub sync_wanted: u64,
    /// Bytes of the commits that are on their way.
    pub bytes_under_way: u64,
    /// When the oldest commit that is not durable was made.
    waiting_since_ms: f64,
    /// Counts how often commits were undone; what waited for an older one has failed.
    generation: u64,
    /// How the last generations ended: whoever waited is told late, when the store may be well again.
    undone: VecDeque<Undone>,
    pub failure: Option<Error>,
}

/// The end of a generation.
struct Undone {
    generation: u64,
    /// What was stored by then.
    durable: u64,
    synced: u64,
    reason: Error,
}

impl<S: Store> Database<S> {
    /// Opens what the store holds, and takes it from whoever had it open. When there is no space
    /// even for that, it can be read, and the state is `ReadOnly`.
    ///
    /// Errors: `UnsupportedFormat` (12), `DataCorruptionDetected` (301), `LockBusy` (46), the
    /// store's.
    pub async fn open(store: S, env: Rc<dyn Env>, options: Options) -> Result<Database<S>> {
        let link = Link::claim(store, options.durability, &recovery::check_format).await?;
        let recovered = recovery::recover(&link, env.clone()).await;
        if link.refusal().is_some() || recovered.is_err() {
            // Whoever had it could go on meanwhile, or another take it: then nothing is damaged.
            link.check().await?;
        }
        let mut recovered = recovered?;
        // Whatever was read: who claimed the store since then has this number.
        recovered.next_chunk = link.first_chunk();
        Ok(Database::over(link, recovered, options, env))
    }

    /// A database of what was read.
    pub(super) fn over(
        link: Link<S>,
        recovered: Recovered,
        options: Options,
        env: Rc<dyn Env>,
    ) -> Database<S> {
        let mut progress = Progress::default();
        let engine = RefCell::new(progress.begin(recovered, options.durability));
        progress.is_full = link.reserve() == Reserve::Spent;
        if let Some(refusal) = link.refusal() {
            progress.state = State::ReadOnly;
            progress.failure = Some(refusal.clone());
        }
        Database {
            link,
            options,
            env,
            engine,
            progress: RefCell::new(progress),
            committing: Cell::new(false),
            settling: Cell::new(false),
            changed: Notify::default(),
            listener: RefCell::default(),
        }
    }

    /// Runs a command if that needs nothing from the store: no page, and no wait for durability.
    /// Otherwise what was done so far is finished by [`Database::finish`].
    pub fn try_command(&self, request: &[u8], ticket: Option<&Ticket>) -> Attempt {
        let state = self.progress.borrow().state;
        match state {
            State::Failing if self.options.buffer_ms.is_none() => return Attempt::Stuck,
            State::ReadOnly if self.is_deposed() => {
                return Attempt::Done(self.refusal());
            }
            _ => {}
        }
        self.attempt(request, ticket)
    }

    pub(super) fn attempt(&self, request: &[u8], ticket: Option<&Ticket>) -> Attempt {
        let mut engine = self.engine.borrow_mut();
        let before = engine.sequence();
        let outcome = match ticket {
            Some(ticket) => engine.execute_once(request, ticket),
            None => engine.execute(request),
        };
        let reply = match outcome {
            Outcome::Fault(pages) => return Attempt::Fault(pages),
            // An answer that is given again may be to a write that is not durable yet.
            Outcome::Reply(reply) if engine.sequence() == before && ticket.is_none() => {
                return Attempt::Done(reply);
            }
            Outcome::Reply(reply) => reply,
        };
        let mut progress = self.progress.borrow_mut();
        let is_repeated = engine.sequence() == before;
        let relaxed = self.options.durability == Durability::Relaxed;
        let is_journaled = (relaxed || self.options.buffer_ms.is_some()) && wants_journal(request);
        let reached = if is_journaled {
            progress.synced
        } else {
            progress.durable
        };
        if is_repeated && before == reached {
            return Attempt::Done(reply);
        }
        if matches!(progress.state, State::Failing | State::ReadOnly) {
            engine.undo_after(before);
            drop(progress);
            // What was done earlier is stored, only not as surely as is asked for.
            return Attempt::Done(match is_repeated {
                true => error_reply(&unknown()).into_bytes(),
                false => self.refusal(),
            });
        }
        if before == progress.durable {
            progress.waiting_since_ms = self.env.monotonic_ms();
        }
        let sequence = engine.sequence();
        let generation = progress.generation;
        if is_journaled {
            progress.sync_wanted = sequence;
        }
        drop((progress, engine));
        self.set_state(State::Saving);
        if self.options.buffer_ms.is_some() && !is_journaled {
            return Attempt::Buffered {
                reply,
                settle: !self.settling.replace(true),
            };
        }
        Attempt::Wrote {
            reply,
            sequence,
            generation,
            is_journaled,
            is_repeated,
        }
    }

    /// Runs a command; the reply to a write is given once it is durable.
    pub async fn run_command(&self, request: &[u8]) -> Vec<u8> {
        let attempt = self.try_command(request, None);
        self.finish(request, None, attempt).await
    }

    /// As [`Database::run_command`], for a command that may be sent again.
    pub async fn run_once(&self, request: &[u8], ticket: &Ticket) -> Vec<u8> {
        let attempt = self.try_command(request, Some(ticket));
        self.finish(request, Some(ticket), attempt).await
    }

    /// Does what an attempt still needs: loads pages and tries again, waits for durability.
    pub async fn finish(
        &self,
        request: &[u8],
        ticket: Option<&Ticket>,
        mut attempt: Attempt,
    ) -> Vec<u8> {
        loop {
            attempt = match self.step(attempt).await {
                Next::Reply(reply) => return reply,
                Next::Again => self.try_command(request, ticket),
                Next::Anyhow => self.attempt(request, ticket),
            };
        }
    }

    /// Does what an attempt needs next.
    pub(super) async fn step(&self, attempt: Attempt) -> Next {
        match attempt {
            Attempt::Done(reply) | Attempt::Buffered { reply, .. } => Next::Reply(reply),
            Attempt::Stuck => {
                self.mend().await;
                Next::Anyhow
            }
            Attempt::Fault(pages) => {
                let pager = self.engine.borrow().pager().clone();
                // What was read along and nobody took is not kept for ever.
                if pager.waiting() > WAITING_PAGES_MAX {
                    pager.forget_waiting();
                }
                match load::load(&self.link, &pager, &pages).await {
                    Ok(()) => Next::Again,
                    Err(error) => {
                        self.lose(&error);
                        Next::Reply(error_reply(&error).into_bytes())
                    }
                }
            }
            Attempt::Wrote {
                reply,
                sequence,
                generation,
                is_journaled,
                is_repeated,
            } => match self.wait_durable(sequence, generation, is_journaled).await {
                Ok(()) => Next::Reply(reply),
                // What failed may be another's write: see whether the answer still holds.
                Err(_) if is_repeated => Next::Again,
                Err(error) => Next::Reply(error_reply(&error).into_bytes()),
            },
        }
    }

    /// Writes what was acknowledged before the store had it; for whoever got [`Attempt::Buffered`]
    /// with `settle`.
    pub async fn settle(&self) {
        self.link
            .pause(self.options.buffer_ms.unwrap_or_default())
            .await;
        self.settling.set(false);
        let (sequence, generation) = {
            let progress = self.progress.borrow();
            (self.engine.borrow().sequence(), progress.generation)
        };
        // A failure stays in the status.
        let _ = self.wait_durable(sequence, generation, false).await;
    }

    /// In the state `Failing`: whether the store is back. Then the database goes on from what is
    /// stored.
    pub async fn probe(&self) {
        if self.progress.borrow().state == State::Failing && self.options.buffer_ms.is_none() {
            self.mend().await;
        }
    }

    /// What is not durable, and why.
    pub fn status(&self) -> Status {
        let progress = self.progress.borrow();
        let engine = self.engine.borrow();
        let commits = engine.sequence().saturating_sub(progress.durable);
        let age_ms = self.env.monotonic_ms() - progress.waiting_since_ms;
        Status {
            state: progress.state,
            commits,
            bytes: engine.untaken_bytes() + progress.bytes_under_way,
            age_ms: if commits == 0 { 0.0 } else { age_ms },
            failure: progress.failure.clone(),
        }
    }

    /// Whom to tell when the state changes. It must not call the database.
    pub fn listen(&self, listener: Listener) {
        *self.listener.borrow_mut() = Some(listener);
    }

    pub(super) fn set_state(&self, state: State) {
        let before = std::mem::replace(&mut self.progress.borrow_mut().state, state);
        if before != state
            && let Some(listener) = &*self.listener.borrow()
        {
            listener(state);
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
        let pager = self.engine.borrow().pager().clone();
        load::load(&self.link, &pager, pages).await
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
            match progress.state {
                State::Failing | State::ReadOnly => return Err(progress.reason()),
                _ if progress.is_full && !reserve::has_room_for(&self.engine.borrow()) => {
                    return Err(reserve::full());
                }
                _ => {}
            }
            progress.journal_bytes == 0 && self.engine.borrow().sequence() == progress.durable
        };
        if clean {
            return Ok(());
        }
        self.lead(true).await
    }

    /// Waits until everything there is now is durable, without a checkpoint.
    ///
    /// Errors: the store's.
    pub async fn sync(&self) -> Result<()> {
        // What is in memory then is not all that may be stored.
        self.probe().await;
        let (sequence, generation) = {
            let mut progress = self.progress.borrow_mut();
            let is_stuck = match progress.state {
                State::ReadOnly => true,
                State::Failing => self.options.buffer_ms.is_none(),
                _ => false,
            };
            if is_stuck {
                return Err(progress.reason());
            }
            let sequence = self.engine.borrow().sequence();
            progress.sync_wanted = sequence;
            (sequence, progress.generation)
        };
        self.wait_durable(sequence, generation, true).await
    }

    /// Whoever waits first writes for all; the others look again when it is done.
    async fn wait_durable(&self, sequence: u64, generation: u64, synced: bool) -> Result<()> {
        loop {
            {
                let progress = self.progress.borrow();
                if progress.generation != generation {
                    return progress.outcome_of(generation, sequence, synced);
                }
                let reached = if synced {
                    progress.synced
                } else {
                    progress.durable
                };
                if reached >= sequence {
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
        self.progress.borrow_mut().bytes_under_way = 0;
        match &outcome {
            Ok(()) => {
                self.progress.borrow_mut().failure = None;
            }
            Err(stop) => {
                let mut progress = self.progress.borrow_mut();
                self.engine.borrow_mut().undo_undurable();
                progress.undo(&stop.error);
                progress.failure = Some(stop.error.clone());
            }
        }
        self.set_state(match &outcome {
            Err(stop) if stop.state != State::Durable => stop.state,
            _ if self.is_clean() => State::Durable,
            _ => State::Saving,
        });
        self.committing.set(false);
        self.changed.wake_all();
        outcome.map_err(|stop| stop.error)
    }

    fn is_clean(&self) -> bool {
        self.engine.borrow().sequence() == self.progress.borrow().durable
    }

    /// Goes on from what is stored, if the store answers. What failed before is not in memory any
    /// more; whether it is in the store was unclear, and is seen now.
    async fn mend(&self) {
        if self.committing.get() {
            self.changed.wait().await;
            return;
        }
        self.committing.set(true);
        let outcome = self.reopen().await;
        match outcome {
            Ok(recovered) => {
                let engine = self
                    .progress
                    .borrow_mut()
                    .begin(recovered, self.options.durability);
                *self.engine.borrow_mut() = engine;
                self.set_state(State::Durable);
            }
            Err(error) => self.lose(&error),
        }
        self.committing.set(false);
        self.changed.wake_all();
    }

    async fn reopen(&self) -> Result<Recovered> {
        match self.link.standing(0, 0).await? {
            Standing::Ours(_) => {
                let recovered = recovery::recover(&self.link, self.env.clone()).await?;
                // Not what another owner has written meanwhile.
                self.link.check().await?;
                Ok(recovered)
            }
            Standing::Taken => Err(link::deposed()),
            Standing::Gone => Err(link::gone()),
        }
    }

    /// Takes note that the store belongs to this database no more, if that is what an error says.
    fn lose(&self, error: &Error) {
        if link::is_final(error) {
            let mut progress = self.progress.borrow_mut();
            self.engine.borrow_mut().undo_undurable();
            progress.undo(error);
            progress.failure = Some(error.clone());
            drop(progress);
            self.set_state(State::ReadOnly);
        }
    }

    /// Whether another owner has the store: then what is in memory may be old.
    fn is_deposed(&self) -> bool {
        self.progress.borrow().failure.as_ref() == Some(&link::deposed())
    }

    fn refusal(&self) -> Vec<u8> {
        error_reply(&self.progress.borrow().reason()).into_bytes()
    }
}

impl Progress {
    /// Starts over from what was read from the store; gives the engine.
    fn begin(&mut self, recovered: Recovered, durability: Durability) -> Engine {
        let durable = recovered.engine.sequence();
        self.undo(&self.reason());
        *self = Progress {
            state: self.state,
            counters: recovered.counters,
            next_chunk: recovered.next_chunk,
            journal_bytes: recovered.journal_bytes,
            trees: recovered.trees,
            durable,
            // What is there may be no surer than what is written.
            synced: match durability {
                Durability::Strict => durable,
                Durability::Relaxed => 0,
            },
            generation: self.generation,
            undone: std::mem::take(&mut self.undone),
            ..Progress::default()
        };
        recovered.engine
    }

    /// Takes note that what is not durable was undone.
    fn undo(&mut self, reason: &Error) {
        self.undone.push_back(Undone {
            generation: self.generation,
            durable: self.durable,
            synced: self.synced,
            reason: reason.clone(),
        });
        if self.undone.len() > GENERATIONS_KEPT {
            self.undone.pop_front();
        }
        self.generation += 1;
    }

    fn reason(&self) -> Error {
        self.failure.clone().unwrap_or_else(unknown)
    }

    /// What became of a commit of a generation that has ended.
    fn outcome_of(&self, generation: u64, sequence: u64, synced: bool) -> Result<()> {
        let mut undone = self.undone.iter();
        let Some(end) = undone.find(|end| end.generation == generation) else {
            return Err(unknown());
        };
        let reached = if synced { end.synced } else { end.durable };
        match reached >= sequence {
            true => Ok(()),
            false => Err(end.reason.clone()),
        }
    }
}

/// `NetworkTimeout` (89): what became of a write is not known any more.
#[cold]
fn unknown() -> Error {
    let message = "this write was not acknowledged";
    Error::new(codes::NETWORK_TIMEOUT, message).with_label("RetryableWriteError")
}

/// Why writing stopped, and what that makes of the database.
pub(super) struct Stop {
    pub error: Error,
    /// `Durable` if the next write may well succeed.
    pub state: State,
}

/// Whether a command asks for `{j: true}`.
fn wants_journal(request: &[u8]) -> bool {
    let concern = DocumentRef::from_valid(request).get("writeConcern");
    let journal = concern
        .and_then(|concern| concern.as_document())
        .and_then(|concern| concern.get("j"));
    matches!(journal, Some(ValueRef::Boolean(true)))
        || journal.is_some_and(|journal| journal.to_i64_exact().is_some_and(|j| j != 0))
}

/// What comes after a step.
pub(super) enum Next {
    Reply(Vec<u8>),
    /// The command is tried again.
    Again,
    /// The same, however the store is.
    Anyhow,
}

/// What came of trying a command.
pub enum Attempt {
    /// It is done and has written nothing, or was refused.
    Done(Vec<u8>),
    /// It is done, acknowledged, and not in the store yet; with `settle` the caller is the one who
    /// calls [`Database::settle`].
    Buffered { reply: Vec<u8>, settle: bool },
    /// It is done and waits for durability.
    Wrote {
        reply: Vec<u8>,
        sequence: u64,
        generation: u64,
        is_journaled: bool,
        /// It was done before, and is answered again.
        is_repeated: bool,
    },
    /// It needs these pages.
    Fault(Vec<PageId>),
    /// The store has to be looked after first.
    Stuck,
}
