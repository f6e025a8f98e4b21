//! Stores that earlier versions wrote are read; one of a later version is refused and not touched.
//!
//! `tests/golden/format-N.store` is a store as code of that format left it, value after value:
//! space(1) number(8) length(4) bytes. `TUSSOCK_ACCEPT=1` writes the one of today's format if it is
//! not there; a file that is there is never written again.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::rc::Rc;

use super::crash_test::{env, is_ok, run};
use super::faulty_store::{Disk, FaultyStore};
use super::format::{FORMAT, MANIFEST};
use super::frame;
use super::store::{Key, Space};
use super::{Database, Options};
use crate::error::Result;
use crate::value::{DocumentBuf, DocumentRef};

const SPACES: [Space; 3] = [Space::Meta, Space::Journal, Space::Pages];

fn file(format: i32) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    folder.join(format!("format-{format}.store"))
}

fn open(disk: &Disk) -> Result<Database<FaultyStore>> {
    let store = FaultyStore::new(disk, &Rc::default(), None);
    run(Database::open(store, env(), Options::default()))
}

fn send(database: &Database<FaultyStore>, text: &str) -> DocumentBuf {
    let mut document = crate::expression::testing::document(text);
    document.append("$db", "test");
    let reply = run(database.run_command(document.as_bytes()));
    assert!(is_ok(&reply), "{}", DocumentRef::from_valid(&reply));
    DocumentRef::from_valid(&reply).into()
}

fn read(format: i32) -> Disk {
    let bytes = std::fs::read(file(format)).unwrap();
    let disk = Disk::default();
    let mut rest = bytes.as_slice();
    while let Some((space, after)) = rest.split_first() {
        let (number, after) = after.split_first_chunk::<8>().unwrap();
        let (length, after) = after.split_first_chunk::<4>().unwrap();
        let (value, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        let key = Key {
            space: SPACES[*space as usize],
            number: u64::from_le_bytes(*number),
        };
        disk.borrow_mut().insert(key, value.to_vec());
        rest = after;
    }
    disk
}

fn write_if_missing() {
    if std::env::var("TUSSOCK_ACCEPT").is_err() || file(FORMAT).exists() {
        return;
    }
    let disk = Disk::default();
    let database = open(&disk).unwrap();
    send(
        &database,
        "{create: 'capped', capped: true, size: 4096, max: 3}",
    );
    send(
        &database,
        "{create: 'view', viewOn: 'paged', pipeline: [{$match: {n: {$gte: 18}}}]}",
    );
    let documents: Vec<_> = (0..20)
        .map(|n| {
            format!(
                "{{_id: {n}, n: {n}, tags: [{}, 'x'], at: date({n})}}",
                n % 3
            )
        })
        .collect();
    let documents = documents.join(", ");
    send(
        &database,
        &format!("{{insert: 'paged', documents: [{documents}]}}"),
    );
    send(
        &database,
        "{createIndexes: 'paged', indexes: [{key: {tags: 1, n: -1}, name: 'tags'}]}",
    );
    run(database.flush()).unwrap();
    send(
        &database,
        "{insert: 'journaled', documents: [{_id: 1}, {_id: 2}]}",
    );
    send(
        &database,
        "{update: 'paged', updates: [{q: {_id: 19}, u: {$set: {n: 100}}}]}",
    );
    send(
        &database,
        "{delete: 'paged', deletes: [{q: {_id: 0}, limit: 1}]}",
    );
    drop(database);
    let mut bytes = Vec::new();
    for (key, value) in disk.borrow().iter() {
        let space = SPACES.iter().position(|space| *space == key.space).unwrap();
        bytes.push(space as u8);
        bytes.extend_from_slice(&key.number.to_le_bytes());
        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
        bytes.extend_from_slice(value);
    }
    std::fs::create_dir_all(file(FORMAT).parent().unwrap()).unwrap();
    std::fs::write(file(FORMAT), bytes).unwrap();
}

#[test]
fn every_format_there_was_is_read() {
    write_if_missing();
    for format in 1..=FORMAT {
        let disk = read(format);
        let database = open(&disk).unwrap();
        let count = |text: &str| {
            let reply = send(&database, text);
            reply.as_ref().get("n").unwrap().to_i64_exact().unwrap()
        };
        assert_eq!(count("{count: 'paged'}"), 19);
        assert_eq!(count("{count: 'journaled'}"), 2);
        assert_eq!(count("{count: 'paged', query: {tags: 1}, hint: 'tags'}"), 7);
        assert_eq!(count("{count: 'view'}"), 2);
        send(
            &database,
            "{insert: 'capped', documents: [{_id: 1}, {_id: 2}, {_id: 3}, {_id: 4}]}",
        );
        assert_eq!(count("{count: 'capped'}"), 3);
        for collection in ["paged", "journaled", "capped"] {
            let reply = send(&database, &format!("{{validate: '{collection}'}}"));
            assert!(reply.as_ref().get("valid").unwrap().is_truthy(), "{reply}");
        }
    }
}

#[test]
fn a_later_format_is_refused_and_not_touched() {
    let disk = read(FORMAT);
    let key = Key {
        space: Space::Meta,
        number: MANIFEST,
    };
    let mut manifest = {
        let disk = disk.borrow();
        frame::open(key, &disk[&key]).unwrap().payload.to_vec()
    };
    // length(4) type(1) "format" 0, then the number.
    assert_eq!(&manifest[5..12], b"format\0");
    manifest[12..16].copy_from_slice(&(FORMAT + 1).to_le_bytes());
    let mut chunks = Vec::new();
    frame::seal(Space::Meta, MANIFEST, &[&manifest], &mut chunks);
    disk.borrow_mut().extend(chunks);
    let before = disk.borrow().clone();
    let error = open(&disk).err().unwrap();
    assert_eq!(error.code(), crate::error::codes::UNSUPPORTED_FORMAT);
    assert!(*disk.borrow() == before);
}
