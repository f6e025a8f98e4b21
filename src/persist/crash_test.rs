//! Crashes at every step: the state after reopening is a prefix of history that holds every
//! acknowledged write, and every index equals one rebuilt from the documents.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::faulty_store::{Disk, Fault, FaultyStore};
use super::format::PAGE_CHUNKS;
use super::journal;
use super::store::{Key, Space};
use super::{Database, Options};
use crate::catalog::Collection;
use crate::engine::Engine;
use crate::env::FixedEnv;
use crate::error::PageId;
use crate::index::{Index, KeySet};
use crate::storage::{Pager, Tree};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Runs a future that never waits for anything but itself.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

pub(super) fn env() -> Rc<FixedEnv> {
    Rc::new(FixedEnv::new(1_700_000_000_000, 7))
}

/// A command of the workload.
pub(super) fn command(fill: impl FnOnce(&mut DocumentBuf)) -> Vec<u8> {
    let mut command = DocumentBuf::new();
    fill(&mut command);
    command.append("$db", "test");
    command.into_bytes()
}

pub(super) fn insert(ids: std::ops::Range<i32>, padding: usize) -> Vec<u8> {
    insert_into("things", ids, padding)
}

pub(super) fn insert_into(collection: &str, ids: std::ops::Range<i32>, padding: usize) -> Vec<u8> {
    command(|command| {
        command.append("insert", collection);
        command.append_array("documents", |list| {
            for id in ids {
                let mut document = list.document();
                document.append("_id", id);
                document.append("group", id % 7);
                document.append("text", "x".repeat(padding).as_str());
            }
        });
    })
}

fn delete(group: i32) -> Vec<u8> {
    command(|command| {
        command.append("delete", "things");
        command.append_array("deletes", |list| {
            let mut statement = list.document();
            statement.document("q").append("group", group);
            statement.append("limit", 0);
        });
    })
}

/// Moves all documents of a group to another, and gives them a new text.
pub(super) fn update(group: i32, to: i32, padding: usize) -> Vec<u8> {
    command(|command| {
        command.append("update", "things");
        command.append_array("updates", |list| {
            let mut statement = list.document();
            statement.document("q").append("group", group);
            let mut change = statement.document("u");
            let mut set = change.document("$set");
            set.append("group", to);
            set.append("text", "y".repeat(padding).as_str());
            drop(set);
            drop(change);
            statement.append("multi", true);
        });
    })
}

pub(super) fn create_index(collection: &str, field: &str) -> Vec<u8> {
    command(|command| {
        command.append("createIndexes", collection);
        command.append_array("indexes", |list| {
            let mut index = list.document();
            index.document("key").append(field, 1);
            index.append("name", field);
        });
    })
}

fn drop_index(collection: &str, name: &str) -> Vec<u8> {
    command(|command| {
        command.append("dropIndexes", collection);
        command.append("index", name);
    })
}

fn drop_collection(collection: &str) -> Vec<u8> {
    command(|command| command.append("drop", collection))
}

/// A capped collection that keeps four documents.
fn create_capped(collection: &str) -> Vec<u8> {
    command(|command| {
        command.append("create", collection);
        command.append("capped", true);
        command.append("size", 100_000);
        command.append("max", 4);
    })
}

fn limit_capped(collection: &str, max: i32) -> Vec<u8> {
    command(|command| {
        command.append("collMod", collection);
        command.append("cappedMax", max);
    })
}

fn create_view(name: &str, on: &str) -> Vec<u8> {
    command(|command| {
        command.append("create", name);
        command.append("viewOn", on);
    })
}

/// Commands that together reach every kind of step and of change: journal groups, checkpoints,
/// faults; documents, indexes and collections that come, change and go. In two sessions.
pub(super) fn workload() -> [Vec<Vec<u8>>; 2] {
    let first = vec![
        insert(0..3, 10),
        insert_into("others", 0..60, 200),
        insert(3..40, 300),
        create_capped("ring"),
        // Evicts in the commit that inserts.
        insert_into("ring", 0..7, 300),
        create_view("view", "ring"),
        create_index("others", "group"),
        insert(40..41, 150_000),
        delete(3),
        create_index("things", "group"),
        insert(41..90, 400),
        update(2, 12, 30),
        delete(5),
        limit_capped("ring", 2),
        insert_into("ring", 7..8, 300),
        insert(90..95, 20),
        // A duplicate: writes nothing, and is acknowledged as an error.
        insert(90..91, 20),
    ];
    let second = vec![
        update(4, 1, 500),
        create_index("things", "text"),
        drop_collection("others"),
        insert_into("others", 7..9, 20),
        delete(1),
        insert_into("ring", 20..23, 100),
        drop_collection("view"),
        drop_index("things", "group"),
        insert(95..140, 400),
        update(0, 3, 10),
        drop_index("things", "text"),
    ];
    [first, second]
}

pub(super) const OPTIONS: Options = Options {
    durability: super::Durability::Strict,
    buffer_ms: None,
    checkpoint_bytes: 20_000,
};

type Documents = BTreeMap<Vec<u8>, Vec<u8>>;

/// All documents by collection and id, the indexes by collection, and a check of all indexes
/// against the documents.
fn contents(engine: &Engine) -> Documents {
    let mut all = Documents::new();
    for collection in engine.catalog().iter() {
        let name = collection.info.namespace.to_string().into_bytes();
        let indexes: Vec<_> = collection.indexes.iter().collect();
        let names = indexes.iter().map(|index| index.spec.name.as_bytes());
        let names = names.collect::<Vec<_>>().join(&b',').to_vec();
        let options = collection.info.options.as_bytes();
        all.insert(name.clone(), [&names, options].concat());
        let mut cursor = collection.records.cursor();
        while let Some((_, bytes)) = cursor.next().unwrap() {
            let document = DocumentRef::from_valid(&bytes);
            let id = document.first().unwrap().raw;
            all.insert([&name, &b"/"[..], id].concat(), bytes.to_vec());
        }
        collection
            .indexes
            .iter()
            .for_each(|index| check_index(collection, index));
    }
    all
}

/// Every index equals one that is rebuilt.
pub(super) fn check_indexes(engine: &Engine) {
    for collection in engine.catalog().iter() {
        let indexes = collection.indexes.iter();
        indexes.for_each(|index| check_index(collection, index));
    }
}

fn check_index(collection: &Collection, index: &Index) {
    let mut rebuilt = Index::new(index.spec.as_ref().clone(), Tree::new(&Pager::new()));
    let mut keys = KeySet::default();
    let mut cursor = collection.records.cursor();
    while let Some((record, bytes)) = cursor.next().unwrap() {
        rebuilt
            .keys(DocumentRef::from_valid(&bytes), &mut keys)
            .unwrap();
        rebuilt.insert(&keys, record).unwrap();
    }
    let (mut one, mut two) = (index.tree.cursor(), rebuilt.tree.cursor());
    loop {
        let (one, two) = (one.next_ref().unwrap(), two.next_ref().unwrap());
        assert_eq!(one.is_some(), two.is_some());
        let (Some(one), Some(two)) = (one, two) else {
            break;
        };
        assert!(one.key == two.key && one.value == two.value);
    }
}

pub(super) fn is_ok(reply: &[u8]) -> bool {
    DocumentRef::from_valid(reply).get("ok") == Some(ValueRef::Double(1.0))
}

/// The states of history: after no command, after the first, ...
fn history() -> Vec<Documents> {
    let mut engine = Engine::memory(env());
    let mut states = vec![Documents::new()];
    for command in workload().iter().flatten() {
        assert!(is_ok(&engine.run_command(command)));
        states.push(contents(&engine));
    }
    states
}

/// Reads everything through commands, as a scan that faults its pages in would.
fn scan_all(database: &Database<FaultyStore>) -> usize {
    let find = command(|command| {
        command.append("find", "things");
        command.append("batchSize", 1_000_000);
    });
    let reply = run(database.run_command(&find));
    let reply = DocumentRef::from_valid(&reply);
    let cursor = reply
        .get("cursor")
        .and_then(|cursor| cursor.as_document())
        .unwrap();
    cursor
        .get("firstBatch")
        .and_then(|batch| batch.as_array())
        .unwrap()
        .count()
}

/// Runs the workload with a fault; says of every command whether it was acknowledged.
pub(super) fn play(disk: &Disk, steps: &Rc<Cell<u64>>, fault: Option<(u64, Fault)>) -> Vec<bool> {
    let mut acknowledged = Vec::new();
    for commands in workload() {
        let died = fault.is_some_and(|(at, kind)| {
            matches!(kind, Fault::DieBefore | Fault::DieAfter) && steps.get() > at
        });
        let store = FaultyStore::new(disk, steps, fault);
        let opened = (!died).then(|| run(Database::open(store, env(), OPTIONS)).ok());
        let Some(database) = opened.flatten() else {
            acknowledged.extend(commands.iter().map(|_| false));
            continue;
        };
        let done = |command: &Vec<u8>| is_ok(&run(database.run_command(command)));
        acknowledged.extend(commands.iter().map(done));
        // The first session ends without a word, the second is closed.
        if acknowledged.len() > commands.len() {
            let _ = run(database.flush());
        }
    }
    acknowledged
}

/// The pages in the store, and those that the manifest leads to.
pub(super) fn pages(disk: &Disk) -> (BTreeSet<PageId>, BTreeSet<PageId>) {
    let stored = {
        let disk = disk.borrow();
        let keys = disk.keys().filter(|key| key.space == Space::Pages);
        keys.map(|key| key.number / PAGE_CHUNKS).collect()
    };
    let mut reachable = BTreeSet::new();
    loaded(disk).with_engine(|engine| {
        for collection in engine.catalog().iter() {
            let trees = collection.indexes.iter().map(|index| &index.tree);
            for tree in trees.chain([collection.records.tree()]) {
                tree.pages(&mut |page| assert!(reachable.insert(page)))
                    .unwrap();
            }
        }
    });
    (stored, reachable)
}

fn reopened(disk: &Disk) -> Documents {
    loaded(disk).with_engine(contents)
}

/// The database with all of its pages in memory.
pub(super) fn loaded(disk: &Disk) -> Database<FaultyStore> {
    let store = FaultyStore::new(disk, &Rc::default(), None);
    let database = run(Database::open(store, env(), OPTIONS)).unwrap();
    // Load every page, then look at the trees directly.
    loop {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            database.with_engine(everything_is_loaded)
        }));
        match outcome.unwrap() {
            Ok(()) => break,
            Err(pages) => run(database.load(&pages)).unwrap(),
        }
    }
    database
}

/// The pages that are missing, if any.
fn everything_is_loaded(engine: &Engine) -> Result<(), Vec<u64>> {
    for collection in engine.catalog().iter() {
        let trees = collection.indexes.iter().map(|index| &index.tree);
        for tree in trees.chain([collection.records.tree()]) {
            let mut cursor = tree.cursor();
            loop {
                match cursor.next_ref() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(error) => return Err(error.missing_pages().unwrap().to_vec()),
                }
            }
        }
    }
    Ok(())
}

#[test]
fn everything_is_there_after_reopening() {
    let (disk, steps) = (Disk::default(), Rc::default());
    assert!(
        play(&disk, &steps, None)
            .iter()
            .all(|acknowledged| *acknowledged)
    );
    assert_eq!(&reopened(&disk), history().last().unwrap());
    let store = FaultyStore::new(&disk, &steps, None);
    let database = run(Database::open(store, env(), OPTIONS)).unwrap();
    let is_thing = |key: &&Vec<u8>| key.starts_with(b"test.things/");
    let last = history().pop().unwrap();
    assert_eq!(scan_all(&database), last.keys().filter(is_thing).count());
}

#[test]
fn a_crash_at_any_step_keeps_a_prefix_with_all_acknowledged_writes() {
    let steps = Rc::new(Cell::new(0));
    play(&Disk::default(), &steps, None);
    let states = history();
    assert!(steps.get() > 20, "{} steps", steps.get());
    for fault in [Fault::DieBefore, Fault::DieAfter] {
        for step in 0..steps.get() {
            let disk = Disk::default();
            let acknowledged = play(&disk, &Rc::default(), Some((step, fault)));
            let count = acknowledged.iter().take_while(|done| **done).count();
            // What is acknowledged after the crash found nothing to write.
            let found = reopened(&disk);
            let is_prefix = states[count..].contains(&found);
            assert!(
                is_prefix,
                "{fault:?} at step {step} after {count} acknowledged commands"
            );
        }
    }
}

#[test]
fn a_refused_commit_is_undone_and_reported() {
    let steps = Rc::new(Cell::new(0));
    play(&Disk::default(), &steps, None);
    for step in 0..steps.get() {
        let disk = Disk::default();
        let acknowledged = play(&disk, &Rc::default(), Some((step, Fault::Refuse)));
        // The model runs only what was acknowledged.
        let mut engine = Engine::memory(env());
        for (command, done) in workload().iter().flatten().zip(&acknowledged) {
            if *done {
                engine.run_command(command);
            }
        }
        assert_eq!(reopened(&disk), contents(&engine), "refused at step {step}");
    }
}

#[test]
fn a_broken_connection_is_made_anew_and_nothing_is_applied_twice() {
    let steps = Rc::new(Cell::new(0));
    play(&Disk::default(), &steps, None);
    let states = history();
    for is_done in [false, true] {
        for resets in [1, 3] {
            for step in 0..steps.get() {
                let disk = Disk::default();
                let fault = Fault::Break { is_done, resets };
                let acknowledged = play(&disk, &Rc::default(), Some((step, fault)));
                assert!(acknowledged.iter().all(|done| *done), "broken at {step}");
                assert_eq!(Some(&reopened(&disk)), states.last(), "broken at {step}");
            }
        }
    }
}

#[test]
fn no_page_of_a_dropped_collection_is_left() {
    let (disk, steps) = (Disk::default(), Rc::default());
    play(&disk, &steps, None);
    let (stored, before) = pages(&disk);
    assert!(stored.is_superset(&before));
    let flushed = |commands: &[Vec<u8>]| {
        let store = FaultyStore::new(&disk, &steps, None);
        let database = run(Database::open(store, env(), OPTIONS)).unwrap();
        for command in commands {
            assert!(is_ok(&run(database.run_command(command))));
            run(database.flush()).unwrap();
        }
    };
    flushed(&[
        insert_into("large", 0..500, 300),
        create_index("large", "text"),
    ]);
    let (stored, with_large) = pages(&disk);
    let large: BTreeSet<_> = with_large.difference(&before).copied().collect();
    assert!(large.len() > 20 && stored.is_superset(&large));
    flushed(&[drop_collection("large"), insert(200..201, 10)]);
    let (stored, reachable) = pages(&disk);
    assert!(stored.is_superset(&reachable));
    assert!(stored.is_disjoint(&large));
}

#[test]
fn what_is_larger_than_the_journal_is_written_once() {
    let (disk, steps) = (Disk::default(), Rc::new(Cell::new(0)));
    let store = FaultyStore::new(&disk, &steps, None);
    let database = run(Database::open(store, env(), OPTIONS)).unwrap();
    let opened = steps.get();
    for round in 1..4 {
        let ids = round * 1000..round * 1000 + 500;
        assert!(is_ok(&run(database.run_command(&insert(ids, 300)))));
        assert_eq!(steps.get(), opened + round as u64);
        let disk = disk.borrow();
        let chunks = disk.iter().filter(|(key, value)| {
            key.space == Space::Journal && !journal::is_wall(key.number, value)
        });
        assert_eq!(chunks.count(), 1, "the trace of the checkpoint");
    }
}

#[test]
fn a_damaged_page_names_its_trouble_and_leaves_the_rest_readable() {
    let (disk, steps) = (Disk::default(), Rc::default());
    play(&disk, &steps, None);
    let keys: Vec<Key> = disk.borrow().keys().copied().collect();
    for key in keys {
        let copy = Disk::default();
        *copy.borrow_mut() = disk.borrow().clone();
        if let Some(value) = copy.borrow_mut().get_mut(&key) {
            let middle = value.len() / 2;
            value[middle] ^= 0x10;
        }
        let store = FaultyStore::new(&copy, &Rc::default(), None);
        // Of the manifest there is another one, and the journal has nothing that pages have not.
        let database = run(Database::open(store, env(), OPTIONS)).unwrap();
        let find = command(|command| command.append("find", "things"));
        let reply = run(database.run_command(&find));
        let code = DocumentRef::from_valid(&reply).get("code");
        assert!(code.is_none() || code == Some(ValueRef::Int32(301)));
        let ping = command(|command| command.append("ping", 1));
        assert!(is_ok(&run(database.run_command(&ping))));
    }
}
