//! What the modes of durability promise, what a store that stays away does to writes, and that an
//! owner who was replaced can write no more.
#![allow(clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::crash_test::{command, env, insert_into, is_ok, run};
use super::faulty_store::{Disk, Fault, FaultyStore};
use super::store::{Batch, Failure, Space, Store, Values};
use super::{Attempt, Database, Durability, Options, State};
use crate::engine::Ticket;
use crate::value::{DocumentRef, ValueRef};

type Db = Database<FaultyStore>;

pub(super) fn open(disk: &Disk, options: Options) -> Db {
    let store = FaultyStore::new(disk, &Rc::default(), None);
    run(Database::open(store, env(), options)).unwrap()
}

fn open_failing(disk: &Disk, at: u64, fault: Fault) -> Db {
    let store = FaultyStore::new(disk, &Rc::new(Cell::new(0)), Some((at, fault)));
    run(Database::open(store, env(), Options::default())).unwrap()
}

pub(super) fn insert(id: i32) -> Vec<u8> {
    insert_into("things", id..id + 1, 1)
}

fn journaled(id: i32) -> Vec<u8> {
    command(|command| {
        command.append("insert", "things");
        command.append_array("documents", |list| list.document().append("_id", id));
        command.append_document("writeConcern", |concern| concern.append("j", true));
    })
}

pub(super) fn count(database: &Database<impl Store>) -> i32 {
    let count = command(|command| command.append("count", "things"));
    let reply = run(database.run_command(&count));
    match DocumentRef::from_valid(&reply).get("n") {
        Some(ValueRef::Int32(n)) => n,
        _ => -1,
    }
}

pub(super) fn stored(disk: &Disk) -> i32 {
    // A copy: looking must not claim the store.
    let copy = Disk::default();
    *copy.borrow_mut() = disk.borrow().clone();
    count(&open(&copy, Options::default()))
}

pub(super) fn code(reply: &[u8]) -> i32 {
    match DocumentRef::from_valid(reply).get("code") {
        Some(ValueRef::Int32(code)) => code,
        _ => 0,
    }
}

/// Steps of opening an empty store: two reads before the claim, the claim and a read after it,
/// manifest, journal.
pub(super) const OPENING: u64 = 6;

#[test]
fn a_store_that_stays_away_refuses_writes_and_is_found_again() {
    for (is_done, is_flushed) in [(false, false), (true, false), (false, true), (true, true)] {
        let disk = Disk::default();
        // Longer than all tries of one write.
        let resets = 9;
        let step = OPENING + 1 + u64::from(is_flushed);
        let database = open_failing(&disk, step, Fault::Break { is_done, resets });
        let states = Rc::new(RefCell::new(Vec::new()));
        let seen = states.clone();
        database.listen(Rc::new(move |state| seen.borrow_mut().push(state)));
        assert!(is_ok(&run(database.run_command(&insert(1)))));
        if is_flushed {
            run(database.flush()).unwrap();
            states.borrow_mut().clear();
        }
        let refused = run(database.run_command(&insert(2)));
        assert_eq!(code(&refused), 89);
        let status = database.status();
        assert_eq!((status.state, status.commits), (State::Failing, 0));
        // Reads go on. A write looks after the store first; it is still away.
        assert_eq!(count(&database), 1);
        assert_eq!(code(&run(database.run_command(&insert(3)))), 89);
        while database.status().state == State::Failing {
            run(database.probe());
        }
        // What was refused may have been stored, which is seen now.
        assert_eq!(count(&database), 1 + i32::from(is_done));
        assert!(is_ok(&run(database.run_command(&insert(4)))));
        assert_eq!(stored(&disk), 2 + i32::from(is_done));
        let states = states.borrow();
        let first = [State::Saving, State::Durable];
        let expected = [
            State::Saving,
            State::Retrying,
            State::Failing,
            State::Durable,
            State::Saving,
            State::Durable,
        ];
        let first = &first[if is_flushed { 2 } else { 0 }..];
        assert_eq!(*states, [first, &expected].concat());
    }
}

#[test]
fn what_was_given_up_is_looked_for_before_anything_is_made_durable() {
    let disk = Disk::default();
    let fault = Fault::Break {
        is_done: true,
        resets: 9,
    };
    let store = FaultyStore::new(&disk, &Rc::default(), Some((OPENING + 1, fault)));
    let options = Options {
        durability: Durability::Relaxed,
        ..Options::default()
    };
    let database = run(Database::open(store, env(), options)).unwrap();
    assert!(is_ok(&run(database.run_command(&insert(1)))));
    assert_eq!(code(&run(database.run_command(&insert(2)))), 89);
    // The journal has a commit that is not in memory: nothing may be written in its place.
    while run(database.sync()).is_err() {}
    assert_eq!(count(&database), 2);
    assert!(is_ok(&run(database.run_command(&insert(3)))));
    assert_eq!((count(&database), stored(&disk)), (3, 3));
}

#[test]
fn an_owner_that_was_replaced_writes_and_reads_no_more() {
    let disk = Disk::default();
    let old = open(&disk, Options::default());
    assert!(is_ok(&run(old.run_command(&insert(1)))));
    let new = open(&disk, Options::default());
    assert!(is_ok(&run(new.run_command(&insert(2)))));
    let reply = run(old.run_command(&insert(3)));
    assert_eq!(code(&reply), 189);
    let labels = DocumentRef::from_valid(&reply).get("errorLabels");
    let labels = labels.and_then(|labels| labels.as_array()).unwrap();
    assert_eq!(
        labels.iter().next().unwrap().as_str(),
        Some("RetryableWriteError")
    );
    assert_eq!(old.status().state, State::ReadOnly);
    assert_eq!(
        code(&run(
            old.run_command(&command(|c| c.append("count", "things")))
        )),
        189
    );
    assert!(run(old.flush()).is_err());
    assert_eq!((count(&new), stored(&disk)), (2, 2));
    // Also when the new owner's checkpoint removed the journal that the old one would go on with.
    assert!(run(new.flush()).is_ok());
    let third = open(&disk, Options::default());
    assert_eq!(code(&run(new.run_command(&insert(4)))), 189);
    assert_eq!(count(&third), 2);
}

#[test]
fn a_store_that_was_deleted_is_told_of() {
    let disk = Disk::default();
    let fault = Fault::Break {
        is_done: false,
        resets: 1,
    };
    let database = open_failing(&disk, OPENING + 1, fault);
    assert!(is_ok(&run(database.run_command(&insert(1)))));
    disk.borrow_mut().clear();
    assert_eq!(code(&run(database.run_command(&insert(2)))), 301);
    assert_eq!(database.status().state, State::ReadOnly);
    // What is in memory can be read, and saved elsewhere.
    assert_eq!(count(&database), 1);
    assert_eq!(code(&run(database.run_command(&insert(3)))), 301);
    assert!(disk.borrow().is_empty());
}

#[test]
fn buffered_writes_are_answered_before_they_are_stored() {
    let options = Options {
        buffer_ms: Some(50),
        durability: Durability::Relaxed,
        ..Options::default()
    };
    let disk = Disk::default();
    let database = open(&disk, options);
    let settles = |id| match database.try_command(&insert(id), None) {
        Attempt::Buffered { reply, settle } => {
            assert!(is_ok(&reply));
            settle
        }
        _ => panic!("not buffered"),
    };
    assert_eq!((settles(1), settles(2)), (true, false));
    let status = database.status();
    assert_eq!((status.state, status.commits), (State::Saving, 2));
    assert!(status.bytes > 0);
    assert_eq!((count(&database), stored(&disk)), (2, 0));
    run(database.settle());
    assert_eq!((stored(&disk), database.status().commits), (2, 0));
    // A journaled write waits, and takes along what came before it.
    assert!(settles(3));
    assert!(is_ok(&run(database.run_command(&journaled(4)))));
    assert_eq!(stored(&disk), 4);
    run(database.settle());
    assert_eq!(database.status().state, State::Durable);
}

#[test]
fn what_was_buffered_outlives_a_store_that_stays_away() {
    let options = Options {
        buffer_ms: Some(50),
        ..Options::default()
    };
    let disk = Disk::default();
    let fault = Fault::Break {
        is_done: false,
        resets: 20,
    };
    let store = FaultyStore::new(&disk, &Rc::default(), Some((OPENING, fault)));
    let database = run(Database::open(store, env(), options)).unwrap();
    assert!(matches!(
        database.try_command(&insert(1), None),
        Attempt::Buffered { .. }
    ));
    run(database.settle());
    assert_eq!(
        (database.status().state, stored(&disk)),
        (State::Durable, 1)
    );
}

#[test]
fn a_journaled_write_makes_relaxed_ones_before_it_strict() {
    let options = Options {
        durability: Durability::Relaxed,
        ..Options::default()
    };
    let disk = Disk::default();
    let store = FaultyStore::new(&disk, &Rc::default(), None);
    let asked = store.asked();
    let database = run(Database::open(store, env(), options)).unwrap();
    let (relaxed, strict) = (Durability::Relaxed, Durability::Strict);
    asked.borrow_mut().clear();
    for write in [insert(1), journaled(2), insert(3)] {
        assert!(is_ok(&run(database.run_command(&write))));
    }
    assert_eq!(*asked.borrow(), [relaxed, strict, relaxed]);
    run(database.sync()).unwrap();
    run(database.sync()).unwrap();
    assert_eq!(*asked.borrow(), [relaxed, strict, relaxed, strict]);
    assert_eq!(stored(&disk), 3);
}

#[test]
fn a_write_that_is_sent_again_is_done_once_and_answered_again() {
    let disk = Disk::default();
    let ticket = |number, done| Ticket {
        client: [7; 16],
        number,
        done,
    };
    let first = open(&disk, Options::default());
    let push = command(|command| {
        command.append("update", "things");
        command.append_array("updates", |list| {
            let mut statement = list.document();
            statement.document("q").append("_id", 1);
            statement.document("u").document("$inc").append("n", 1);
            statement.append("upsert", true);
        });
    });
    let once = run(first.run_once(&push, &ticket(1, 0)));
    assert!(is_ok(&once));
    let read = command(|command| command.append("find", "things"));
    let is_once = |database: &Db| {
        let reply = run(database.run_command(&read));
        let one = DocumentRef::from_valid(&reply).get("cursor").unwrap();
        let batch = one.as_document().unwrap().get("firstBatch").unwrap();
        let document = batch.as_array().unwrap().iter().next().unwrap();
        document.as_document().unwrap().get("n") == Some(ValueRef::Int32(1))
    };
    // By the same owner; by one that has the answer from the journal; by one that has it from pages.
    assert!(run(first.run_once(&push, &ticket(1, 0))) == once && is_once(&first));
    let second = open(&disk, Options::default());
    assert!(run(second.run_once(&push, &ticket(1, 0))) == once && is_once(&second));
    run(second.flush()).unwrap();
    let third = open(&disk, Options::default());
    assert!(run(third.run_once(&push, &ticket(1, 0))) == once && is_once(&third));
    // Another command is another one.
    assert!(is_ok(&run(third.run_once(&push, &ticket(2, 1)))));
    assert!(!is_once(&third));
}

#[test]
fn the_answer_to_a_write_that_was_undone_is_forgotten() {
    let disk = Disk::default();
    let database = open_failing(&disk, OPENING, Fault::Refuse);
    let ticket = Ticket {
        client: [7; 16],
        number: 1,
        done: 0,
    };
    assert_eq!(code(&run(database.run_once(&insert(1), &ticket))), 14031);
    assert!(is_ok(&run(database.run_once(&insert(1), &ticket))));
    assert_eq!((count(&database), stored(&disk)), (1, 1));
}

/// A store whose connection breaks at a commit that is then not applied; before its journal is read
/// again, another owner takes the database over and writes.
struct Overtaken {
    disk: Disk,
    inner: FaultyStore,
    breaks: Rc<Cell<bool>>,
}

impl Store for Overtaken {
    async fn read(
        &self,
        space: Space,
        ranges: &[std::ops::Range<u64>],
    ) -> std::result::Result<Vec<Values>, Failure> {
        if space == Space::Journal && self.breaks.take() {
            let other = open(&self.disk, Options::default());
            assert!(is_ok(&run(other.run_command(&insert(50)))));
        }
        self.inner.read(space, ranges).await
    }

    async fn last(&self, space: Space) -> std::result::Result<Option<u64>, Failure> {
        self.inner.last(space).await
    }

    async fn commit(&self, batch: Batch) -> std::result::Result<(), Failure> {
        match self.breaks.get() {
            true => Err(Failure::Lost(crate::error::Error::internal("it broke"))),
            false => self.inner.commit(batch).await,
        }
    }

    fn reset(&self) {}

    async fn pause(&self, _ms: u32) {}
}

#[test]
fn what_another_owner_wrote_meanwhile_is_not_taken_for_what_was_lost() {
    let disk = Disk::default();
    let breaks = Rc::new(Cell::new(false));
    let store = Overtaken {
        disk: disk.clone(),
        inner: FaultyStore::new(&disk, &Rc::default(), None),
        breaks: breaks.clone(),
    };
    let database = run(Database::open(store, env(), Options::default())).unwrap();
    assert!(is_ok(&run(database.run_command(&insert(1)))));
    breaks.set(true);
    // Both writes are the second of the database.
    let reply = run(database.run_command(&insert(2)));
    assert_eq!(code(&reply), 189);
    assert_eq!(stored(&disk), 2);
}
