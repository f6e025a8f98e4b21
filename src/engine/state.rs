//! What an engine holds, and how a commit becomes visible, durable or undone.

use std::collections::VecDeque;
use std::rc::Rc;

use super::answers::{self, Answers, Ticket};
use super::cursors::Cursors;
use super::sessions::Sessions;
use super::status::{Status, Usage};
use crate::catalog::{Catalog, Collection, Namespace};
use crate::change::{Change, ChangeWriter};
use crate::env::Env;
use crate::error::Result;
use crate::storage::{Pager, Tree};
use crate::time_limit::TimeLimit;
use crate::value::{DocumentBuf, DocumentRef};

/// A database engine: takes commands (see `command`), knows no storage but pages.
pub struct Engine {
    pub(crate) env: Rc<dyn Env>,
    pub(crate) cursors: Cursors,
    pub(crate) sessions: Sessions,
    pub(crate) status: Status,
    /// When the command that runs has to stop.
    pub(crate) time_limit: Option<Rc<TimeLimit>>,
    /// What could not be read, when this is what could be read of a damaged store.
    salvaged: Option<Vec<DocumentBuf>>,
    answers: Answers,
    catalog: Catalog,
    pager: Rc<Pager>,
    /// The sequence number of the last commit.
    sequence: u64,
    next_collection_id: u64,
    /// Commits that nobody has taken yet; `None` if nobody is going to.
    log: Option<Vec<Commit>>,
    /// What commits replaced, the oldest first, until they are durable.
    undo: VecDeque<Undo>,
}

/// The changes of one command, for the journal.
pub struct Commit {
    pub sequence: u64,
    /// See `change`.
    pub changes: Vec<u8>,
}

struct Undo {
    sequence: u64,
    replaced: Vec<Replaced>,
    /// Whose answer is part of the commit.
    answered: Option<Ticket>,
}

/// A name and what stood there before a commit.
type Replaced = (Namespace, Option<Rc<Collection>>);

impl Engine {
    /// An engine whose data live in memory only.
    pub fn memory(env: Rc<dyn Env>) -> Engine {
        Engine::over(env, Pager::new(), None)
    }

    /// An empty engine whose commits are kept for a journal, over pages that may be in a store.
    pub fn journaled(env: Rc<dyn Env>, pager: Rc<Pager>) -> Engine {
        Engine::over(env, pager, Some(Vec::new()))
    }

    fn over(env: Rc<dyn Env>, pager: Rc<Pager>, log: Option<Vec<Commit>>) -> Engine {
        let status = Status::new(env.now_ms());
        Engine {
            env,
            status,
            cursors: Cursors::default(),
            sessions: Sessions::default(),
            salvaged: None,
            answers: Answers::default(),
            time_limit: None,
            catalog: Catalog::default(),
            pager,
            sequence: 0,
            next_collection_id: 1,
            log,
            undo: VecDeque::new(),
        }
    }

    /// The collections as the last commit left them.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The counts of a collection; `None` if there is no such collection.
    pub(crate) fn usage_mut(&mut self, database: &str, collection: &str) -> Option<&mut Usage> {
        self.status.usage_mut(database, collection, &self.catalog)
    }

    /// The pages.
    pub fn pager(&self) -> &Rc<Pager> {
        &self.pager
    }

    /// The sequence number of the last commit; zero before the first.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The id that the next collection gets.
    pub fn next_collection_id(&self) -> u64 {
        self.next_collection_id
    }

    /// Sets what was read from a store: the catalog, the sequence number of its last commit, and
    /// the id that the next collection gets. For an engine that has run no command.
    pub fn restore(&mut self, catalog: Catalog, sequence: u64, next_collection_id: u64) {
        self.catalog = catalog;
        self.sequence = sequence;
        self.next_collection_id = next_collection_id;
    }

    /// As [`Engine::restore`], from a damaged store: there are no entries in the indexes, so that
    /// nothing but a snapshot can be taken. `missing` describes what could not be read.
    pub fn restore_salvaged(&mut self, catalog: Catalog, missing: Vec<DocumentBuf>) {
        self.catalog = catalog;
        self.salvaged = Some(missing);
    }

    /// What could not be read, when this is what could be read of a damaged store.
    pub fn salvaged(&self) -> Option<&[DocumentBuf]> {
        self.salvaged.as_deref()
    }

    /// Keeps an answer that the journal holds.
    pub fn replay_answer(&mut self, answer: DocumentRef<'_>) {
        if let Some((ticket, reply, at_ms)) = super::answers::read(answer) {
            self.answers.keep(&ticket, reply, at_ms);
        }
    }

    /// One step of a loop of the command that runs.
    ///
    /// Errors: `MaxTimeMSExpired` (50).
    #[inline]
    pub(crate) fn step(&self) -> Result<()> {
        match &self.time_limit {
            None => Ok(()),
            Some(limit) => limit.step(),
        }
    }

    /// A tree without entries.
    pub(crate) fn new_tree(&self) -> Tree {
        Tree::new(&self.pager)
    }

    /// The collection with this name, as the last commit left it.
    pub fn collection(&self, namespace: &Namespace) -> Option<Rc<Collection>> {
        self.catalog.get(namespace).cloned()
    }

    pub(super) fn take_collection_id(&mut self) -> u64 {
        let id = self.next_collection_id;
        self.next_collection_id += 1;
        id
    }

    /// Sees to it that an id that was read from a journal is not given again.
    pub(super) fn keep_collection_id(&mut self, id: u64) {
        self.next_collection_id = self.next_collection_id.max(id + 1);
    }

    /// Makes changed collections visible together.
    pub(super) fn publish(&mut self, changed: Vec<Replaced>, changes: Vec<u8>) {
        self.sequence += 1;
        let mut replaced = Vec::with_capacity(changed.len());
        for (namespace, collection) in changed {
            let old = self.catalog.set(&namespace, collection);
            replaced.push((namespace, old));
        }
        if let Some(log) = &mut self.log {
            log.push(Commit {
                sequence: self.sequence,
                changes,
            });
            self.undo.push_back(Undo {
                sequence: self.sequence,
                replaced,
                answered: None,
            });
        }
    }

    /// The answers that may be asked for again.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    pub(crate) fn answers_mut(&mut self) -> &mut Answers {
        &mut self.answers
    }

    /// Makes an answer part of the last commit.
    pub(crate) fn answer(&mut self, ticket: &Ticket, reply: &[u8]) {
        let now_ms = self.env.now_ms();
        self.answers.keep(ticket, reply, now_ms);
        let kept = self.answers.find(ticket).unwrap_or_default();
        if let Some(commit) = self.log.as_mut().and_then(|log| log.last_mut()) {
            let answer = answers::describe(ticket, &kept, now_ms);
            let mut log = ChangeWriter::default();
            log.push(Change::Answer {
                answer: answer.as_ref(),
            });
            commit.changes.extend_from_slice(&log.into_bytes());
        }
        if let Some(undo) = self.undo.back_mut() {
            undo.answered = Some(*ticket);
        }
    }

    /// Whether commits are kept for a journal.
    pub fn is_journaled(&self) -> bool {
        self.log.is_some()
    }

    /// The commits since the last call, oldest first.
    pub fn take_commits(&mut self) -> Vec<Commit> {
        self.log.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Says that all commits up to this one are durable and will not be undone.
    pub fn set_durable(&mut self, sequence: u64) {
        while self
            .undo
            .front()
            .is_some_and(|undo| undo.sequence <= sequence)
        {
            self.undo.pop_front();
        }
    }

    /// Undoes every commit that is not durable, and closes all cursors: they may have seen them.
    pub fn undo_undurable(&mut self) {
        self.undo_after(0);
        self.cursors = Cursors::default();
    }

    /// Undoes the commits after this one that are not durable.
    pub fn undo_after(&mut self, sequence: u64) {
        while self
            .undo
            .back()
            .is_some_and(|undo| undo.sequence > sequence)
            && let Some(undo) = self.undo.pop_back()
        {
            self.sequence = undo.sequence - 1;
            if let Some(ticket) = &undo.answered {
                self.answers.forget(ticket);
            }
            for (namespace, collection) in undo.replaced.into_iter().rev() {
                self.catalog.set(&namespace, collection);
            }
        }
        if let Some(log) = &mut self.log {
            log.retain(|commit| commit.sequence <= sequence);
        }
    }

    /// How many bytes the commits have that nobody has taken yet.
    pub fn untaken_bytes(&self) -> u64 {
        let commits = self.log.iter().flatten();
        commits.map(|commit| commit.changes.len() as u64).sum()
    }

    /// Replaces a collection by the same collection with other page addresses: for checkpoints.
    pub fn update_pages(&mut self, namespace: &Namespace, change: impl FnOnce(&mut Collection)) {
        if let Some(mut collection) = self.catalog.set(namespace, None) {
            change(Rc::make_mut(&mut collection));
            self.catalog.set(namespace, Some(collection));
        }
    }

    /// Applies the changes of a commit that was read from a journal; nothing has changed when this
    /// fails.
    pub fn replay(&mut self, sequence: u64, changes: &[u8]) -> Result<()> {
        let mut write = super::Write::new(self);
        write.replay(changes)?;
        write.commit_replayed(sequence);
        Ok(())
    }

    pub(super) fn finish_replay(&mut self, sequence: u64) {
        self.sequence = sequence;
        self.undo.clear();
        if let Some(log) = &mut self.log {
            log.clear();
        }
    }
}
