//! A store in memory that is stricter than a browser's and fails where it is told to.
//!
//! Fault model: every call is a step. At the chosen step the process dies: the batch of a commit is
//! lost, or it was applied and only the reply is lost. A failing (not dying) store refuses one
//! commit and goes on. A value of 64 KiB or more, or a number beyond 2^53, is a mistake and panics.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::store::{Batch, Key, Space, Store, Values};
use crate::error::{Error, Result, codes};

/// What happens at a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Dies before the step does anything.
    DieBefore,
    /// Dies after the step, before its reply.
    DieAfter,
    /// The step fails and does nothing.
    Refuse,
}

/// What outlives the process.
pub(super) type Disk = Rc<RefCell<BTreeMap<Key, Vec<u8>>>>;

/// A store over a disk.
pub(super) struct FaultyStore {
    disk: Disk,
    steps: Rc<Cell<u64>>,
    fault: Option<(u64, Fault)>,
    dead: Cell<bool>,
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
        }
    }

    /// Does a step, or what is left of it.
    fn step<T>(&self, act: impl FnOnce() -> T) -> Result<T> {
        if self.dead.get() {
            return Err(died());
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
                act();
                Err(died())
            }
            Some((at, Fault::Refuse)) if at == number => {
                Err(Error::new(codes::OUT_OF_DISK_SPACE, "the quota is used up"))
            }
            _ => Ok(act()),
        }
    }
}

fn died() -> Error {
    Error::internal("the process died")
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
            ranges.iter().map(read).collect()
        })
    }

    async fn commit(&self, batch: Batch) -> Result<()> {
        for (key, value) in &batch.puts {
            assert!(
                value.len() < 64 * 1024 && key.number < 1 << 53,
                "a value IndexedDB has no good place for"
            );
        }
        self.step(|| {
            let mut disk = self.disk.borrow_mut();
            for key in &batch.deletes {
                disk.remove(key);
            }
            for &(space, from, to) in &batch.delete_ranges {
                disk.retain(|key, _| !(key.space == space && (from..to).contains(&key.number)));
            }
            for (key, value) in batch.puts {
                disk.insert(key, value);
            }
        })
    }
}
