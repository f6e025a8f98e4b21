//! With any one value of a store damaged or gone, all that does not lie in it can be read, what is
//! missing is named, and a repair gives a database that works.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::crash_test::{
    OPTIONS, check_indexes, command, env, insert, insert_into, is_ok, loaded, pages, play, run,
    update,
};
use super::faulty_store::{Disk, Fault, FaultyStore};
use super::format::{COPY, MANIFEST, PAGE_CHUNKS};
use super::store::{Key, Space};
use super::{Database, frame, journal};
use crate::change::{Change, ChangeReader};
use crate::error::{Result, codes};
use crate::storage::{PAGE_BYTES, Pager, Root, Tree, outline};
use crate::value::{DocumentBuf, DocumentRef};

type Db = Database<FaultyStore>;
type Documents = BTreeSet<(String, Vec<u8>)>;

fn store(disk: &Disk) -> FaultyStore {
    FaultyStore::new(disk, &Rc::default(), None)
}

fn open(disk: &Disk) -> Result<Db> {
    run(Database::open(store(disk), env(), OPTIONS))
}

fn copy(disk: &Disk) -> Disk {
    Rc::new(std::cell::RefCell::new(disk.borrow().clone()))
}

fn send(database: &Db, command: &[u8]) -> DocumentBuf {
    let reply = run(database.run_command(command));
    assert!(is_ok(&reply), "{}", DocumentRef::from_valid(&reply));
    DocumentRef::from_valid(&reply).into()
}

/// Pages of several collections, and a journal behind them.
fn filled() -> Disk {
    let disk = Disk::default();
    play(&disk, &Rc::default(), None);
    let database = open(&disk).unwrap();
    send(&database, &insert_into("many", 0..150, 400));
    run(database.flush()).unwrap();
    let create = command(|command| command.append("create", "late"));
    let commands = [
        insert(200..205, 50),
        insert(205..206, 70_000),
        update(6, 5, 20),
        create,
        insert_into("late", 0..9, 30),
        insert_into("others", 9..12, 30),
    ];
    // Nothing of them gets into pages.
    database.progress.borrow_mut().is_full = true;
    commands.iter().for_each(|one| drop(send(&database, one)));
    disk
}

/// All documents that a salvage gives, and whether it says that something is missing.
fn salvaged(database: &Db) -> (Documents, bool) {
    let snapshot = command(|command| {
        command.append("tussockSnapshot", 1);
        command.append("salvage", true);
    });
    let reply = send(database, &snapshot);
    let mut found = Documents::new();
    let missing = reply
        .as_ref()
        .get("missing")
        .and_then(|list| list.as_array());
    let mut is_missing = missing.is_some_and(|list| list.iter().next().is_some());
    let list = reply
        .as_ref()
        .get("collections")
        .unwrap()
        .as_array()
        .unwrap();
    for entry in list.iter().map(|entry| entry.as_document().unwrap()) {
        let text = |name| entry.get(name).unwrap().as_str().unwrap();
        let Some(cursor) = entry.get("cursor") else {
            continue;
        };
        let mut cursor = cursor.to_i64_exact().unwrap();
        let mut count = 0;
        while cursor != 0 {
            let mut more = DocumentBuf::new();
            more.append("getMore", cursor);
            more.append("collection", text("name"));
            more.append("$db", text("db"));
            let reply = send(database, more.as_bytes());
            let batch = reply.as_ref().get("cursor").unwrap().as_document().unwrap();
            cursor = batch.get("id").unwrap().to_i64_exact().unwrap();
            for document in batch.get("nextBatch").unwrap().as_array().unwrap().iter() {
                let name = format!("{}.{}", text("db"), text("name"));
                let bytes = document.as_document().unwrap().as_bytes().to_vec();
                assert!(found.insert((name, bytes)), "no document twice");
                count += 1;
            }
        }
        is_missing |= entry.get("count").unwrap().to_i64_exact() != Some(count);
    }
    (found, is_missing)
}

fn salvage(disk: &Disk) -> (Documents, bool) {
    let before = disk.borrow().clone();
    let database = run(Database::open_damaged(store(disk), env())).unwrap();
    for name in ["find", "insert", "drop"] {
        let refused = command(|command| command.append(name, "things"));
        let reply = run(database.run_command(&refused));
        let code = DocumentRef::from_valid(&reply).get("code").unwrap();
        assert_eq!(
            code.to_i64_exact(),
            Some(i64::from(codes::DATA_CORRUPTION_DETECTED))
        );
    }
    let found = salvaged(&database);
    assert!(*disk.borrow() == before, "a salvage changes nothing");
    found
}

/// Repairs, and gives the documents.
fn repair(disk: &Disk) -> Documents {
    let (database, _) = run(Database::repair(store(disk), env(), OPTIONS)).unwrap();
    for id in 0..20 {
        send(&database, &insert_into("after", id..id + 1, 1));
    }
    drop(database);
    loaded(disk).with_engine(check_indexes);
    run(open(disk).unwrap().flush()).unwrap();
    let (stored, reachable) = pages(disk);
    assert_eq!(stored, reachable);
    let (mut found, is_missing) = salvaged(&open(disk).unwrap());
    assert!(!is_missing);
    found.retain(|(name, _)| name != "test.after");
    found
}

/// The documents on a page, if it is a leaf of documents.
fn on_page(disk: &Disk, page: u64) -> BTreeSet<Vec<u8>> {
    let mut bytes = Vec::new();
    for (key, value) in disk.borrow().iter() {
        if key.space == Space::Pages && key.number / PAGE_CHUNKS == page {
            bytes.extend_from_slice(frame::open(*key, value).unwrap().payload);
        }
    }
    let outline = outline(&bytes).unwrap();
    let pager = Pager::new();
    pager.supply(page, &bytes).unwrap();
    let root = Root {
        page,
        count: outline.count,
        data_bytes: 0,
    };
    let mut cursor = Tree::open(&pager, PAGE_BYTES, root).cursor();
    let mut found = BTreeSet::new();
    while let Ok(Some(entry)) = cursor.next() {
        found.insert(entry.value().to_vec());
    }
    found
}

/// The chunks of the journal that say something.
fn journal_of(disk: &Disk) -> Vec<(u64, Vec<u8>)> {
    let disk = disk.borrow();
    let chunks = disk
        .iter()
        .filter(|(key, value)| key.space == Space::Journal && !journal::is_wall(key.number, value));
    chunks
        .map(|(key, value)| (key.number, value.clone()))
        .collect()
}

/// The documents that only the commits have that are in one journal and not in the other.
fn only_in(disk: &Disk, damaged: &Disk) -> BTreeSet<Vec<u8>> {
    let readable = journal::read_readable(&journal_of(damaged)).commits;
    let (commits, _) = journal::read(&journal_of(disk)).unwrap();
    let mut found = BTreeSet::new();
    for commit in commits {
        if readable
            .iter()
            .any(|other| other.sequence == commit.sequence)
        {
            continue;
        }
        for change in ChangeReader::new(&commit.changes) {
            if let Ok(Change::Insert { document, .. } | Change::Update { document, .. }) = change {
                found.insert(document.as_bytes().to_vec());
            }
        }
    }
    found
}

/// Whatever happened to one value: what is read without an error is whole, what is salvaged is all
/// but what lay in it, and so is what is repaired.
fn check(disk: &Disk, all: &Documents, key: Key, damaged: &Disk) -> Documents {
    match open(damaged) {
        Err(error) => assert_eq!(error.code(), codes::DATA_CORRUPTION_DETECTED),
        Ok(database) => {
            let (found, is_missing) = salvaged(&database);
            assert!(found.is_subset(all), "{key:?}");
            assert_eq!(is_missing, found != *all, "{key:?}");
        }
    }
    let (found, is_missing) = salvage(damaged);
    let under = match key.space {
        Space::Meta => BTreeSet::new(),
        Space::Pages => on_page(disk, key.number / PAGE_CHUNKS),
        Space::Journal => only_in(disk, damaged),
    };
    let lost: Vec<_> = all.difference(&found).collect();
    let bytes: BTreeSet<_> = found.iter().map(|(_, bytes)| bytes).collect();
    for (name, document) in &lost {
        let is_found = bytes.contains(document) || under.contains(document);
        let shown = DocumentRef::from_valid(document)
            .get("_id")
            .unwrap()
            .to_string();
        assert!(is_found, "{key:?}: {shown} of {name} is lost");
    }
    assert!(
        lost.is_empty() || is_missing,
        "{key:?}: what is missing is named"
    );
    found
}

fn keys(disk: &Disk) -> Vec<Key> {
    // What marks the owner before this one, and the room that is kept back, mean nothing.
    let disk = disk.borrow();
    let is_meant = |key: &&Key| key.space != Space::Meta || key.number < 1 << 40;
    disk.keys().filter(is_meant).copied().collect()
}

#[test]
fn what_does_not_lie_in_a_damaged_value_can_be_read() {
    let disk = filled();
    let keys = keys(&disk);
    assert!(keys.len() > 30, "{}", keys.len());
    let (all, _) = salvaged(&open(&disk).unwrap());
    for key in keys {
        let damaged = copy(&disk);
        let length = damaged.borrow()[&key].len();
        damaged.borrow_mut().get_mut(&key).unwrap()[length / 2] ^= 4;
        let found = check(&disk, &all, key, &damaged);
        assert_eq!(repair(&damaged), found, "{key:?}");
    }
}

#[test]
fn what_does_not_lie_in_a_missing_value_can_be_read() {
    let disk = filled();
    let (all, _) = salvaged(&open(&disk).unwrap());
    for key in keys(&disk) {
        let damaged = copy(&disk);
        damaged.borrow_mut().remove(&key);
        // The end of a journal can be missing without a trace: that is a loss of power.
        let is_last = journal_of(&disk).last().map(|(number, _)| *number) == Some(key.number);
        if key.space != Space::Journal || !is_last {
            check(&disk, &all, key, &damaged);
        }
    }
}

fn meta(number: u64) -> Key {
    Key {
        space: Space::Meta,
        number,
    }
}

fn damage(disk: &Disk, key: Key) {
    disk.borrow_mut().get_mut(&key).unwrap()[30] ^= 1;
}

#[test]
fn one_of_two_manifests_is_enough() {
    let disk = filled();
    let (all, _) = salvaged(&open(&disk).unwrap());
    for number in [MANIFEST, COPY] {
        let damaged = copy(&disk);
        damage(&damaged, meta(number));
        assert_eq!(salvaged(&open(&damaged).unwrap()), (all.clone(), false));
        // It is mended with the next checkpoint.
        run(open(&damaged).unwrap().flush()).unwrap();
        damage(&damaged, meta(MANIFEST + COPY - number));
        assert_eq!(salvaged(&open(&damaged).unwrap()), (all.clone(), false));
    }
}

#[test]
fn without_a_manifest_documents_are_found_by_their_pages() {
    let disk = filled();
    let (all, _) = salvaged(&open(&disk).unwrap());
    damage(&disk, meta(MANIFEST));
    damage(&disk, meta(COPY));
    let error = open(&disk).err().unwrap();
    assert_eq!(error.code(), codes::DATA_CORRUPTION_DETECTED);
    let (found, is_missing) = salvage(&disk);
    assert!(is_missing);
    let found_bytes: BTreeSet<_> = found.iter().map(|(_, bytes)| bytes).collect();
    for (name, document) in &all {
        assert!(found_bytes.contains(document), "{name}");
    }
    // What the journal has from the beginning keeps its name.
    assert!(found.iter().any(|(name, _)| name == "test.late"));
    assert_eq!(repair(&disk), found);
}

#[test]
fn an_old_copy_of_the_manifest_is_not_taken_for_the_last() {
    let disk = filled();
    let old = disk.borrow()[&meta(COPY)].clone();
    run(open(&disk).unwrap().flush()).unwrap();
    disk.borrow_mut().insert(meta(COPY), old);
    open(&disk).unwrap();
    damage(&disk, meta(MANIFEST));
    let error = open(&disk).err().unwrap();
    assert_eq!(error.code(), codes::DATA_CORRUPTION_DETECTED);
    assert!(salvage(&disk).1);
}

#[test]
fn a_repair_is_done_whole_or_not_at_all() {
    let disk = filled();
    let journal = journal_of(&disk)[2].0;
    for key in [
        meta(MANIFEST),
        Key {
            space: Space::Journal,
            number: journal,
        },
    ] {
        let damaged = copy(&disk);
        damage(&damaged, key);
        damaged.borrow_mut().remove(&meta(COPY));
        let (expected, _) = salvage(&damaged);
        let steps = Rc::new(Cell::new(0));
        let whole = FaultyStore::new(&copy(&damaged), &steps, None);
        run(Database::repair(whole, env(), OPTIONS)).ok().unwrap();
        for fault in [Fault::DieBefore, Fault::DieAfter, Fault::Refuse] {
            for step in 0..steps.get() {
                let torn = copy(&damaged);
                let store = FaultyStore::new(&torn, &Rc::default(), Some((step, fault)));
                let outcome = run(Database::repair(store, env(), OPTIONS));
                let found = match open(&torn) {
                    Ok(database) => salvaged(&database).0,
                    Err(_) => {
                        assert!(outcome.is_err(), "{fault:?} at {step}");
                        salvage(&torn).0
                    }
                };
                assert_eq!(found, expected, "{fault:?} at {step}");
                assert_eq!(repair(&torn), expected, "{fault:?} at {step}");
            }
        }
    }
}

#[test]
fn what_was_repaired_is_written_on_when_the_journal_was_empty() {
    let disk = filled();
    run(open(&disk).unwrap().flush()).unwrap();
    let trace = journal_of(&disk)[0].0;
    assert!(trace > 1 && journal_of(&disk).len() == 1);
    let (all, _) = salvaged(&open(&disk).unwrap());
    assert_eq!(repair(&disk), all);
}
