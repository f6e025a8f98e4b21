//! Simulated histories: clients in several tabs run random commands over a store that fails in
//! every way it may; owners die, freeze and thaw. A seed gives one history.
//!
//! What is stored after all of it has to be a history of commands that holds every acknowledged one
//! and each at most once, as a naive model carries them out; indexes equal rebuilt ones; a cursor
//! sees one moment. `TUSSOCK_HISTORIES=count[,first seed]` plays more of them than there are without it:
//! thousands in CI (where `CI` is set), hundreds elsewhere.

mod disk;
mod model;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use world::{Counts, World};

#[test]
fn no_history_loses_or_repeats_an_acknowledged_write() {
    let wanted = std::env::var("TUSSOCK_HISTORIES").unwrap_or_default();
    let mut wanted = wanted.split(',').map(|part| part.parse::<u64>().ok());
    let usual = if std::env::var_os("CI").is_some() {
        2000
    } else {
        200
    };
    let count = wanted.next().flatten().unwrap_or(usual);
    let first = wanted.next().flatten().unwrap_or(1);
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let share = |at: u64| (first + at..first + count).step_by(threads as usize);
    let mut counts = Counts::default();
    thread::scope(|scope| {
        let shares: Vec<_> = (0..threads)
            .map(|at| scope.spawn(move || play(share(at))))
            .collect();
        for share in shares {
            counts.add(&share.join().unwrap_or_else(|cause| resume_unwind(cause)));
        }
    });
    println!("{count} histories: {counts}");
}

/// Plays the histories of these seeds, up to one that fails.
fn play(seeds: impl Iterator<Item = u64>) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        match catch_unwind(AssertUnwindSafe(|| World::new(seed).play())) {
            Ok(played) => counts.add(&played),
            Err(cause) => {
                println!("this history fails again with TUSSOCK_HISTORIES=1,{seed}");
                resume_unwind(cause);
            }
        }
    }
    counts
}
