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
        }
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
            Some((at, Fault::Refuse)) if at == number => Err(Failure::Refused(Error::new(
                codes::OUT_OF_DISK_SPACE,
                "the quota is used up",
            ))),
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

    async fn commit(&self, batch: Batch) -> Result<()> {
        for (key, value) in batch.puts.iter().chain(&batch.adds) {
            assert!(
                value.len() < 64 * 1024 && key.number < 1 << 53,
                "a value IndexedDB has no good place for"
            );
        }
        self.asked.borrow_mut().push(batch.durability);
        self.step(|| {
            let mut disk = self.disk.borrow_mut();
            if batch.adds.iter().any(|(key, _)| disk.contains_key(key)) {
                return Err(Failure::Conflict);
            }
            for (key, value) in batch.adds {
                disk.insert(key, value);
            }
            for key in &batch.deletes {
                disk.remove(key);
            }
            for &(space, from, to) in &batch.delete_ranges {
                disk.retain(|key, _| !(key.space == space && (from..to).contains(&key.number)));
            }
            for (key, value) in batch.puts {
                disk.insert(key, value);
            }
            Ok(())
        })
    }

    fn reset(&self) {
        self.broken.set(self.broken.get().saturating_sub(1));
    }

    async fn pause(&self, _ms: u32) {}
}
