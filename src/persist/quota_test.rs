//! At a full quota reads go on, what takes away is stored, and the database is opened.

use std::rc::Rc;

use super::crash_test::{check_indexes, env, insert_into, is_ok, loaded, run};
use super::faulty_store::{Disk, FaultyStore, Quota};
use super::{Database, Options, State};
use crate::error::codes;
use crate::value::{DocumentBuf, DocumentRef};

type Db = Database<FaultyStore>;

fn open(disk: &Disk, quota: &Rc<Quota>, options: Options) -> Db {
    run(Database::open(
        FaultyStore::with_quota(disk, quota),
        env(),
        options,
    ))
    .unwrap()
}

fn send(database: &Db, text: &str) -> DocumentBuf {
    let mut document = crate::expression::testing::document(text);
    document.append("$db", "test");
    DocumentRef::from_valid(&run(database.run_command(document.as_bytes()))).into()
}

fn code(reply: &DocumentBuf) -> i64 {
    let code = reply.as_ref().get("code");
    code.map_or(0, |code| code.to_i64_exact().unwrap())
}

fn count(database: &Db) -> i64 {
    let reply = send(database, "{count: 'things'}");
    reply.as_ref().get("n").unwrap().to_i64_exact().unwrap()
}

/// Inserts until there is no space; gives how many documents were acknowledged.
fn fill(database: &Db) -> i64 {
    let mut next = count(database) as i32;
    for bytes in [5000, 400, 10] {
        loop {
            let reply = run(database.run_command(&insert_into("things", next..next + 1, bytes)));
            if !is_ok(&reply) {
                let reply: DocumentBuf = DocumentRef::from_valid(&reply).into();
                assert_eq!(code(&reply), i64::from(codes::OUT_OF_DISK_SPACE));
                break;
            }
            next += 1;
        }
    }
    i64::from(next)
}

#[test]
fn at_a_full_quota_it_is_read_made_smaller_and_opened() {
    for checkpoint_bytes in [u64::MAX / 2, 400_000, 20_000] {
        let options = Options {
            checkpoint_bytes,
            ..Options::default()
        };
        let (disk, quota) = (Disk::default(), Rc::<Quota>::default());
        quota.bytes.set(3_000_000);
        let mut database = open(&disk, &quota, options);
        let filled = fill(&database);
        quota.bytes.set(quota.usage(&disk));
        for round in 0..3 {
            assert_eq!(count(&database), filled - 2 * round);
            let one = format!("{{delete: 'things', deletes: [{{q: {{_id: {round}}}, limit: 1}}]}}");
            assert_eq!(code(&send(&database, &one)), 0, "round {round}");
            let remove = format!(
                "{{findAndModify: 'things', query: {{_id: {}}}, remove: true}}",
                100 + round
            );
            assert_eq!(code(&send(&database, &remove)), 0);
            // What was kept back is not for that.
            let grow = "{insert: 'things', documents: [{_id: 'more'}]}";
            assert_eq!(
                code(&send(&database, grow)),
                i64::from(codes::OUT_OF_DISK_SPACE)
            );
            drop(database);
            database = open(&disk, &quota, options);
            assert!(database.status().state == State::Durable);
        }
        let copy = Disk::default();
        *copy.borrow_mut() = disk.borrow().clone();
        loaded(&copy).with_engine(check_indexes);
        assert_eq!(
            code(&send(&database, "{dropIndexes: 'things', index: '*'}")),
            0
        );
        assert_eq!(code(&send(&database, "{dropDatabase: 1}")), 0);
        drop(database);
        let database = open(&disk, &quota, options);
        assert_eq!(count(&database), 0);
        run(database.flush()).unwrap();
        quota.bytes.set(quota.usage(&disk) + 1_000_000);
        // Room again: some of it is kept back again.
        let again = fill(&database);
        assert!(again > 10);
        assert_eq!(code(&send(&database, "{drop: 'things'}")), 0);
    }
}

#[test]
fn without_anything_kept_back_it_is_opened_to_be_read() {
    let (disk, quota) = (Disk::default(), Rc::<Quota>::default());
    let database = open(&disk, &quota, Options::default());
    assert!(is_ok(&run(database.run_command(&insert_into(
        "things",
        0..3,
        20
    )))));
    drop(database);
    quota.bytes.set(quota.usage(&disk));
    let before = disk.borrow().clone();
    let database = open(&disk, &quota, Options::default());
    assert!(database.status().state == State::ReadOnly);
    assert_eq!(count(&database), 3);
    let full = i64::from(codes::OUT_OF_DISK_SPACE);
    assert_eq!(
        code(&send(&database, "{insert: 'things', documents: [{}]}")),
        full
    );
    assert_eq!(
        code(&send(
            &database,
            "{delete: 'things', deletes: [{q: {}, limit: 0}]}"
        )),
        full
    );
    assert_eq!(count(&database), 3);
    assert_eq!(
        run(database.flush()).err().unwrap().code(),
        codes::OUT_OF_DISK_SPACE
    );
    assert!(*disk.borrow() == before);
    quota.bytes.set(0);
    let database = open(&disk, &quota, Options::default());
    assert_eq!(
        code(&send(
            &database,
            "{delete: 'things', deletes: [{q: {}, limit: 0}]}"
        )),
        0
    );
}
