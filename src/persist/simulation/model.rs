//! Commands, and what a naive model makes of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::Engine;
use crate::value::{ArrayWriter, DocumentBuf, DocumentRef, DocumentWriter, ValueRef};

/// What the clocks of all tabs show.
pub(super) const NOW_MS: i64 = 1_700_000_000_000;

pub(super) type State = BTreeMap<&'static str, Contents>;

/// A collection.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Contents {
    /// In the order of their insertion.
    pub documents: Vec<Document>,
    pub indexes: BTreeSet<String>,
    pub documents_max: Option<usize>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Document {
    id: i32,
    group: i32,
    n: i32,
    at_ms: i64,
    padding: i32,
}

pub(super) const COLLECTIONS: [&str; 3] = ["things", "others", "ring"];
const RING: &str = COLLECTIONS[2];
const RING_MAX: usize = 6;
const FIELDS: [&str; 4] = ["group", "n", "text", "at"];

#[derive(Clone, Debug)]
pub(super) enum Command {
    Insert(&'static str, Vec<Document>),
    AddToGroup(&'static str, i32, i32),
    Upsert(&'static str, i32, i32),
    FindAndAdd(&'static str, i32, i32),
    DeleteGroup(&'static str, i32),
    DeleteOne(&'static str, i32),
    Bulk(&'static str, Document, i32, i32),
    CreateIndex(&'static str, &'static str),
    DropIndex(&'static str, &'static str),
    CreateRing,
    Drop(&'static str),
    Rename(&'static str, &'static str),
    Expire,
}

/// What the reply to a command says.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Outcome {
    pub is_ok: bool,
    /// How many documents it was about, where the reply says so.
    pub count: Option<i32>,
}

const DONE: Outcome = Outcome {
    is_ok: true,
    count: None,
};
const FAILED: Outcome = Outcome {
    is_ok: false,
    count: None,
};

fn counted(count: usize) -> Outcome {
    Outcome {
        is_ok: true,
        count: Some(count as i32),
    }
}

impl Document {
    fn random(random: &mut dyn FnMut(u64) -> i32) -> Document {
        Document {
            id: random(40),
            group: random(5),
            n: random(3),
            at_ms: NOW_MS + [-1000, 1_000_000][random(2) as usize],
            padding: [0, 10, 300, 2000][random(4) as usize],
        }
    }

    fn write(&self, out: &mut DocumentWriter<'_>) {
        out.append("_id", self.id);
        out.append("group", self.group);
        out.append("n", self.n);
        out.append("at", ValueRef::Date(self.at_ms));
        out.append("text", "x".repeat(self.padding as usize).as_str());
    }

    pub(super) fn read(document: DocumentRef<'_>) -> Document {
        let int = |name| match document.get(name) {
            Some(ValueRef::Int32(number)) => number,
            _ => i32::MIN,
        };
        let at_ms = match document.get("at") {
            Some(ValueRef::Date(at_ms)) => at_ms,
            _ => 0,
        };
        let text = document.get("text").and_then(|text| text.as_str());
        Document {
            id: int("_id"),
            group: int("group"),
            n: int("n"),
            at_ms,
            padding: text.map_or(0, str::len) as i32,
        }
    }
}

/// What an engine holds, whose pages are all in memory.
pub(super) fn state_of(engine: &Engine) -> State {
    let mut state = State::new();
    for collection in engine.catalog().iter() {
        let name = collection.info.namespace.to_string();
        let known = COLLECTIONS
            .iter()
            .find(|known| name == format!("test.{known}"));
        let mut contents = Contents::default();
        let indexes = collection.indexes.iter();
        contents.indexes = indexes.map(|index| index.spec.name.to_string()).collect();
        contents.indexes.remove("_id_");
        contents.documents_max = collection
            .info
            .options
            .as_ref()
            .get("capped")
            .map(|_| RING_MAX);
        let mut cursor = collection.records.cursor();
        while let Some((_, bytes)) = cursor.next().unwrap() {
            let document = Document::read(DocumentRef::from_valid(&bytes));
            contents.documents.push(document);
        }
        state.insert(known.unwrap(), contents);
    }
    state
}

impl Command {
    pub(super) fn random(random: &mut dyn FnMut(u64) -> i32) -> Command {
        let collection = COLLECTIONS[[0, 0, 0, 1, 2][random(5) as usize]];
        match random(24) {
            0..=6 => {
                let count = 1 + random(5);
                let documents = (0..count).map(|_| Document::random(random)).collect();
                Command::Insert(collection, documents)
            }
            7..=9 => Command::AddToGroup(collection, random(5), 1 + random(3)),
            10 | 11 => Command::Upsert(collection, random(40), 1),
            12 => Command::FindAndAdd(collection, random(40), 1),
            13 | 14 => Command::DeleteGroup(collection, random(5)),
            15 => Command::DeleteOne(collection, random(40)),
            16 => Command::Bulk(collection, Document::random(random), random(5), random(40)),
            17 | 18 => {
                let fields = if collection == RING { 3 } else { 4 };
                Command::CreateIndex(collection, FIELDS[random(fields) as usize])
            }
            19 => Command::DropIndex(collection, FIELDS[random(4) as usize]),
            20 => Command::CreateRing,
            21 => Command::Drop(collection),
            22 => match random(2) {
                0 => Command::Rename(COLLECTIONS[0], COLLECTIONS[1]),
                _ => Command::Rename(COLLECTIONS[1], COLLECTIONS[0]),
            },
            _ => Command::Expire,
        }
    }

    /// The command as the engine takes it.
    pub(super) fn encode(&self, is_journaled: bool) -> Vec<u8> {
        let mut out = DocumentBuf::new();
        let mut database = "test";
        match self {
            Command::Insert(collection, documents) => {
                out.append("insert", *collection);
                out.append_array("documents", |list| {
                    let write = |document: &Document| document.write(&mut list.document());
                    documents.iter().for_each(write);
                });
            }
            Command::AddToGroup(collection, group, by) => {
                out.append("update", *collection);
                out.append_array("updates", |list| add(list, ("group", *group), *by, "multi"));
            }
            Command::Upsert(collection, id, by) => {
                out.append("update", *collection);
                out.append_array("updates", |list| add(list, ("_id", *id), *by, "upsert"));
            }
            Command::FindAndAdd(collection, id, by) => {
                out.append("findAndModify", *collection);
                out.append_document("query", |query| query.append("_id", *id));
                out.append_document("update", |update| {
                    update.document("$inc").append("n", *by);
                });
            }
            Command::DeleteGroup(collection, group) => {
                delete(&mut out, collection, "group", *group)
            }
            Command::DeleteOne(collection, id) => delete(&mut out, collection, "_id", *id),
            Command::Bulk(collection, document, group, id) => {
                database = "admin";
                bulk(&mut out, collection, document, *group, *id);
            }
            Command::CreateIndex(collection, field) => {
                out.append("createIndexes", *collection);
                out.append_array("indexes", |list| {
                    let mut index = list.document();
                    index.document("key").append(field, 1);
                    index.append("name", *field);
                    if *field == "at" {
                        index.append("expireAfterSeconds", 0);
                    }
                });
            }
            Command::DropIndex(collection, field) => {
                out.append("dropIndexes", *collection);
                out.append("index", *field);
            }
            Command::CreateRing => {
                out.append("create", RING);
                out.append("capped", true);
                out.append("size", 1_000_000);
                out.append("max", RING_MAX as i32);
            }
            Command::Drop(collection) => out.append("drop", *collection),
            Command::Rename(from, to) => {
                database = "admin";
                out.append("renameCollection", format!("test.{from}").as_str());
                out.append("to", format!("test.{to}").as_str());
                out.append("dropTarget", true);
            }
            Command::Expire => out.append("tussockExpire", 1),
        }
        if is_journaled && !matches!(self, Command::Expire) {
            out.append_document("writeConcern", |concern| concern.append("j", true));
        }
        out.append("$db", database);
        out.into_bytes()
    }

    /// Carries the command out.
    pub(super) fn apply(&self, state: &mut State) -> Outcome {
        match self {
            Command::Insert(collection, documents) => {
                let contents = state.entry(*collection).or_default();
                let inserted = documents.iter().take_while(|new| contents.insert(new));
                counted(inserted.count())
            }
            Command::AddToGroup(collection, group, by) => {
                let is_meant = |document: &&mut Document| document.group == *group;
                let documents = state.get_mut(collection).map(|found| &mut found.documents);
                let found = documents.into_iter().flatten().filter(is_meant);
                counted(found.map(|document| document.n += by).count())
            }
            Command::Upsert(collection, id, by) => {
                let contents = state.entry(*collection).or_default();
                if !contents.add_to(*id, *by) {
                    contents.insert(&upserted(*id, *by));
                }
                counted(1)
            }
            Command::FindAndAdd(collection, id, by) => {
                if let Some(contents) = state.get_mut(collection) {
                    contents.add_to(*id, *by);
                }
                DONE
            }
            Command::DeleteGroup(collection, group) => {
                delete_where(state, collection, |document| document.group == *group)
            }
            Command::DeleteOne(collection, id) => {
                delete_where(state, collection, |document| document.id == *id)
            }
            Command::Bulk(collection, document, group, id) => {
                let insert = Command::Insert(collection, vec![document.clone()]);
                if insert.apply(state).count == Some(1) {
                    Command::AddToGroup(collection, *group, 1).apply(state);
                    Command::DeleteOne(collection, *id).apply(state);
                }
                DONE
            }
            Command::CreateIndex(collection, field) => {
                let contents = state.entry(*collection).or_default();
                contents.indexes.insert((*field).to_owned());
                DONE
            }
            Command::DropIndex(collection, field) => {
                let contents = state.get_mut(collection);
                let is_done = contents.is_some_and(|found| found.indexes.remove(*field));
                if is_done { DONE } else { FAILED }
            }
            Command::CreateRing => {
                let ring = || Contents {
                    documents_max: Some(RING_MAX),
                    ..Contents::default()
                };
                let found = state.entry(RING).or_insert_with(ring);
                if found.documents_max.is_some() {
                    DONE
                } else {
                    FAILED
                }
            }
            Command::Drop(collection) => {
                state.remove(collection);
                DONE
            }
            Command::Rename(from, to) => match state.remove(from) {
                Some(contents) => {
                    state.insert(to, contents);
                    DONE
                }
                None => FAILED,
            },
            Command::Expire => {
                let expires = |contents: &&mut Contents| contents.indexes.contains("at");
                let before: usize = state.values().map(|found| found.documents.len()).sum();
                for contents in state.values_mut().filter(expires) {
                    contents
                        .documents
                        .retain(|found| found.at_ms > NOW_MS || found.at_ms == 0);
                }
                let after: usize = state.values().map(|found| found.documents.len()).sum();
                counted(before - after)
            }
        }
    }
}

impl Contents {
    /// False if the id is taken.
    fn insert(&mut self, document: &Document) -> bool {
        if self.documents.iter().any(|found| found.id == document.id) {
            return false;
        }
        self.documents.push(document.clone());
        let surplus = self
            .documents_max
            .map_or(0, |max| self.documents.len().saturating_sub(max));
        self.documents.drain(..surplus);
        true
    }

    fn add_to(&mut self, id: i32, by: i32) -> bool {
        let found = self.documents.iter_mut().find(|found| found.id == id);
        found.map(|found| found.n += by).is_some()
    }
}

/// What an upsert makes of an id and an increment; the other fields are not there.
fn upserted(id: i32, n: i32) -> Document {
    Document {
        id,
        group: i32::MIN,
        n,
        at_ms: 0,
        padding: 0,
    }
}

fn delete_where(
    state: &mut State,
    collection: &str,
    is_meant: impl Fn(&Document) -> bool,
) -> Outcome {
    let Some(contents) = state.get_mut(collection) else {
        return counted(0);
    };
    let before = contents.documents.len();
    contents.documents.retain(|document| !is_meant(document));
    counted(before - contents.documents.len())
}

fn add(list: &mut ArrayWriter<'_>, (field, value): (&str, i32), by: i32, flag: &str) {
    let mut statement = list.document();
    statement.document("q").append(field, value);
    statement.document("u").document("$inc").append("n", by);
    statement.append(flag, true);
}

fn delete(out: &mut DocumentBuf, collection: &str, field: &str, value: i32) {
    out.append("delete", collection);
    out.append_array("deletes", |list| {
        let mut statement = list.document();
        statement.document("q").append(field, value);
        statement.append("limit", 0);
    });
}

/// An insert, an update of a group and a delete in one command.
fn bulk(out: &mut DocumentBuf, collection: &str, document: &Document, group: i32, id: i32) {
    out.append("bulkWrite", 1);
    out.append_array("ops", |list| {
        let mut insert = list.document();
        insert.append("insert", 0);
        document.write(&mut insert.document("document"));
        drop(insert);
        let mut update = list.document();
        update.append("update", 0);
        update.document("filter").append("group", group);
        update
            .document("updateMods")
            .document("$inc")
            .append("n", 1);
        update.append("multi", true);
        drop(update);
        let mut delete = list.document();
        delete.append("delete", 0);
        delete.document("filter").append("_id", id);
    });
    out.append_array("nsInfo", |list| {
        let mut namespace = list.document();
        namespace.append("ns", format!("test.{collection}").as_str());
    });
}
