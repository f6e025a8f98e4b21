//! A store in memory that is stricter than a browser's and fails where it is told to.
//!
//! Fault model: every call is a step. At the chosen step the process dies: the batch of a commit is
//! lost, or it was applied and only the reply is lost. A failing (not dying) store refuses one
//! commit and goes on. A broken connection fails the chosen step, done or not, and those after it
//! until it was reset often enough. A value of 64 KiB or more, or a number beyond 2^53, is a mistake
//! and panics.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::reserve;
use super::store::{Batch, Durability, Failure, Key, Space, Store, Values};
use crate::error::{Error, codes};

type Result<T> = std::result::Result<T, Failure>;

/// What happens at a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Dies before the step does anything.
    DieBefore,
    /// Dies after the step, before its reply.
    DieAfter,
    /// The step fails and does nothing.
    Refuse,
    /// The connection breaks before or after the step, for this many resets.
    Break { is_done: bool, resets: u32 },
}

/// What outlives the process.
pub(super) type Disk = Rc<RefCell<BTreeMap<Key, Vec<u8>>>>;

/// A store over a disk.
pub(super) struct FaultyStore {
    disk: Disk,
    steps: Rc<Cell<u64>>,
    fault: Option<(u64, Fault)>,
    dead: Cell<bool>,
    /// How many resets the connection still needs.
    broken: Cell<u32>,
    asked: Rc<RefCell<Vec<Durability>>>,
    quota: Option<Rc<Quota>>,
}

/// How much may lie on a disk. As in Chromium, what is deleted takes its space for ever, unless it
/// is large; and what puts anything has to fit beside all that was there before.
#[derive(Default)]
pub(super) struct Quota {
    /// 0: any amount.
    pub bytes: Cell<usize>,
    deleted: Cell<usize>,
}

impl Quota {
    pub(super) fn usage(&self, disk: &Disk) -> usize {
        let live: usize = disk.borrow().values().map(Vec::len).sum();
        live + self.deleted.get()
    }

    fn bury(&self, value: Option<Vec<u8>>) {
        let bytes = value.map_or(0, |value| value.len());
        if bytes < 64 * 1024 {
            self.deleted.set(self.deleted.get() + bytes);
        }
    }
}

impl FaultyStore {
    /// Fails as told at the step with this number, counted from zero in `steps`.
    pub(super) fn new(
        disk: &Disk,
        steps: &Rc<Cell<u64>>,
        fault: Option<(u64, Fault)>,
    ) -> FaultyStore {
        FaultyStore {
            disk: disk.clone(),
            steps: steps.clone(),
            fault,
            dead: Cell::new(false),
            broken: Cell::new(0),
            asked: Rc::default(),
            quota: None,
        }
    }

    /// Refuses what the quota has no room for.
    pub(super) fn with_quota(disk: &Disk, quota: &Rc<Quota>) -> FaultyStore {
        FaultyStore {
            quota: Some(quota.clone()),
            ..FaultyStore::new(disk, &Rc::default(), None)
        }
    }

    fn is_too_much(&self, batch: &Batch) -> bool {
        let put = batch.puts.iter().chain(&batch.adds);
        let bytes: usize = put.map(|(_, value)| value.len()).sum();
        let quota = self.quota.as_ref().filter(|quota| quota.bytes.get() > 0);
        bytes > 0 && quota.is_some_and(|quota| quota.usage(&self.disk) + bytes > quota.bytes.get())
    }

    /// How durable each commit was asked to be.
    pub(super) fn asked(&self) -> Rc<RefCell<Vec<Durability>>> {
        self.asked.clone()
    }

    /// Does a step, or what is left of it.
    fn step<T>(&self, act: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.dead.get() {
            return Err(died());
        }
        if self.broken.get() > 0 {
            return Err(broke());
        }
        let number = self.steps.get();
        self.steps.set(number + 1);
        match self.fault {
            Some((at, Fault::DieBefore)) if at == number => {
                self.dead.set(true);
                Err(died())
            }
            Some((at, Fault::DieAfter)) if at == number => {
                self.dead.set(true);
                let _ = act();
                Err(died())
            }
            Some((at, Fault::Refuse)) if at == number => Err(full()),
            Some((at, Fault::Break { is_done, resets })) if at == number => {
                self.broken.set(resets);
                if is_done {
                    let _ = act();
                }
                Err(broke())
            }
            _ => act(),
        }
    }
}

fn died() -> Failure {
    Failure::Refused(Error::internal("the process died"))
}

fn full() -> Failure {
    let message = "the quota is used up";
    Failure::Refused(Error::new(codes::OUT_OF_DISK_SPACE, message))
}

fn broke() -> Failure {
    Failure::Lost(Error::new(codes::OPERATION_FAILED, "the connection broke"))
}

impl Store for FaultyStore {
    async fn read(&self, space: Space, ranges: &[Range<u64>]) -> Result<Vec<Values>> {
        self.step(|| {
            let disk = self.disk.borrow();
            let key = |number| Key { space, number };
            let read = |range: &Range<u64>| {
                let found = disk.range(key(range.start)..key(range.end));
                found
                    .map(|(key, value)| (key.number, value.clone()))
                    .collect()
            };
            Ok(ranges.iter().map(read).collect())
        })
    }

    async fn last(&self, space: Space) -> Result<Option<u64>> {
        self.step(|| {
            let disk = self.disk.borrow();
            let mut numbers = disk.keys().filter(|key| key.space == space);
            Ok(numbers.next_back().map(|key| key.number))
        })
    }

    async fn commit(&self, batch: Batch) -> Result<()> {
        for (key, value) in batch.puts.iter().chain(&batch.adds) {
            assert!(
                (value.len() < 64 * 1024 || reserve::is_room(*key)) && key.number < 1 << 53,
                "a value IndexedDB has no good place for"
            );
        }
        self.asked.borrow_mut().push(batch.durability);
        self.step(|| {
            if self.is_too_much(&batch) {
                return Err(full());
            }
            let mut disk = self.disk.borrow_mut();
            if batch.adds.iter().any(|(key, _)| disk.contains_key(key)) {
                return Err(Failure::Conflict);
            }
            let mut gone = Vec::new();
            disk.extend(batch.adds);
            gone.extend(batch.deletes.iter().map(|key| disk.remove(key)));
            for &(space, from, to) in &batch.delete_ranges {
                let key = |number| Key { space, number };
                let range: Vec<Key> = disk
                    .range(key(from)..key(to))
                    .map(|(key, _)| *key)
                    .collect();
                gone.extend(range.iter().map(|key| disk.remove(key)));
            }
            for (key, value) in batch.puts {
                gone.push(disk.insert(key, value));
            }
            if let Some(quota) = &self.quota {
                gone.into_iter().for_each(|value| quota.bury(value));
            }
            Ok(())
        })
    }

    fn reset(&self) {
        self.broken.set(self.broken.get().saturating_sub(1));
    }

    async fn pause(&self, _ms: u32) {}
}
