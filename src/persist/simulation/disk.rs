//! A disk that loses what was relaxed, and connections to it that are slow, break and refuse.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::ops::Range;
use std::rc::Rc;
use std::task::Poll;

use crate::env::next_random;
use crate::error::{Error, codes};
use crate::persist::store::{Batch, Durability, Failure, Key, Space, Store, Values};

type Contents = BTreeMap<Key, Vec<u8>>;

/// What outlives every process.
#[derive(Default)]
pub(super) struct Disk {
    pub contents: RefCell<Contents>,
    /// What it was before each relaxed batch since the last strict one.
    unsynced: RefCell<Vec<Contents>>,
    /// Whether connections fail.
    pub fails: Cell<bool>,
    pub faults: Cell<u64>,
}

impl Disk {
    /// The power goes: some of the last relaxed batches are gone.
    pub(super) fn lose_power(&self, random: u64) {
        let mut unsynced = self.unsynced.borrow_mut();
        let kept = (random % (unsynced.len() as u64 + 1)) as usize;
        if kept < unsynced.len() {
            *self.contents.borrow_mut() = unsynced.swap_remove(kept);
            self.fault();
        }
        unsynced.clear();
    }

    fn fault(&self) {
        self.faults.set(self.faults.get() + 1);
    }
}

/// A connection of one owner.
pub(super) struct Connection {
    disk: Rc<Disk>,
    random: Rc<Cell<u64>>,
    /// How many resets it still needs.
    broken: Cell<u32>,
}

enum Fate {
    Done,
    Refused,
    /// The connection breaks before or after the step.
    Broken {
        is_done: bool,
    },
}

impl Connection {
    pub(super) fn new(disk: &Rc<Disk>, random: &Rc<Cell<u64>>) -> Connection {
        Connection {
            disk: disk.clone(),
            random: random.clone(),
            broken: Cell::new(0),
        }
    }

    fn below(&self, end: u64) -> u64 {
        next_random(&self.random) % end
    }

    /// Others run meanwhile, or never again this one.
    async fn take_time(&self) {
        for _ in 0..self.below(3) {
            let mut is_over = false;
            poll_fn(|_| match std::mem::replace(&mut is_over, true) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            })
            .await;
        }
    }

    fn fate(&self, is_commit: bool) -> Fate {
        if !self.disk.fails.get() {
            return Fate::Done;
        }
        let fate = match self.below(60) {
            0 if is_commit => Fate::Refused,
            1 => Fate::Broken { is_done: true },
            2 => Fate::Broken { is_done: false },
            _ => return Fate::Done,
        };
        self.disk.fault();
        fate
    }

    /// Carries a step out, or not.
    async fn step<T>(
        &self,
        is_commit: bool,
        act: impl FnOnce(&Disk) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.take_time().await;
        if self.broken.get() > 0 {
            return Err(broke());
        }
        let outcome = match self.fate(is_commit) {
            Fate::Done => act(&self.disk),
            Fate::Refused => {
                let message = "the quota is used up";
                Err(Failure::Refused(Error::new(
                    codes::OUT_OF_DISK_SPACE,
                    message,
                )))
            }
            Fate::Broken { is_done } => {
                // Now and then for longer than one write is tried again.
                let longest = if self.below(4) == 0 { 12 } else { 3 };
                self.broken.set(1 + self.below(longest) as u32);
                if is_done {
                    let _ = act(&self.disk);
                }
                Err(broke())
            }
        };
        self.take_time().await;
        outcome
    }
}

fn broke() -> Failure {
    Failure::Lost(Error::new(codes::OPERATION_FAILED, "the connection broke"))
}

impl Store for Connection {
    async fn read(&self, space: Space, ranges: &[Range<u64>]) -> Result<Vec<Values>, Failure> {
        self.step(false, |disk| {
            let contents = disk.contents.borrow();
            let key = |number| Key { space, number };
            let read = |range: &Range<u64>| {
                let found = contents.range(key(range.start)..key(range.end));
                found
                    .map(|(key, value)| (key.number, value.clone()))
                    .collect()
            };
            Ok(ranges.iter().map(read).collect())
        })
        .await
    }

    async fn last(&self, space: Space) -> Result<Option<u64>, Failure> {
        self.step(false, |disk| {
            let contents = disk.contents.borrow();
            let mut numbers = contents.keys().filter(|key| key.space == space);
            Ok(numbers.next_back().map(|key| key.number))
        })
        .await
    }

    async fn commit(&self, batch: Batch) -> Result<(), Failure> {
        self.step(true, |disk| {
            let mut contents = disk.contents.borrow_mut();
            if batch.adds.iter().any(|(key, _)| contents.contains_key(key)) {
                return Err(Failure::Conflict);
            }
            let mut unsynced = disk.unsynced.borrow_mut();
            match batch.durability {
                Durability::Strict => unsynced.clear(),
                Durability::Relaxed => unsynced.push(contents.clone()),
            }
            contents.extend(batch.adds);
            batch
                .deletes
                .iter()
                .for_each(|key| drop(contents.remove(key)));
            for (space, from, to) in batch.delete_ranges {
                contents.retain(|key, _| key.space != space || !(from..to).contains(&key.number));
            }
            contents.extend(batch.puts);
            Ok(())
        })
        .await
    }

    fn reset(&self) {
        self.broken.set(self.broken.get().saturating_sub(1));
    }

    async fn pause(&self, _ms: u32) {
        self.take_time().await;
    }
}
