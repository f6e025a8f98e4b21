//! Damaged stores: what is stored may be anything; opening and reading give an error or answers.
//!
//! With a fresh checksum on what was damaged the readers behind the checksums are reached too.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::ops::Range;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use tussock::env::FixedEnv;
use tussock::persist::{Batch, Database, Failure, Key, Options, Space, Store, Values};
use tussock::value::{DocumentBuf, validate};
use xxhash_rust::xxh64::Xxh64;

use super::recipe::Recipe;

type Disk = BTreeMap<Key, Vec<u8>>;

/// A store in memory.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Disk>>);

impl Store for Memory {
    async fn read(&self, space: Space, ranges: &[Range<u64>]) -> Result<Vec<Values>, Failure> {
        let disk = self.0.borrow();
        let key = |number| Key { space, number };
        let read = |range: &Range<u64>| {
            let found = disk.iter().filter(|(key, _)| key.space == space);
            let found = found.filter(|(at, _)| **at >= key(range.start) && **at < key(range.end));
            found
                .map(|(key, value)| (key.number, value.clone()))
                .collect()
        };
        Ok(ranges.iter().map(read).collect())
    }

    async fn last(&self, space: Space) -> Result<Option<u64>, Failure> {
        let disk = self.0.borrow();
        let mut numbers = disk.keys().filter(|key| key.space == space);
        Ok(numbers.next_back().map(|key| key.number))
    }

    async fn commit(&self, batch: Batch) -> Result<(), Failure> {
        let mut disk = self.0.borrow_mut();
        if batch.adds.iter().any(|(key, _)| disk.contains_key(key)) {
            return Err(Failure::Conflict);
        }
        disk.extend(batch.adds);
        batch.deletes.iter().for_each(|key| drop(disk.remove(key)));
        for (space, from, to) in batch.delete_ranges {
            disk.retain(|key, _| key.space != space || !(from..to).contains(&key.number));
        }
        disk.extend(batch.puts);
        Ok(())
    }

    fn reset(&self) {}

    async fn pause(&self, _ms: u32) {}
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

fn open(store: &Memory) -> Result<Database<Memory>, tussock::error::Error> {
    let env = Rc::new(FixedEnv::new(1_700_000_000_000, 1));
    wait(Database::open(store.clone(), env, Options::default()))
}

fn send(database: &Database<Memory>, mut command: DocumentBuf) {
    command.append("$db", "test");
    let reply = wait(database.run_command(command.as_bytes()));
    assert!(validate(&reply, 250).is_ok());
}

fn insert(ids: Range<i32>) -> DocumentBuf {
    let mut command = DocumentBuf::new();
    command.append("insert", "c");
    command.append_array("documents", |list| {
        for id in ids {
            let mut document = list.document();
            document.append("_id", id);
            document.append("a", f64::from(id) / 2.0);
            document.append("text", "t".repeat(200).as_str());
            drop(document.array("l"));
        }
    });
    command
}

/// A store with pages, a journal behind them, indexes of several kinds, a capped collection.
fn filled() -> Disk {
    let store = Memory::default();
    let Ok(database) = open(&store) else {
        return Disk::new();
    };
    let create = |fill: &dyn Fn(&mut DocumentBuf)| {
        let mut command = DocumentBuf::new();
        fill(&mut command);
        send(&database, command);
    };
    create(&|command| {
        command.append("create", "d");
        command.append("capped", true);
        command.append("size", 4096);
    });
    send(&database, insert(0..60));
    create(&|command| {
        command.append("createIndexes", "c");
        command.append_array("indexes", |list| {
            for (field, kind) in [("a", 1), ("text", -1), ("$**", 1)] {
                let mut index = list.document();
                index.document("key").append(field, kind);
                index.append("name", field);
            }
        });
    });
    let _ = wait(database.flush());
    send(&database, insert(60..70));
    create(&|command| {
        command.append("delete", "c");
        command.append_array("deletes", |list| {
            let mut statement = list.document();
            statement.document("q").append("_id", 3);
            statement.append("limit", 1);
        });
    });
    create(&|command| {
        command.append("create", "v");
        command.append("viewOn", "c");
    });
    store.0.borrow().clone()
}

thread_local! {
    static FILLED: OnceCell<Disk> = const { OnceCell::new() };
}

pub fn run(data: &[u8]) {
    let mut recipe = Recipe::new(data);
    let mut disk = FILLED.with(|disk| disk.get_or_init(filled).clone());
    let keys: Vec<Key> = disk.keys().copied().collect();
    for _ in 0..=recipe.below(4) {
        damage(&mut disk, &keys, &mut recipe);
    }
    salvage(&disk);
    let store = Memory(Rc::new(RefCell::new(disk)));
    let Ok(database) = open(&store) else {
        return;
    };
    let ask = |name: &str, target: &str| {
        let mut command = DocumentBuf::new();
        command.append(name, target);
        send(&database, command);
    };
    for target in ["c", "d", "v"] {
        ask("find", target);
        ask("count", target);
    }
    ask("validate", "c");
    ask("listIndexes", "c");
    let mut hinted = DocumentBuf::new();
    hinted.append("find", "c");
    hinted.append("hint", "a");
    send(&database, hinted);
    send(&database, insert(100..103));
    let _ = wait(database.flush());
    ask("drop", "c");
    let _ = wait(database.flush());
}

/// Whatever is damaged, what is left is found, and a repair gives a database that opens.
fn salvage(disk: &Disk) {
    let env = || Rc::new(FixedEnv::new(1_700_000_000_000, 1));
    let store = Memory(Rc::new(RefCell::new(disk.clone())));
    if let Ok(database) = wait(Database::open_damaged(store.clone(), env())) {
        let mut command = DocumentBuf::new();
        command.append("tussockSnapshot", 1);
        command.append("salvage", true);
        send(&database, command);
    }
    if wait(Database::repair(store.clone(), env(), Options::default())).is_ok() {
        let failure = open(&store).err();
        let failure = failure.as_ref().map(|error| error.message());
        assert_eq!(failure, None, "what was repaired opens");
    }
}

/// Changes one value: its bytes, its length, its place.
fn damage(disk: &mut Disk, keys: &[Key], recipe: &mut Recipe<'_>) {
    let key = recipe.pick(keys);
    let Some(mut value) = disk.get(&key).cloned() else {
        return;
    };
    let end = value.len();
    match recipe.below(8) {
        0 => value.truncate(recipe.below(end + 1)),
        1 => {
            disk.remove(&key);
            return;
        }
        2 => {
            disk.insert(recipe.pick(keys), value);
            return;
        }
        3 => value.extend(recipe.number().to_le_bytes()),
        4 => {
            // A number that says another length, place or count.
            let at = recipe.below(end.saturating_sub(8).max(1));
            let number = recipe.pick(&[0u64, 1, 2, 255, 1 << 31, u64::MAX, 1 << 53, 65535]);
            let number = number.to_le_bytes();
            let width = recipe.pick(&[1, 2, 4, 8]);
            let into = value.iter_mut().skip(at).take(width);
            into.zip(number).for_each(|(byte, new)| *byte = new);
        }
        _ => {
            for _ in 0..=recipe.below(3) {
                let at = recipe.below(end.max(1));
                let flipped = recipe.byte();
                value
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|byte| *byte ^= flipped);
            }
        }
    }
    // Documents in pages are trusted once their checksum is right; inner pages and those of indexes
    // are not.
    let holds_documents = disk[&key].windows(4).any(|bytes| bytes == b"_id\0");
    if (key.space != Space::Pages || !holds_documents) && recipe.below(4) != 0 {
        seal(key, &mut value);
    }
    disk.insert(key, value);
}

/// Makes the checksum right again (see the format in `src/persist/frame.rs`).
fn seal(key: Key, value: &mut [u8]) {
    let Some((sum, rest)) = value.split_first_chunk_mut::<8>() else {
        return;
    };
    let space = match key.space {
        Space::Meta => 1u8,
        Space::Journal => 2,
        Space::Pages => 3,
    };
    let mut hash = Xxh64::new(0x7455_7373);
    hash.update(&[space]);
    hash.update(&key.number.to_le_bytes());
    hash.update(rest);
    *sum = hash.digest().to_le_bytes();
}
