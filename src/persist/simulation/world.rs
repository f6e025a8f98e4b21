//! One history: tabs, their owners, and the tree of all states that somebody has seen.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::disk::{Connection, Disk};
use super::model::{COLLECTIONS, Command, Document, Outcome, State, is_ordered, seen, state_of};
use crate::engine::Ticket;
use crate::env::next_random;
use crate::error::codes;
use crate::persist::crash_test::{check_indexes, command, env, is_ok, loaded, run};
use crate::persist::database::Next;
use crate::persist::faulty_store::{self, FaultyStore};
use crate::persist::{self, Attempt, Database, Durability, Options};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

type Db = Database<Connection>;

/// What was done and found.
#[derive(Default)]
pub(super) struct Counts {
    pub commands: u64,
    pub acknowledged: u64,
    pub faults: u64,
    pub owners: u64,
    pub power_losses: u64,
    pub sent_again: u64,
    pub answered_again: u64,
    pub reads: u64,
    pub flips: u64,
}

impl Counts {
    fn all(&self) -> [(&'static str, u64); 9] {
        [
            ("commands", self.commands),
            ("acknowledged writes", self.acknowledged),
            ("faults of the store", self.faults),
            ("owners", self.owners),
            ("losses of power", self.power_losses),
            ("commands sent again", self.sent_again),
            ("answered again", self.answered_again),
            ("cursors read", self.reads),
            ("bits flipped", self.flips),
        ]
    }

    pub(super) fn add(&mut self, other: &Counts) {
        self.commands += other.commands;
        self.acknowledged += other.acknowledged;
        self.faults += other.faults;
        self.owners += other.owners;
        self.power_losses += other.power_losses;
        self.sent_again += other.sent_again;
        self.answered_again += other.answered_again;
        self.reads += other.reads;
        self.flips += other.flips;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.all().map(|(name, count)| format!("{count} {name}"));
        out.write_str(&parts.join(", "))
    }
}

/// A state that an owner was in, after a command.
struct Node {
    parent: usize,
    sequence: u64,
    /// The command's number; the root has none.
    command: usize,
    state: Rc<State>,
    outcome: Outcome,
}

/// How sure an acknowledgement was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Sure {
    Buffered,
    Relaxed,
    Strict,
}

/// What all tasks see.
struct Shared {
    nodes: RefCell<Vec<Node>>,
    commands: RefCell<Vec<Command>>,
    /// The ticket's client and number of each command.
    tickets: RefCell<Vec<(u8, u64)>>,
    /// Nodes whose commands were acknowledged.
    acknowledged: RefCell<Vec<(usize, Sure)>>,
    /// Commands that are said not to have happened.
    refused: RefCell<BTreeSet<usize>>,
    disk: Rc<Disk>,
    random: Rc<Cell<u64>>,
    counts: RefCell<Counts>,
}

struct Owner {
    db: Db,
    shared: Rc<Shared>,
    options: Options,
    /// The state it is in.
    node: Cell<usize>,
    is_frozen: Cell<bool>,
}

/// What became of a client's command.
struct Reply {
    bytes: Vec<u8>,
    /// The node it led to, and the one that it was answered at.
    applied: Option<usize>,
    seen: usize,
    is_buffered: bool,
}

struct Task {
    owner: Rc<Owner>,
    /// The client that waits for it.
    client: Option<usize>,
    future: Pin<Box<dyn Future<Output = Option<Reply>>>>,
}

/// A tab that sends one command after the other.
struct Client {
    number: u64,
    /// The command that has no answer yet, and how often it was sent.
    pending: Option<(usize, u32)>,
    is_waiting: bool,
    is_journaled: bool,
}

pub(super) struct World {
    shared: Rc<Shared>,
    options: Options,
    owner: Option<Rc<Owner>>,
    tasks: Vec<Task>,
    clients: Vec<Client>,
}

impl Shared {
    fn below(&self, end: u64) -> u64 {
        next_random(&self.random) % end.max(1)
    }

    fn one_in(&self, end: u64) -> bool {
        self.below(end) == 0
    }

    /// A node and those it came from, the newest first.
    fn chain(&self, from: usize) -> Vec<usize> {
        let nodes = self.nodes.borrow();
        let next = |at: &usize| (*at > 0).then(|| nodes[*at].parent);
        std::iter::successors(Some(from), next).collect()
    }

    /// The node of a command among those that led to a node.
    fn find(&self, from: usize, command: usize) -> Option<usize> {
        let chain = self.chain(from);
        let nodes = self.nodes.borrow();
        chain
            .into_iter()
            .find(|&at| at > 0 && nodes[at].command == command)
    }

    /// The node that is stored: one that holds every acknowledged write that had to survive.
    fn stored(&self, lost: Sure) -> usize {
        let copy = faulty_store::Disk::default();
        *copy.borrow_mut() = self.disk.contents.borrow().clone();
        let (sequence, state, answered) = loaded(&copy).with_engine(|engine| {
            check_indexes(engine);
            let answers = engine.answers().descriptions();
            let answered: BTreeSet<_> = answers.filter_map(|answer| ticket_of(&answer)).collect();
            (engine.sequence(), state_of(engine), answered)
        });
        let same: Vec<usize> = {
            let nodes = self.nodes.borrow();
            let tickets = self.tickets.borrow();
            let is_same =
                |at: &usize| nodes[*at].sequence == sequence && *nodes[*at].state == state;
            let same = (0..nodes.len()).rev().filter(is_same);
            // Two owners can have done different things of the same effect, of which one is stored:
            // the one whose answer is there too, unless its client has asked for more since then.
            let is_answered =
                |at: &usize| *at > 0 && answered.contains(&tickets[nodes[*at].command]);
            let (told, others): (Vec<usize>, Vec<usize>) = same.partition(is_answered);
            told.into_iter().chain(others).collect()
        };
        assert!(
            !same.is_empty(),
            "no history leads to what is stored at {sequence}"
        );
        let acknowledged = self.acknowledged.borrow().clone();
        // One command can have been carried out by two owners, of whom one could not store it: then it
        // is the command that counts, not whose it was.
        let done = |at: usize| {
            let nodes = self.nodes.borrow();
            (nodes[at].command, nodes[at].sequence)
        };
        let holds = |chain: &[usize], node: usize| {
            chain.contains(&node) || chain.iter().any(|&at| done(at) == done(node))
        };
        let holds_all = |at: &usize| {
            let chain = self.chain(*at);
            let mut required = acknowledged.iter().filter(|(_, sure)| *sure > lost);
            required.all(|(node, _)| holds(&chain, *node))
        };
        let Some(found) = same.into_iter().find(holds_all) else {
            let nodes = self.nodes.borrow();
            let lost = acknowledged.iter().filter(|(_, sure)| *sure > lost);
            let lost: Vec<_> = lost
                .map(|(at, sure)| (at, nodes[*at].sequence, nodes[*at].command, sure))
                .collect();
            panic!("an acknowledged write is lost at {sequence}: one of {lost:?}");
        };
        let chain = self.chain(found);
        self.acknowledged
            .borrow_mut()
            .retain(|(node, _)| holds(&chain, *node));
        self.check_chain(&chain);
        found
    }

    /// No command twice, and none that was refused.
    fn check_chain(&self, chain: &[usize]) {
        let nodes = self.nodes.borrow();
        let commands = chain
            .iter()
            .filter(|&&at| at > 0)
            .map(|&at| nodes[at].command);
        let mut seen = BTreeSet::new();
        for command in commands {
            assert!(seen.insert(command), "command {command} was done twice");
            let is_refused = self.refused.borrow().contains(&command);
            assert!(!is_refused, "command {command} was refused, and is stored");
        }
    }
}

impl Owner {
    /// Notes what a command did at once.
    fn note(&self, before: u64, command: Option<usize>) -> Option<usize> {
        let after = self.db.sequences().0;
        if after == before {
            return None;
        }
        let command = command.expect("a read changes nothing");
        assert_eq!(after, before + 1, "a command is one commit");
        let parent = self.node.get();
        let mut state = self.shared.nodes.borrow()[parent].state.as_ref().clone();
        let outcome = self.shared.commands.borrow()[command].apply(&mut state);
        let mut nodes = self.shared.nodes.borrow_mut();
        assert_eq!(nodes[parent].sequence, before);
        nodes.push(Node {
            parent,
            sequence: after,
            command,
            state: Rc::new(state),
            outcome,
        });
        self.node.set(nodes.len() - 1);
        Some(self.node.get())
    }

    /// Follows the engine back after writes were undone.
    fn follow(&self) {
        let sequence = self.db.sequences().0;
        let nodes = self.shared.nodes.borrow();
        while nodes[self.node.get()].sequence > sequence {
            self.node.set(nodes[self.node.get()].parent);
        }
    }

    /// After the store was found again: what was unclear may have been stored.
    fn found_again(&self) {
        self.follow();
        let sequence = self.db.sequences().0;
        if self.shared.nodes.borrow()[self.node.get()].sequence != sequence {
            // Another owner may already be ahead.
            let chain = self.shared.chain(self.shared.stored(Sure::Buffered));
            let nodes = self.shared.nodes.borrow();
            let mut chain = chain.into_iter();
            let found = chain.find(|&at| nodes[at].sequence == sequence);
            self.node.set(found.expect("what was recovered is history"));
        }
    }

    /// Runs a command until it has a reply.
    async fn send(self: Rc<Owner>, bytes: &[u8], sent: Option<(usize, Ticket)>) -> Reply {
        let ticket = sent.as_ref().map(|(_, ticket)| ticket);
        let mut applied = None;
        let mut is_forced = false;
        loop {
            // The store may have been found again for somebody else meanwhile.
            self.found_again();
            let before = self.db.sequences().0;
            let attempt = match is_forced {
                true => self.db.attempt(bytes, ticket),
                false => self.db.try_command(bytes, ticket),
            };
            let noted = self.note(before, sent.as_ref().map(|(command, _)| *command));
            applied = noted.or(applied);
            let seen = self.node.get();
            let is_buffered = matches!(attempt, Attempt::Buffered { .. });
            if matches!(attempt, Attempt::Buffered { settle: true, .. }) {
                self.db.settle().await;
            }
            let next = self.db.step(attempt).await;
            is_forced = matches!(next, Next::Anyhow);
            if is_forced {
                self.found_again();
            }
            if let Next::Reply(bytes) = next {
                return Reply {
                    bytes,
                    applied,
                    seen,
                    is_buffered,
                };
            }
        }
    }

    /// Reads a collection with a cursor, batch by batch: all of one moment.
    async fn read(self: Rc<Owner>, collection: &'static str) -> Option<Reply> {
        let find = command(|command| {
            command.append("find", collection);
            command.append("batchSize", 2);
        });
        let mut reply = self.clone().send(&find, None).await;
        let state = self.shared.nodes.borrow()[reply.seen].state.clone();
        let mut found = Vec::new();
        loop {
            if !is_ok(&reply.bytes) {
                let code = code(&reply.bytes);
                assert_ne!(code, codes::DATA_CORRUPTION_DETECTED, "nothing is damaged");
                return None;
            }
            let cursor = DocumentRef::from_valid(&reply.bytes).get("cursor").unwrap();
            let cursor = cursor.as_document().unwrap();
            let batch = cursor
                .get("firstBatch")
                .or(cursor.get("nextBatch"))
                .unwrap();
            let documents = batch.as_array().unwrap();
            found.extend(
                documents
                    .iter()
                    .map(|it| Document::read(it.as_document().unwrap())),
            );
            let id = cursor.get("id").unwrap().to_i64_exact().unwrap();
            if id == 0 {
                break;
            }
            let more = command(|command| {
                command.append("getMore", id);
                command.append("collection", collection);
                command.append("batchSize", 3);
            });
            reply = self.clone().send(&more, None).await;
        }
        let mut expected = seen(&state, collection);
        if !is_ordered(collection) {
            found.sort();
            expected.sort();
        }
        assert_eq!(found, expected, "a cursor sees one moment");
        self.shared.counts.borrow_mut().reads += 1;
        None
    }

    /// Makes everything there is durable, with or without a checkpoint.
    async fn settle(self: Rc<Owner>, is_flush: bool) -> Option<Reply> {
        let mut node = self.node.get();
        let (done, sure) = match is_flush {
            true => (self.db.flush().await, sure_of(self.options.durability)),
            false => (self.db.sync().await, Sure::Strict),
        };
        if is_flush {
            // What was undone meanwhile was reported to whoever wrote it.
            self.follow();
            let durable = self.db.sequences().1;
            let chain = self.shared.chain(self.node.get());
            let nodes = self.shared.nodes.borrow();
            let mut chain = chain.into_iter();
            node = chain.find(|&at| nodes[at].sequence <= durable).unwrap_or(0);
        }
        if done.is_ok() && node > 0 {
            self.shared.acknowledged.borrow_mut().push((node, sure));
        }
        None
    }
}

fn sure_of(durability: Durability) -> Sure {
    match durability {
        Durability::Strict => Sure::Strict,
        Durability::Relaxed => Sure::Relaxed,
    }
}

fn code(reply: &[u8]) -> i32 {
    match DocumentRef::from_valid(reply).get("code") {
        Some(ValueRef::Int32(code)) => code,
        _ => 0,
    }
}

fn poll<T>(future: &mut Pin<Box<dyn Future<Output = T> + '_>>) -> Option<T> {
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

impl World {
    pub(super) fn new(seed: u64) -> World {
        let random = Rc::new(Cell::new(seed.wrapping_mul(0x9e37_79b9)));
        let root = Node {
            parent: 0,
            sequence: 0,
            command: usize::MAX,
            state: Rc::default(),
            outcome: Outcome {
                is_ok: true,
                count: None,
            },
        };
        let shared = Shared {
            nodes: RefCell::new(vec![root]),
            commands: RefCell::default(),
            tickets: RefCell::default(),
            acknowledged: RefCell::default(),
            refused: RefCell::default(),
            disk: Rc::default(),
            random,
            counts: RefCell::default(),
        };
        let options = Options {
            durability: match shared.one_in(3) {
                true => Durability::Relaxed,
                false => Durability::Strict,
            },
            buffer_ms: shared.one_in(4).then_some(50),
            checkpoint_bytes: 500 << shared.below(7),
        };
        let client = || Client {
            number: 0,
            pending: None,
            is_waiting: false,
            is_journaled: false,
        };
        let clients = (0..1 + shared.below(4)).map(|_| client()).collect();
        World {
            shared: Rc::new(shared),
            options,
            owner: None,
            tasks: Vec::new(),
            clients,
        }
    }

    pub(super) fn play(mut self) -> Counts {
        let shared = self.shared.clone();
        shared.disk.fails.set(!shared.one_in(5));
        self.open(Sure::Buffered);
        for _ in 0..100 + shared.below(300) {
            match shared.below(100) {
                0 => self.die(),
                1 => self.take_over(),
                2 => self.thaw(),
                3..=5 => {
                    let (owner, is_flush) = (self.current(), shared.one_in(2));
                    self.spawn(None, owner.clone().settle(is_flush));
                }
                6..=12 => {
                    let collection = COLLECTIONS[shared.below(6) as usize];
                    let owner = self.current();
                    self.spawn(None, owner.clone().read(collection));
                }
                13..=35 => self.send_next(),
                _ => self.poll_some(),
            }
        }
        shared.disk.fails.set(false);
        self.thaw();
        while !self.tasks.is_empty() {
            self.poll_some();
        }
        self.die();
        let mut counts = shared.counts.take();
        counts.faults = shared.disk.faults.get();
        counts
    }

    fn current(&self) -> Rc<Owner> {
        self.owner.clone().unwrap()
    }

    fn spawn(
        &mut self,
        client: Option<usize>,
        future: impl Future<Output = Option<Reply>> + 'static,
    ) {
        self.tasks.push(Task {
            owner: self.current(),
            client,
            future: Box::pin(future),
        });
    }

    /// An idle client sends its next command, or the last one again.
    fn send_next(&mut self) {
        let shared = self.shared.clone();
        let at = shared.below(self.clients.len() as u64) as usize;
        let client = &mut self.clients[at];
        if client.is_waiting {
            return self.poll_some();
        }
        let (number, times) = client.pending.unwrap_or_else(|| {
            let mut random = |end| shared.below(end) as i32;
            shared
                .commands
                .borrow_mut()
                .push(Command::random(&mut random));
            client.number += 1;
            let mut tickets = shared.tickets.borrow_mut();
            tickets.push((at as u8, client.number));
            client.is_journaled = shared.one_in(4);
            (shared.commands.borrow().len() - 1, 0)
        });
        client.pending = Some((number, times + 1));
        client.is_waiting = true;
        let mut counts = shared.counts.borrow_mut();
        match times {
            0 => counts.commands += 1,
            _ => counts.sent_again += 1,
        }
        drop(counts);
        let ticket = Ticket {
            client: [at as u8; 16],
            number: client.number,
            done: client.number - 1,
        };
        let bytes = shared.commands.borrow()[number].encode(client.is_journaled);
        let owner = self.current();
        let future = async move { Some(owner.send(&bytes, Some((number, ticket))).await) };
        self.spawn(Some(at), future);
    }

    /// Something that can go on does so.
    fn poll_some(&mut self) {
        let awake = |task: &Task| !task.owner.is_frozen.get();
        let able: Vec<usize> = (0..self.tasks.len())
            .filter(|&at| awake(&self.tasks[at]))
            .collect();
        if able.is_empty() {
            return;
        }
        let at = able[self.shared.below(able.len() as u64) as usize];
        let outcome = poll(&mut self.tasks[at].future);
        self.tasks[at].owner.follow();
        if let Some(reply) = outcome {
            let task = self.tasks.swap_remove(at);
            if let (Some(client), Some(reply)) = (task.client, reply) {
                self.answered(client, &task.owner, &reply);
            }
        }
    }

    /// Checks the reply to a client's command.
    fn answered(&mut self, client: usize, owner: &Owner, reply: &Reply) {
        let client = &mut self.clients[client];
        let (command, times) = client.pending.unwrap();
        client.is_waiting = false;
        let shared = &self.shared;
        let transient = [
            codes::PRIMARY_STEPPED_DOWN,
            codes::NETWORK_TIMEOUT,
            codes::OPERATION_FAILED,
        ];
        let code = code(&reply.bytes);
        if !is_ok(&reply.bytes) && transient.contains(&code) {
            // Sent again, or given up: then nobody knows whether it was done.
            if times > 20 {
                client.pending = None;
            }
            return;
        }
        client.pending = None;
        if code == codes::OUT_OF_DISK_SPACE {
            // An owner that could not claim the store cannot keep the one before it from writing.
            let is_sure = times == 1 || owner.db.status().state != persist::State::ReadOnly;
            if is_sure {
                shared.refused.borrow_mut().insert(command);
            }
            return;
        }
        let node = reply.applied.or_else(|| shared.find(reply.seen, command));
        if node.is_some() && reply.applied.is_none() {
            shared.counts.borrow_mut().answered_again += 1;
        }
        let expected = match node {
            Some(node) => shared.nodes.borrow()[node].outcome,
            None => {
                let mut state = shared.nodes.borrow()[reply.seen].state.as_ref().clone();
                let outcome = shared.commands.borrow()[command].apply(&mut state);
                let nodes = shared.nodes.borrow();
                assert_eq!(
                    state, *nodes[reply.seen].state,
                    "command {command} did nothing"
                );
                outcome
            }
        };
        let shown = || DocumentBuf::from_valid(reply.bytes.clone()).to_string();
        assert_eq!(is_ok(&reply.bytes), expected.is_ok, "{}", shown());
        if let Some(count) = expected.count {
            let found = DocumentRef::from_valid(&reply.bytes).get("n");
            let found = found.and_then(|n| n.to_i64_exact());
            assert_eq!(found, Some(i64::from(count)), "{}", shown());
        }
        if let Some(node) = node {
            let sure = match (reply.is_buffered, client.is_journaled) {
                (true, _) => Sure::Buffered,
                (_, true) if !is_expiry(&shared.commands.borrow()[command]) => Sure::Strict,
                _ => sure_of(owner.options.durability),
            };
            shared.acknowledged.borrow_mut().push((node, sure));
            shared.counts.borrow_mut().acknowledged += 1;
        }
    }

    /// The owner's process ends, with or without the power; another tab opens the store.
    fn die(&mut self) {
        let shared = self.shared.clone();
        let mut lost = Sure::Buffered;
        if shared.one_in(3) {
            shared.disk.lose_power(shared.below(u64::MAX));
            shared.counts.borrow_mut().power_losses += 1;
            lost = Sure::Relaxed;
            // All tabs are of one machine.
            self.tasks.clear();
        }
        let owner = self.current();
        self.tasks.retain(|task| !Rc::ptr_eq(&task.owner, &owner));
        self.owner = None;
        drop(owner);
        if shared.one_in(3) {
            self.flip_a_bit();
        }
        self.open(lost);
    }

    /// The owner freezes, and another tab takes the store from it; or it does not even freeze.
    fn take_over(&mut self) {
        let owner = self.current();
        owner.is_frozen.set(!self.shared.one_in(3));
        self.open(Sure::Buffered);
    }

    /// Frozen owners go on, and do not know what has happened.
    fn thaw(&mut self) {
        self.tasks
            .iter()
            .for_each(|task| task.owner.is_frozen.set(false));
    }

    /// Opens the store, now and then in several attempts that die on the way.
    fn open(&mut self, lost: Sure) {
        let shared = self.shared.clone();
        // Whoever waited for an answer sends again.
        self.tasks.iter_mut().for_each(|task| task.client = None);
        self.clients
            .iter_mut()
            .for_each(|client| client.is_waiting = false);
        for attempt in 0.. {
            assert!(attempt < 500, "the store cannot be opened");
            let mut life = match shared.one_in(4) {
                true => shared.below(12),
                false => u64::MAX,
            };
            let connection = Connection::new(&shared.disk, &shared.random);
            let opening = Database::open(connection, env(), self.options);
            let mut opening: Pin<Box<dyn Future<Output = _>>> = Box::pin(opening);
            let opened = loop {
                if let Some(opened) = poll(&mut opening) {
                    break Some(opened);
                }
                if life == 0 {
                    break None;
                }
                life -= 1;
                if shared.one_in(3) {
                    self.poll_some();
                }
            };
            match opened {
                Some(Ok(db)) => {
                    let stored = shared.stored(lost);
                    let sequence = db.sequences().0;
                    // One that could not claim the store, for want of space, cannot keep the owner
                    // before it from writing: it sees the moment at which it read.
                    let is_claimed = db.status().state != persist::State::ReadOnly;
                    let mut chain = shared.chain(stored).into_iter();
                    let node = chain.find(|&at| shared.nodes.borrow()[at].sequence == sequence);
                    let node = node.expect("what was opened is history");
                    assert!(!is_claimed || node == stored);
                    shared.counts.borrow_mut().owners += 1;
                    self.owner = Some(Rc::new(Owner {
                        db,
                        shared,
                        options: self.options,
                        node: Cell::new(node),
                        is_frozen: Cell::new(false),
                    }));
                    return;
                }
                Some(Err(error)) => {
                    assert_ne!(error.code(), codes::DATA_CORRUPTION_DETECTED);
                }
                None => {}
            }
        }
    }

    /// With one bit flipped a copy of the store gives an error, or what is stored.
    fn flip_a_bit(&self) {
        let shared = &self.shared;
        shared.counts.borrow_mut().flips += 1;
        let copy = faulty_store::Disk::default();
        *copy.borrow_mut() = shared.disk.contents.borrow().clone();
        let whole = loaded(&{
            let whole = faulty_store::Disk::default();
            *whole.borrow_mut() = copy.borrow().clone();
            whole
        });
        let state = whole.with_engine(state_of);
        let keys: Vec<_> = copy.borrow().keys().copied().collect();
        let Some(key) = keys.get(shared.below(keys.len() as u64) as usize) else {
            return;
        };
        if let Some(value) = copy
            .borrow_mut()
            .get_mut(key)
            .filter(|value| !value.is_empty())
        {
            let at = shared.below(value.len() as u64) as usize;
            value[at] ^= 1 << shared.below(8);
        }
        let store = FaultyStore::new(&copy, &Rc::default(), None);
        match run(Database::open(store, env(), self.options)) {
            Err(error) => assert_eq!(error.code(), codes::DATA_CORRUPTION_DETECTED),
            Ok(database) => {
                for name in COLLECTIONS {
                    let find = command(|command| {
                        command.append("find", name);
                        command.append("batchSize", 1000);
                    });
                    let reply = run(database.run_command(&find));
                    if !is_ok(&reply) {
                        assert_eq!(code(&reply), codes::DATA_CORRUPTION_DETECTED);
                        continue;
                    }
                    let cursor = DocumentRef::from_valid(&reply).get("cursor").unwrap();
                    let batch = cursor.as_document().unwrap().get("firstBatch").unwrap();
                    let found = batch.as_array().unwrap();
                    let found = found
                        .iter()
                        .map(|it| Document::read(it.as_document().unwrap()));
                    let (mut found, mut expected) = (found.collect::<Vec<_>>(), seen(&state, name));
                    if !is_ordered(name) {
                        found.sort();
                        expected.sort();
                    }
                    assert_eq!(found, expected);
                }
            }
        }
    }
}

/// The client and the number of an answer's ticket.
fn ticket_of(answer: &DocumentBuf) -> Option<(u8, u64)> {
    let answer = answer.as_ref();
    let Some(ValueRef::Binary(client)) = answer.get("client") else {
        return None;
    };
    let number = answer.get("number")?.to_i64_exact()?;
    Some((*client.bytes.first()?, number as u64))
}

fn is_expiry(command: &Command) -> bool {
    matches!(command, Command::Expire)
}
