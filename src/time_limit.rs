//! How long a command may run: `maxTimeMS`, looked at by whatever loops.
//!
//! A command runs to its end on one thread, so nothing can interrupt it from outside; it stops by
//! itself when its time is up.

use std::cell::Cell;
use std::rc::Rc;

use crate::env::Env;
use crate::error::{Error, Result, codes};

/// Steps between two looks at the clock: a step costs far more than the thousandth of a
/// millisecond, and a clock of the host costs less.
const STEPS_PER_LOOK: u32 = 64;

/// The time at which a command has to stop.
pub struct TimeLimit {
    env: Rc<dyn Env>,
    ends_ms: Cell<f64>,
    until_look: Cell<u32>,
}

impl TimeLimit {
    /// From now on.
    pub fn new(env: Rc<dyn Env>, millis: f64) -> TimeLimit {
        let ends_ms = Cell::new(env.monotonic_ms() + millis);
        TimeLimit {
            env,
            ends_ms,
            until_look: Cell::new(STEPS_PER_LOOK),
        }
    }

    /// What is left of it.
    pub fn left_ms(&self) -> f64 {
        self.ends_ms.get() - self.env.monotonic_ms()
    }

    /// Goes on with what was left before a pause.
    pub fn resume(&self, left_ms: f64) {
        self.ends_ms.set(self.env.monotonic_ms() + left_ms);
    }

    /// One step of a loop; every now and then looks at the clock.
    ///
    /// Errors: as [`TimeLimit::check`].
    #[inline]
    pub fn step(&self) -> Result<()> {
        match self.until_look.get().checked_sub(1) {
            Some(left) => {
                self.until_look.set(left);
                Ok(())
            }
            None => self.check(),
        }
    }

    /// Looks at the clock.
    ///
    /// Errors: `MaxTimeMSExpired` (50).
    #[cold]
    pub fn check(&self) -> Result<()> {
        self.until_look.set(STEPS_PER_LOOK);
        if self.left_ms() > 0.0 {
            return Ok(());
        }
        Err(Error::new(
            codes::MAX_TIME_MS_EXPIRED,
            "operation exceeded time limit",
        ))
    }
}
