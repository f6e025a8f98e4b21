//! Every kind of index is the same after the journal was replayed, and after a checkpoint.
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use super::crash_test::{env, is_ok, run};
use super::faulty_store::{Disk, FaultyStore};
use super::{Database, Options};
use crate::expression::testing::document;
use crate::value::{DocumentBuf, DocumentRef};

type Db = Database<FaultyStore>;

fn open(disk: &Disk) -> Db {
    let store = FaultyStore::new(disk, &Rc::default(), None);
    run(Database::open(store, env(), Options::default())).unwrap()
}

fn send(database: &Db, command: &str) -> DocumentBuf {
    let mut command = document(command);
    command.append("$db", "test");
    let reply = run(database.run_command(command.as_bytes()));
    assert!(is_ok(&reply), "{}", DocumentRef::from_valid(&reply));
    DocumentRef::from_valid(&reply).into()
}

const COMMANDS: &[&str] = &[
    "{createIndexes: 'c', indexes: [
        {key: {a: 1}, name: 'partial', partialFilterExpression: {b: {$gt: 1}}},
        {key: {d: 1}, name: 'ttl', expireAfterSeconds: 5},
        {key: {'$**': 1}, name: 'wild', wildcardProjection: {'a.x': 0}},
        {key: {b: 1, '$**': -1}, name: 'beside', wildcardProjection: {b: 0}},
        {key: {a: 'hashed', b: -1}, name: 'hash'},
        {key: {c: 1}, name: 'prepared', prepareUnique: true},
        {key: {e: 1}, name: 'sparse', sparse: true, unique: true}]}",
    "{insert: 'c', documents: [{_id: 1, a: 1, b: 2, c: 2, d: date(0), e: 1}, {_id: 2, a: {x: 1, y: [2]}, b: 1, c: 3},
        {_id: 3, c: 1, b: 0, d: date(1800000000000)}]}",
    "{collMod: 'c', index: {name: 'prepared', unique: true}}",
    "{collMod: 'c', index: {name: 'ttl', expireAfterSeconds: 7, hidden: true}}",
    "{tussockExpire: 1}",
];

#[test]
fn indexes_come_back_as_they_were() {
    let disk = Disk::default();
    let database = open(&disk);
    for command in COMMANDS {
        send(&database, command);
    }
    let asked = [
        "{listIndexes: 'c'}",
        "{find: 'c', filter: {'a.y': 2}, hint: 'wild'}",
    ];
    let before = asked.map(|command| send(&database, command));
    assert!(before[0].to_string().contains("7"));
    drop(database);
    for flushes in [true, false] {
        let database = open(&disk);
        assert!(asked.map(|command| send(&database, command)) == before);
        let count = send(&database, "{count: 'c'}");
        assert_eq!(count.as_ref().get("n").unwrap().to_f64(), Some(2.0));
        let valid = send(&database, "{validate: 'c'}");
        assert!(valid.as_ref().get("valid").unwrap().is_truthy(), "{valid}");
        if flushes {
            run(database.flush()).unwrap();
        }
    }
}

#[test]
fn a_clustered_collection_comes_back_in_order() {
    let disk = Disk::default();
    let database = open(&disk);
    send(
        &database,
        "{create: 'c', clusteredIndex: {key: {_id: 1}, unique: true, name: 'own'}, expireAfterSeconds: 5}",
    );
    send(&database, "{insert: 'c', documents: [{_id: 2}, {_id: 1}]}");
    let asked = ["{listIndexes: 'c'}", "{listCollections: 1}", "{find: 'c'}"];
    let before = asked.map(|command| send(&database, command));
    assert!(before[0].to_string().contains("clustered"));
    drop(database);
    for _ in 0..2 {
        let database = open(&disk);
        assert!(asked.map(|command| send(&database, command)) == before);
        run(database.flush()).unwrap();
    }
}

#[test]
fn a_time_series_comes_back_with_its_order_of_time() {
    let disk = Disk::default();
    let database = open(&disk);
    for command in [
        "{create: 's', timeseries: {timeField: 't', metaField: 'm'}, expireAfterSeconds: 1}",
        "{insert: 's', documents: [{_id: 1, t: date(2), m: 1}, {_id: 1, t: date(1), m: 2}]}",
        "{collMod: 's', timeseries: {granularity: 'hours'}}",
        "{createIndexes: 's', indexes: [{key: {'m.a': -1}, name: 'own'}]}",
        "{dropIndexes: 's', index: 'm_1_t_1'}",
    ] {
        send(&database, command);
    }
    let asked = [
        "{listIndexes: 's'}",
        "{listCollections: 1}",
        "{find: 's', sort: {t: 1}}",
        "{explain: {find: 's', filter: {t: {$gt: date(1)}}}}",
    ];
    let before = asked.map(|command| send(&database, command));
    assert!(before[1].to_string().contains("hours"));
    assert!(before[3].to_string().contains("IXSCAN"));
    drop(database);
    for _ in 0..2 {
        let database = open(&disk);
        assert!(asked.map(|command| send(&database, command)) == before);
        let refused = send(&database, "{insert: 's', documents: [{t: 1}]}");
        assert!(refused.as_ref().get("writeErrors").is_some());
        let valid = send(&database, "{validate: 's'}");
        assert!(valid.as_ref().get("valid").unwrap().is_truthy(), "{valid}");
        run(database.flush()).unwrap();
    }
}
