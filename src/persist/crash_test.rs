//! Crashes at every step: the state after reopening is a prefix of history that holds every
//! acknowledged write, and every index equals one rebuilt from the documents.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::faulty_store::{Disk, Fault, FaultyStore};
use super::store::{Key, Space};
use super::{Database, Options};
use crate::catalog::Collection;
use crate::engine::Engine;
use crate::env::FixedEnv;
use crate::index::{Index, KeySet};
use crate::storage::{Pager, Tree};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Runs a future that never waits for anything but itself.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

fn env() -> Rc<FixedEnv> {
    Rc::new(FixedEnv::new(1_700_000_000_000, 7))
}

/// A command of the workload.
fn command(fill: impl FnOnce(&mut DocumentBuf)) -> Vec<u8> {
    let mut command = DocumentBuf::new();
    fill(&mut command);
    command.append("$db", "test");
    command.into_bytes()
}

fn insert(ids: std::ops::Range<i32>, padding: usize) -> Vec<u8> {
    command(|command| {
        command.append("insert", "things");
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

/// Commands that together reach every kind of step: journal groups, checkpoints, faults.
fn workload() -> Vec<Vec<u8>> {
    vec![
        insert(0..3, 10),
        insert(3..40, 300),
        insert(40..41, 150_000),
        delete(3),
        insert(41..90, 400),
        delete(5),
        insert(90..95, 20),
        // A duplicate: writes nothing, and is acknowledged as an error.
        insert(90..91, 20),
        delete(1),
    ]
}

const OPTIONS: Options = Options {
    durability: super::Durability::Strict,
    checkpoint_bytes: 20_000,
};

type Documents = BTreeMap<Vec<u8>, Vec<u8>>;

/// All documents by their ids' bytes, and a check of all indexes against the documents.
fn contents(engine: &Engine) -> Documents {
    let mut all = Documents::new();
    for collection in engine.catalog().iter() {
        let mut cursor = collection.records.cursor();
        while let Some((_, bytes)) = cursor.next().unwrap() {
            let document = DocumentRef::from_valid(&bytes);
            let id = document.first().unwrap().raw.to_vec();
            all.insert(id, bytes.to_vec());
        }
        collection
            .indexes
            .iter()
            .for_each(|index| check_index(collection, index));
    }
    all
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

fn is_ok(reply: &[u8]) -> bool {
    DocumentRef::from_valid(reply).get("ok") == Some(ValueRef::Double(1.0))
}

/// The states of history: after no command, after the first, ...
fn history() -> Vec<Documents> {
    let mut engine = Engine::memory(env());
    let mut states = vec![Documents::new()];
    for command in workload() {
        assert!(is_ok(&engine.run_command(&command)));
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

/// Runs the workload with a fault; gives how many commands were acknowledged.
fn play(disk: &Disk, steps: &Rc<Cell<u64>>, fault: Option<(u64, Fault)>) -> Vec<bool> {
    let store = FaultyStore::new(disk, steps, fault);
    let Ok(database) = run(Database::open(store, env(), OPTIONS)) else {
        return Vec::new();
    };
    let acknowledged = workload()
        .iter()
        .map(|command| is_ok(&run(database.run_command(command))))
        .collect();
    let _ = run(database.flush());
    acknowledged
}

fn reopened(disk: &Disk) -> Documents {
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
    database.with_engine(contents)
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
    assert_eq!(scan_all(&database), history().last().unwrap().len());
}

#[test]
fn a_crash_at_any_step_keeps_a_prefix_with_all_acknowledged_writes() {
    let steps = Rc::new(Cell::new(0));
    play(&Disk::default(), &steps, None);
    let states = history();
    assert!(steps.get() > 10);
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
        for (command, done) in workload().iter().zip(&acknowledged) {
            if *done {
                engine.run_command(command);
            }
        }
        assert_eq!(reopened(&disk), contents(&engine), "refused at step {step}");
    }
}

#[test]
fn a_damaged_page_names_its_trouble_and_leaves_the_rest_readable() {
    let (disk, steps) = (Disk::default(), Rc::default());
    play(&disk, &steps, None);
    let keys: Vec<Key> = disk.borrow().keys().copied().collect();
    let mut refused = 0;
    for key in keys {
        let copy = Disk::default();
        *copy.borrow_mut() = disk.borrow().clone();
        if let Some(value) = copy.borrow_mut().get_mut(&key) {
            let middle = value.len() / 2;
            value[middle] ^= 0x10;
        }
        let store = FaultyStore::new(&copy, &Rc::default(), None);
        match run(Database::open(store, env(), OPTIONS)) {
            Err(error) => {
                assert_eq!(error.code(), crate::error::codes::DATA_CORRUPTION_DETECTED);
                assert_ne!(key.space, Space::Pages);
                refused += 1;
            }
            Ok(database) => {
                let find = command(|command| command.append("find", "things"));
                let reply = run(database.run_command(&find));
                let code = DocumentRef::from_valid(&reply).get("code");
                assert!(code.is_none() || code == Some(ValueRef::Int32(301)));
                let ping = command(|command| command.append("ping", 1));
                assert!(is_ok(&run(database.run_command(&ping))));
            }
        }
    }
    assert!(refused > 0);
}
