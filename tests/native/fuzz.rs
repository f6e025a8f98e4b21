//! The fuzz targets (`tests/fuzz`) over their seeds and seeded random bytes, so that they go on
//! compiling and every seed of a crash that was found stays mended.
//!
//! `TUSSOCK_FUZZ=count[,seed]` plays more; `TUSSOCK_FUZZ_TARGET` names one target.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tussock::env::next_random;

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use targets::{TARGETS, Target};

const COUNT: u64 = 400;

fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds");
    let Ok(files) = std::fs::read_dir(folder.join(target.name)) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// Bytes that a seed's neighbour or nobody has.
fn mutated(seeds: &[Vec<u8>], state: &Cell<u64>) -> Vec<u8> {
    let random = |end: usize| (next_random(state) % end.max(1) as u64) as usize;
    let mut bytes = match seeds {
        [_, ..] if random(3) > 0 => seeds[random(seeds.len())].clone(),
        _ => (0..random(120)).map(|_| random(256) as u8).collect(),
    };
    for _ in 0..random(4) {
        let at = random(bytes.len() + 1);
        match (random(3), bytes.get_mut(at)) {
            (0, Some(byte)) => *byte = random(256) as u8,
            (1, Some(_)) => drop(bytes.remove(at)),
            _ => bytes.insert(at, random(256) as u8),
        }
    }
    bytes
}

#[track_caller]
fn play(target: &Target, bytes: &[u8]) {
    if let Err(cause) = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("the target `{}` fails with these bytes: {hex}", target.name);
        std::panic::resume_unwind(cause);
    }
}

#[test]
fn no_fuzz_target_fails_near_its_seeds() {
    let wanted = std::env::var("TUSSOCK_FUZZ").unwrap_or_default();
    let mut wanted = wanted.split(',').map(|part| part.parse::<u64>().ok());
    let count = wanted.next().flatten().unwrap_or(COUNT);
    let seed = wanted.next().flatten().unwrap_or(1);
    let only = std::env::var("TUSSOCK_FUZZ_TARGET").unwrap_or_default();
    for target in TARGETS.iter().filter(|target| target.name.contains(&only)) {
        let seeds = seeds(target);
        seeds.iter().for_each(|seed| play(target, seed));
        let state = Cell::new(seed);
        for _ in 0..count {
            play(target, &mutated(&seeds, &state));
        }
    }
}
