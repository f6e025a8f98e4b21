//! The clock and the source of randomness: all that the engine takes from outside.
//!
//! Nothing below this trait asks the system for the time or for random numbers, so
//! that the same seed and the same input give the same bytes.

/// Time and randomness, given by whoever makes the engine.
pub trait Env {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> i64;

    /// Milliseconds on a clock that never goes back, from any origin; fractions count.
    fn monotonic_ms(&self) -> f64;

    /// Sixty-four random bits.
    fn random(&self) -> u64;
}

/// Seconds, then eight random bytes: unique as long as random numbers are.
pub fn object_id(env: &dyn Env, now_ms: i64) -> [u8; 12] {
    let mut id = [0; 12];
    let seconds = u32::try_from(now_ms.div_euclid(1000)).unwrap_or(0);
    id[..4].copy_from_slice(&seconds.to_be_bytes());
    id[4..].copy_from_slice(&env.random().to_be_bytes());
    id
}

/// A clock that stands until it is moved, and numbers from a seed: for tests, and for
/// anyone who wants the same output from the same input.
pub struct FixedEnv {
    now_ms: std::cell::Cell<i64>,
    state: std::cell::Cell<u64>,
    /// How far a look at the clock moves it.
    per_look_ms: i64,
}

impl FixedEnv {
    /// A clock at `now_ms` and random numbers from `seed`.
    pub fn new(now_ms: i64, seed: u64) -> FixedEnv {
        FixedEnv {
            now_ms: std::cell::Cell::new(now_ms),
            state: std::cell::Cell::new(seed),
            per_look_ms: 0,
        }
    }

    /// The same with a clock that goes on by so many milliseconds whenever somebody measures how
    /// long something takes.
    #[must_use]
    pub fn going_on(mut self, per_look_ms: i64) -> FixedEnv {
        self.per_look_ms = per_look_ms;
        self
    }

    /// Moves the clock forward.
    pub fn advance_ms(&self, by_ms: i64) {
        self.now_ms.set(self.now_ms.get() + by_ms);
    }
}

impl Env for FixedEnv {
    fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }

    fn monotonic_ms(&self) -> f64 {
        self.advance_ms(self.per_look_ms);
        self.now_ms.get() as f64
    }

    fn random(&self) -> u64 {
        next_random(&self.state)
    }
}

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators"): the next
/// number of a seeded sequence.
pub fn next_random(state: &std::cell::Cell<u64>) -> u64 {
    let next = state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    state.set(next);
    let mut mixed = next;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (one, two) = (FixedEnv::new(0, 7), FixedEnv::new(0, 7));
        let draws = |env: &FixedEnv| (0..4).map(|_| env.random()).collect::<Vec<_>>();
        assert_eq!(draws(&one), draws(&two));
        assert_ne!(draws(&one)[0], draws(&one)[1]);
    }
}
