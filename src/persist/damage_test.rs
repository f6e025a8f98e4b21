//! Damaged pages: errors name where they belong, the rest stays readable, indexes are repaired.
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use super::crash_test::{command, env, insert_into, is_ok, run};
use super::faulty_store::{Disk, FaultyStore};
use super::format::PAGE_CHUNKS;
use super::store::{Key, Space};
use super::{Database, Options};
use crate::catalog::Namespace;
use crate::error::PageId;
use crate::storage::Tree;
use crate::value::{DocumentBuf, DocumentRef};

type Db = Database<FaultyStore>;

fn open(disk: &Disk) -> Db {
    let store = FaultyStore::new(disk, &Rc::default(), None);
    run(Database::open(store, env(), Options::default())).unwrap()
}

fn send(database: &Db, text: &str) -> DocumentBuf {
    let mut document = crate::expression::testing::document(text);
    document.append("$db", "test");
    DocumentRef::from_valid(&run(database.run_command(document.as_bytes()))).into()
}

/// Two collections of 300 documents on many pages each, with an index, in pages.
fn filled(disk: &Disk) -> Db {
    let database = open(disk);
    for collection in ["things", "others"] {
        let reply = run(database.run_command(&insert_into(collection, 0..300, 500)));
        assert!(is_ok(&reply));
    }
    let index = "{createIndexes: 'things', indexes: [{key: {group: 1}, name: 'group'}]}";
    assert!(is_ok(send(&database, index).as_bytes()));
    run(database.flush()).unwrap();
    database
}

/// The pages of a collection's records, or of one of its indexes, in order; the root is the first.
fn pages(database: &Db, collection: &str, index: Option<&str>) -> Vec<PageId> {
    loop {
        let mut found = Vec::new();
        let outcome = database.with_engine(|engine| {
            let collection = engine
                .collection(&Namespace::new("test", collection))
                .unwrap();
            let tree: &Tree = match index {
                Some(name) => &collection.index(name).unwrap().tree,
                None => collection.records.tree(),
            };
            tree.pages(&mut |page| found.push(page))
        });
        match outcome {
            Ok(()) => return found,
            Err(error) => run(database.load(error.missing_pages().unwrap())).unwrap(),
        }
    }
}

fn damage(disk: &Disk, page: PageId) {
    let key = Key {
        space: Space::Pages,
        number: page * PAGE_CHUNKS,
    };
    disk.borrow_mut().get_mut(&key).unwrap()[40] ^= 1;
}

/// What a salvage of the collection `things` gives: how many documents there should be, and the
/// ids that can be read.
fn salvaged(database: &Db) -> (i64, Vec<i64>) {
    let snapshot = send(database, "{tussockSnapshot: 1, salvage: true}");
    let list = snapshot.as_ref().get("collections").unwrap();
    let entry = list.as_array().unwrap().iter().find(|entry| {
        let name = entry.as_document().unwrap().get("name").unwrap();
        name.as_str() == Some("things")
    });
    let entry = entry.unwrap().as_document().unwrap();
    let count = entry.get("count").unwrap().to_i64_exact().unwrap();
    let cursor = entry.get("cursor").unwrap().to_i64_exact().unwrap();
    let reply = run(database.run_command(&command(|command| {
        command.append("getMore", cursor);
        command.append("collection", "things");
    })));
    let reply = DocumentRef::from_valid(&reply);
    let batch = reply.get("cursor").unwrap().as_document().unwrap();
    let batch = batch.get("nextBatch").unwrap().as_array().unwrap();
    let ids = batch.iter().map(|document| {
        let id = document.as_document().unwrap().get("_id").unwrap();
        id.to_i64_exact().unwrap()
    });
    (count, ids.collect())
}

#[test]
fn a_damaged_page_names_its_collection_and_the_rest_is_read() {
    let disk = Disk::default();
    let database = filled(&disk);
    let all = pages(&database, "things", None);
    drop(database);
    assert!(all.len() > 5);
    let whole = disk.borrow().clone();
    // The root; the first, the last and two neighbouring leaves.
    let cases: [&[PageId]; 5] = [
        &all[..1],
        &all[1..2],
        &all[all.len() - 1..],
        &all[3..5],
        &all[..],
    ];
    for (at, damaged) in cases.iter().enumerate() {
        *disk.borrow_mut() = whole.clone();
        damaged.iter().for_each(|page| damage(&disk, *page));
        let database = open(&disk);
        let reply = send(&database, "{find: 'things', batchSize: 1000}");
        let code = reply.as_ref().get("code").unwrap().to_i64_exact();
        assert_eq!(code, Some(301));
        let message = reply.as_ref().get("errmsg").unwrap();
        assert!(message.as_str().unwrap().contains("test.things"), "{reply}");
        assert!(is_ok(
            send(&database, "{find: 'others', batchSize: 1000}").as_bytes()
        ));
        let (count, ids) = salvaged(&database);
        assert_eq!(count, 300);
        assert!(ids.is_sorted());
        let lost = 300 - ids.len();
        let expected = match at {
            0 | 4 => lost == 300,
            1 => lost > 0 && lost < 100 && ids[0] == lost as i64,
            2 => lost > 0 && lost < 100 && *ids.last().unwrap() == 299 - lost as i64,
            _ => lost > 0 && lost < 100 && ids[0] == 0 && ids[ids.len() - 1] == 299,
        };
        assert!(expected, "case {at}: lost {lost}");
    }
}

#[test]
fn an_index_is_repaired_from_the_documents() {
    for index in ["group", "_id_"] {
        let disk = Disk::default();
        let database = filled(&disk);
        let all = pages(&database, "things", Some(index));
        drop(database);
        damage(&disk, all[0]);
        let database = open(&disk);
        let reply = send(
            &database,
            &format!("{{find: 'things', filter: {{group: 3}}, hint: '{index}'}}"),
        );
        let message = reply.as_ref().get("errmsg").unwrap();
        let place = format!("index {index} of collection test.things");
        assert!(message.as_str().unwrap().contains(&place), "{reply}");
        let truth = |reply: &DocumentBuf, name: &str| reply.as_ref().get(name).unwrap().is_truthy();
        let reply = send(&database, "{validate: 'things'}");
        assert!(!truth(&reply, "valid"), "{reply}");
        let reply = send(&database, "{validate: 'things', repair: true}");
        assert!(
            truth(&reply, "valid") && truth(&reply, "repaired"),
            "{reply}"
        );
        for _ in 0..2 {
            let database = open(&disk);
            let reply = send(&database, "{validate: 'things'}");
            assert!(truth(&reply, "valid"), "{reply}");
            let reply = send(&database, "{listIndexes: 'things'}").to_string();
            assert!(
                reply.find("_id_") < reply.find("'group'").or(reply.find("\"group\"")),
                "{reply}"
            );
            run(database.flush()).unwrap();
        }
    }
}
