//! How long does it take to read, change, count and walk a tree of a million entries?

use std::ops::Bound;
use std::rc::Rc;

use tussock::storage::{Pager, RecordStore, Tree, TreeBuilder};

use crate::stopwatch::Stopwatch;

const VALUE: [u8; 8] = [7; 8];
const DOCUMENT: [u8; 450] = [7; 450];

/// A number that looks random, a different one for each (a bijection on 64 bits).
fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Twelve bytes, as of a key string of a double and its type bytes.
fn random_key(number: usize) -> [u8; 12] {
    let mut key = [0x2b; 12];
    key[2..10].copy_from_slice(&scatter(number as u64).to_be_bytes());
    key
}

fn ordered_key(number: usize) -> [u8; 8] {
    (number as u64 + 1).to_be_bytes()
}

pub fn run(stopwatch: &mut Stopwatch) {
    if !stopwatch.wants("storage") {
        return;
    }
    let count = stopwatch.size(1_000_000);
    let pager = Pager::new();
    let mut scattered = Tree::new(&pager);
    for number in 0..count {
        scattered.put(&random_key(number), &VALUE).unwrap();
    }
    points(stopwatch, &scattered, count);
    walks(stopwatch, &scattered, count);
    changes(stopwatch, scattered, count);
    bulk(stopwatch, &pager);
    records(stopwatch, &pager);
}

fn points(stopwatch: &mut Stopwatch, tree: &Tree, count: usize) {
    let pick = |round: usize| random_key(scatter(round as u64) as usize % count);
    stopwatch.time("storage: get, random", |round| {
        tree.get(&pick(round)).unwrap().unwrap().len()
    });
    stopwatch.time("storage: get_ref, random", |round| {
        tree.get_ref(&pick(round)).unwrap().unwrap().len()
    });
    let mut cursor = tree.cursor();
    stopwatch.time("storage: cursor, seek and next", |round| {
        cursor.seek(&pick(round)).unwrap();
        cursor.next_ref().unwrap().unwrap().value.len()
    });
    stopwatch.time("storage: count a range", |round| {
        let (one, other) = (pick(round), pick(round + 1));
        tree.count_range(Bound::Included(&one), Bound::Excluded(&other))
            .unwrap()
    });
    stopwatch.time("storage: seek to a position", |round| {
        cursor
            .seek_to_position(scatter(round as u64) % count as u64)
            .unwrap();
        cursor.next_ref().unwrap().unwrap().value.len()
    });
}

fn walks(stopwatch: &mut Stopwatch, tree: &Tree, count: usize) {
    let mut cursor = tree.cursor();
    stopwatch.time("storage: scan, next", |_| match cursor.next().unwrap() {
        Some(entry) => entry.key().len() + entry.value().len(),
        None => {
            cursor.seek_start();
            0
        }
    });
    cursor.seek_start();
    stopwatch.time("storage: scan, next_ref", |_| {
        if let Some(entry) = cursor.next_ref().unwrap() {
            return entry.key.len() + entry.value.len();
        }
        cursor.seek_start();
        0
    });
    cursor.seek_end();
    stopwatch.time("storage: scan, previous_ref", |_| {
        if let Some(entry) = cursor.previous_ref().unwrap() {
            return entry.key.len() + entry.value.len();
        }
        cursor.seek_end();
        0
    });
    stopwatch.time(&format!("storage: scan, next_leaf, all {count}"), |_| {
        let mut cursor = tree.cursor();
        let mut sum = 0;
        while let Some(leaf) = cursor.next_leaf().unwrap() {
            sum += leaf
                .iter()
                .map(|entry| entry.key.len() + entry.value.len())
                .sum::<usize>();
        }
        sum
    });
}

fn changes(stopwatch: &mut Stopwatch, mut tree: Tree, count: usize) {
    let mut number = count;
    stopwatch.time("storage: put, random, new", |_| {
        number += 1;
        tree.put(&random_key(number), &VALUE).unwrap()
    });
    stopwatch.time("storage: put, random, replaced", |round| {
        tree.put(&random_key(scatter(round as u64) as usize % count), &VALUE)
            .unwrap()
    });
    stopwatch.time("storage: put with a snapshot each time", |round| {
        let before = tree.clone();
        tree.put(&random_key(scatter(round as u64) as usize % count), &VALUE)
            .unwrap();
        before.len()
    });
    stopwatch.time("storage: remove and put", |round| {
        let key = random_key(scatter(round as u64) as usize % count);
        let removed = tree.remove(&key).unwrap();
        tree.put(&key, &VALUE).unwrap();
        removed
    });
}

fn bulk(stopwatch: &mut Stopwatch, pager: &Rc<Pager>) {
    let mut appended = Tree::new(pager);
    stopwatch.time("storage: put, ascending", |round| {
        appended.put(&ordered_key(round), &VALUE).unwrap()
    });
    let mut builder = TreeBuilder::new(pager);
    stopwatch.time("storage: builder, append", |round| {
        builder.append(&ordered_key(round), &VALUE).unwrap();
    });
    let mut last = 0;
    stopwatch.time("storage: prepare a checkpoint, all pages", |_| {
        let mut bytes = 0;
        let mut allocate = || {
            last += 1;
            last
        };
        let mut write = |_, page: Vec<u8>| {
            bytes += page.len();
            Ok(())
        };
        appended.prepare(&mut allocate, &mut write).unwrap();
        bytes
    });
    let mut pages = Vec::new();
    let mut write = |_, page: Vec<u8>| {
        pages.push(page);
        Ok(())
    };
    appended.prepare(&mut || 1, &mut write).unwrap();
    stopwatch.time("storage: supply a page of 8 KiB", |round| {
        pager.supply(1, &pages[round % pages.len()]).unwrap();
    });
}

fn records(stopwatch: &mut Stopwatch, pager: &Rc<Pager>) {
    let mut records = RecordStore::new(Tree::new(pager), 1);
    let count = stopwatch.size(100_000);
    for _ in 0..count {
        records.insert(&DOCUMENT).unwrap();
    }
    stopwatch.time("storage: record, get", |round| {
        records
            .get(scatter(round as u64) % count as u64 + 1)
            .unwrap()
            .unwrap()
            .len()
    });
    let mut cursor = records.cursor();
    stopwatch.time("storage: record, scan", |_| {
        match cursor.next_ref().unwrap() {
            Some((id, document)) => id as usize + usize::from(document[0]),
            None => {
                cursor.seek_start();
                0
            }
        }
    });
    drop(cursor);
    stopwatch.time("storage: record, insert", |_| {
        records.insert(&DOCUMENT).unwrap()
    });
    stopwatch.time("storage: record, insert, a snapshot each", |_| {
        let before = records.clone();
        records.insert(&DOCUMENT).unwrap();
        before.len()
    });
    stopwatch.time("storage: record, replace", |round| {
        records
            .replace(scatter(round as u64) % count as u64 + 1, &DOCUMENT)
            .unwrap()
    });
    stopwatch.time("storage: record, replace by another size", |round| {
        let document = &DOCUMENT[..400 + round % 50];
        records
            .replace(scatter(round as u64) % count as u64 + 1, document)
            .unwrap()
    });
}
