//! Simulated histories: clients in several tabs run random commands over a store that fails in
//! every way it may; owners die, freeze and thaw. A seed gives one history.
//!
//! What is stored after all of it has to be a history of commands that holds every acknowledged one
//! and each at most once, as a naive model carries them out; indexes equal rebuilt ones; a cursor
//! sees one moment. `TUSSOCK_HISTORIES=count[,first seed]` plays more of them.

mod disk;
mod model;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use world::{Counts, World};

#[test]
fn no_history_loses_or_repeats_an_acknowledged_write() {
    let wanted = std::env::var("TUSSOCK_HISTORIES").unwrap_or_default();
    let mut wanted = wanted.split(',').map(|part| part.parse::<u64>().ok());
    let count = wanted.next().flatten().unwrap_or(200);
    let first = wanted.next().flatten().unwrap_or(1);
    let mut counts = Counts::default();
    for seed in first..first + count {
        match catch_unwind(AssertUnwindSafe(|| World::new(seed).play())) {
            Ok(played) => counts.add(&played),
            Err(cause) => {
                println!("this history fails again with TUSSOCK_HISTORIES=1,{seed}");
                std::panic::resume_unwind(cause);
            }
        }
    }
    println!("{count} histories: {counts}");
}
