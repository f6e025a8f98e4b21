//! Owners that are replaced, while they write and while they open: none of their commits is applied,
//! and none of those that were is lost.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::rc::Rc;

use super::crash_test::{env, is_ok, run};
use super::durability_test::{OPENING, code, count, insert, open, stored};
use super::faulty_store::{Disk, FaultyStore};
use super::store::{Batch, Failure, Space, Store, Values};
use super::{Database, Options, link};

/// A store under which, before a step of opening it, another owner does something.
struct Busy {
    inner: FaultyStore,
    before: Cell<Option<u32>>,
    act: Box<dyn Fn()>,
}

impl Busy {
    fn step(&self) {
        match self.before.take() {
            Some(0) => (self.act)(),
            left => self.before.set(left.map(|left| left - 1)),
        }
    }
}

impl Store for Busy {
    async fn read(
        &self,
        space: Space,
        ranges: &[std::ops::Range<u64>],
    ) -> std::result::Result<Vec<Values>, Failure> {
        self.step();
        self.inner.read(space, ranges).await
    }

    async fn last(&self, space: Space) -> std::result::Result<Option<u64>, Failure> {
        self.step();
        self.inner.last(space).await
    }

    async fn commit(&self, batch: Batch) -> std::result::Result<(), Failure> {
        self.step();
        self.inner.commit(batch).await
    }

    fn reset(&self) {}

    async fn pause(&self, _ms: u32) {}
}

fn open_busy(
    disk: &Disk,
    before: u32,
    act: impl Fn() + 'static,
) -> crate::error::Result<Database<Busy>> {
    let store = Busy {
        inner: FaultyStore::new(disk, &Rc::default(), None),
        before: Cell::new(Some(before)),
        act: Box::new(act),
    };
    run(Database::open(store, env(), Options::default()))
}

const STEPS_OF_OPENING: u32 = OPENING as u32;

#[test]
fn what_the_last_owner_writes_while_it_is_replaced_is_found() {
    for before in 0..STEPS_OF_OPENING {
        for is_flushed in [false, true] {
            let disk = Disk::default();
            let old = Rc::new(open(&disk, Options::default()));
            assert!(is_ok(&run(old.run_command(&insert(1)))));
            let (writer, is_stored) = (old.clone(), Rc::new(Cell::new(false)));
            let stored_by_old = is_stored.clone();
            let new = open_busy(&disk, before, move || {
                let reply = run(writer.run_command(&insert(2)));
                stored_by_old.set(is_ok(&reply));
                assert!(is_ok(&reply) || code(&reply) == 189);
                if is_flushed {
                    assert_eq!(run(writer.flush()).is_ok(), is_ok(&reply));
                }
            });
            let new = new.unwrap();
            assert_eq!(is_stored.get(), before < 3, "before step {before}");
            assert_eq!(
                code(&run(new.run_command(&insert(3)))),
                0,
                "{before} {is_flushed}"
            );
            assert_eq!(code(&run(old.run_command(&insert(4)))), 189);
            assert_eq!(count(&new), 2 + i32::from(is_stored.get()));
            assert_eq!(stored(&disk), count(&new));
        }
    }
}

#[test]
fn an_owner_that_was_replaced_while_it_opened_writes_nothing() {
    for before in 0..STEPS_OF_OPENING {
        for is_flushed in [false, true] {
            let disk = Disk::default();
            let first = open(&disk, Options::default());
            assert!(is_ok(&run(first.run_command(&insert(1)))));
            let shared = disk.clone();
            let slow = open_busy(&disk, before, move || {
                let other = open(&shared, Options::default());
                assert!(is_ok(&run(other.run_command(&insert(2)))));
                if is_flushed {
                    run(other.flush()).unwrap();
                }
            });
            match slow {
                // It looked at the claims after the other had made its own.
                Ok(slow) if before == 0 => {
                    assert!(is_ok(&run(slow.run_command(&insert(3)))));
                    assert_eq!(stored(&disk), 3);
                }
                Ok(slow) => {
                    assert_eq!(code(&run(slow.run_command(&insert(3)))), 189);
                    assert_eq!(stored(&disk), 2);
                }
                Err(error) => {
                    assert!([46, 189].contains(&error.code()), "{}", error.message());
                    assert_eq!(stored(&disk), 2);
                }
            }
        }
    }
}

#[test]
fn an_owner_stays_replaced_after_many_others_and_their_checkpoints() {
    let disk = Disk::default();
    let mut replaced = Vec::new();
    for id in 1..20 {
        let owner = open(&disk, Options::default());
        assert!(is_ok(&run(owner.run_command(&insert(id)))));
        if id % 3 == 0 {
            run(owner.flush()).unwrap();
        }
        replaced.push(owner);
    }
    let owner = replaced.pop().unwrap();
    assert!(is_ok(&run(owner.run_command(&insert(100)))));
    run(owner.flush()).unwrap();
    for old in &replaced {
        assert_eq!(code(&run(old.run_command(&insert(200)))), 189);
    }
    assert_eq!((count(&owner), stored(&disk)), (20, 20));
}

#[test]
fn the_marks_of_owners_long_gone_are_taken_away() {
    let disk = Disk::default();
    for _ in 0..3 {
        open(&disk, Options::default());
    }
    let marks = |disk: &Disk| {
        let disk = disk.borrow();
        let count = |space| disk.keys().filter(|key| key.space == space).count();
        (count(Space::Meta), count(Space::Journal))
    };
    assert_eq!(marks(&disk), (3, 3));
    // As if there had been so many since then that only the third still counts.
    let mut row = Vec::new();
    link::row(2 + link::CLAIMS_KEPT, 17, &mut row);
    disk.borrow_mut().extend(row);
    open(&disk, Options::default());
    assert_eq!(marks(&disk), (3, 2));
}
