//! Commands, and what a naive model makes of them.

use std::collections::BTreeMap;

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
    /// Whether each is hidden.
    pub indexes: BTreeMap<String, bool>,
    pub kind: Kind,
    /// The group that a validator refuses.
    pub refused: Option<i32>,
}

#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub(super) enum Kind {
    #[default]
    Plain,
    /// Capped, at so many documents.
    Ring(i32),
    Clustered,
    Series,
    /// A group of another collection.
    View(&'static str, i32),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Document {
    id: i32,
    group: i32,
    n: i32,
    at_ms: i64,
    padding: i32,
}

pub(super) const COLLECTIONS: [&str; 6] =
    ["things", "others", "ring", "clustered", "series", "view"];
const RING: &str = COLLECTIONS[2];
const RING_MAX: i32 = 6;
const CLUSTERED: &str = COLLECTIONS[3];
const SERIES: &str = COLLECTIONS[4];
const VIEW: &str = COLLECTIONS[5];
const FIELDS: [&str; 4] = ["group", "n", "text", "at"];

#[derive(Clone, Debug)]
pub(super) enum Command {
    Insert(&'static str, Vec<Document>),
    InsertUnordered(&'static str, Vec<Document>),
    AddToGroup(&'static str, i32, i32),
    Upsert(&'static str, i32, i32),
    FindAndAdd(&'static str, i32, i32),
    FindAndUpsert(&'static str, i32, i32),
    FindAndRemove(&'static str, i32),
    DeleteGroup(&'static str, i32),
    DeleteOne(&'static str, i32),
    Bulk(&'static str, Document, i32, i32),
    /// Inserts into one collection and deletes from another.
    Move(&'static str, Document, &'static str, i32),
    CreateIndexes(&'static str, Vec<&'static str>),
    /// All of them without a name.
    DropIndex(&'static str, Option<&'static str>),
    HideIndex(&'static str, &'static str, bool),
    /// `create` of one of the names that are not plain.
    Create(&'static str, Kind),
    LimitRing(i32),
    ChangeView(&'static str, i32),
    Refuse(&'static str, Option<i32>),
    DropDatabase,
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

/// A field within fields.
fn field<'a>(document: DocumentRef<'a>, path: &[&str]) -> Option<ValueRef<'a>> {
    let (name, rest) = path.split_first()?;
    match (document.get(name)?, rest) {
        (value, []) => Some(value),
        (ValueRef::Document(inner), rest) => field(inner, rest),
        _ => None,
    }
}

fn int(value: Option<ValueRef<'_>>) -> Option<i32> {
    value?.to_i64_exact().map(|number| number as i32)
}

fn kind_of(options: &DocumentBuf) -> Kind {
    let options = options.as_ref();
    let get = |name| options.get(name);
    if let Some(on) = get("viewOn").and_then(|on| on.as_str()) {
        let on = COLLECTIONS.iter().find(|known| **known == on).unwrap();
        let stage = get("pipeline").unwrap().as_array().unwrap();
        let stage = stage.iter().next().unwrap().as_document().unwrap();
        return Kind::View(on, int(field(stage, &["$match", "group"])).unwrap());
    }
    match () {
        () if get("capped").is_some() => Kind::Ring(int(get("max")).unwrap()),
        () if get("clusteredIndex").is_some() => Kind::Clustered,
        () if get("timeseries").is_some() => Kind::Series,
        () => Kind::Plain,
    }
}

/// What a reader of a collection or view finds, in the order of insertion.
pub(super) fn seen(state: &State, name: &str) -> Vec<Document> {
    match state.get(name) {
        None => Vec::new(),
        Some(Contents {
            kind: Kind::View(on, group),
            ..
        }) => {
            let mut found = seen(state, on);
            found.retain(|document| document.group == *group);
            found
        }
        Some(contents) => contents.documents.clone(),
    }
}

/// Whether documents of this collection come in the order of their insertion.
pub(super) fn is_ordered(name: &str) -> bool {
    ![CLUSTERED, SERIES].contains(&name)
}

/// What an engine holds, whose pages are all in memory.
pub(super) fn state_of(engine: &Engine) -> State {
    let mut state = State::new();
    for collection in engine.catalog().iter() {
        let name = collection.info.namespace.to_string();
        if name == "test.system.views" {
            continue;
        }
        let known = COLLECTIONS
            .iter()
            .find(|known| name == format!("test.{known}"));
        let mut contents = Contents {
            kind: kind_of(&collection.info.options),
            ..Contents::default()
        };
        if contents.kind != Kind::Series {
            let indexes = collection.indexes.iter();
            let indexes = indexes.map(|index| (index.spec.name.to_string(), index.spec.hidden));
            contents.indexes = indexes.collect();
            contents.indexes.remove("_id_");
        }
        let validator = field(collection.info.options.as_ref(), &["validator", "group"]);
        let validator = validator.and_then(|group| group.as_document());
        contents.refused = validator.and_then(|group| int(group.get("$ne")));
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
        let collection = COLLECTIONS[[0, 0, 0, 1, 2, 3][random(6) as usize]];
        let fields = if collection == RING { 3 } else { 4 };
        match random(32) {
            0..=6 => Command::Insert(collection, documents(random)),
            7..=9 => Command::AddToGroup(collection, random(5), 1 + random(3)),
            10 | 11 => Command::Upsert(collection, random(40), 1),
            12 => Command::FindAndAdd(collection, random(40), 1),
            13 | 14 => Command::DeleteGroup(collection, random(5)),
            15 => Command::DeleteOne(collection, random(40)),
            16 => Command::Bulk(collection, Document::random(random), random(5), random(40)),
            17 | 18 => {
                let count = 1 + random(2);
                let random = |_| FIELDS[random(fields) as usize];
                Command::CreateIndexes(collection, (0..count).map(random).collect())
            }
            19 => Command::DropIndex(collection, Some(FIELDS[random(4) as usize])),
            20 => Command::Create(RING, Kind::Ring(RING_MAX)),
            21 => Command::Drop(COLLECTIONS[random(6) as usize]),
            22 => match random(2) {
                0 => Command::Rename(COLLECTIONS[0], COLLECTIONS[1]),
                _ => Command::Rename(COLLECTIONS[1], COLLECTIONS[0]),
            },
            23 | 24 => Command::Expire,
            25 => Command::InsertUnordered(collection, documents(random)),
            26 => Command::FindAndUpsert(collection, random(40), 1),
            27 => Command::FindAndRemove(collection, random(40)),
            28 => Command::Insert(SERIES, documents(random)),
            29 => Command::Move(
                collection,
                Document::random(random),
                COLLECTIONS[random(4) as usize],
                random(40),
            ),
            _ => Command::random_of_catalog(random),
        }
    }

    /// Commands that change what a collection is, and not its documents.
    fn random_of_catalog(random: &mut dyn FnMut(u64) -> i32) -> Command {
        let plain = COLLECTIONS[random(2) as usize];
        match random(12) {
            0 => Command::Create(CLUSTERED, Kind::Clustered),
            1 | 2 => Command::Create(SERIES, Kind::Series),
            3 => Command::Create(VIEW, Kind::View(plain, random(5))),
            4 => Command::ChangeView(plain, random(5)),
            5 => Command::LimitRing(3 + random(5)),
            6 => Command::Refuse(plain, Some(random(5))),
            7 => Command::Refuse(plain, None),
            8 | 9 => {
                let collection = COLLECTIONS[random(4) as usize];
                Command::HideIndex(collection, FIELDS[random(4) as usize], random(2) == 0)
            }
            10 => Command::DropIndex(COLLECTIONS[random(4) as usize], None),
            _ if random(4) == 0 => Command::DropDatabase,
            _ => Command::DeleteGroup(SERIES, random(5)),
        }
    }

    /// The command as the engine takes it.
    pub(super) fn encode(&self, is_journaled: bool) -> Vec<u8> {
        let mut out = DocumentBuf::new();
        let mut database = "test";
        match self {
            Command::Insert(collection, documents) => insert(&mut out, collection, documents),
            Command::InsertUnordered(collection, documents) => {
                insert(&mut out, collection, documents);
                out.append("ordered", false);
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
                find_and_add(&mut out, collection, *id, *by);
            }
            Command::FindAndUpsert(collection, id, by) => {
                find_and_add(&mut out, collection, *id, *by);
                out.append("upsert", true);
            }
            Command::FindAndRemove(collection, id) => {
                out.append("findAndModify", *collection);
                out.append_document("query", |query| query.append("_id", *id));
                out.append("remove", true);
            }
            Command::DeleteGroup(collection, group) => {
                delete(&mut out, collection, "group", *group)
            }
            Command::DeleteOne(collection, id) => delete(&mut out, collection, "_id", *id),
            Command::Bulk(collection, document, group, id) => {
                database = "admin";
                bulk(&mut out, collection, document, *group, *id);
            }
            Command::Move(to, document, from, id) => {
                database = "admin";
                moving(&mut out, to, document, from, *id);
            }
            Command::Drop(_)
            | Command::Rename(..)
            | Command::CreateIndexes(..)
            | Command::DropIndex(..)
            | Command::HideIndex(..)
            | Command::Create(..)
            | Command::LimitRing(_)
            | Command::ChangeView(..)
            | Command::Refuse(..)
            | Command::DropDatabase => database = self.encode_of_catalog(&mut out),
            Command::Expire => out.append("tussockExpire", 1),
        }
        if is_journaled && !matches!(self, Command::Expire) {
            out.append_document("writeConcern", |concern| concern.append("j", true));
        }
        out.append("$db", database);
        out.into_bytes()
    }

    /// The same for what changes the catalog; gives the database to send it to.
    fn encode_of_catalog(&self, out: &mut DocumentBuf) -> &'static str {
        match self {
            Command::Rename(from, to) => {
                out.append("renameCollection", format!("test.{from}").as_str());
                out.append("to", format!("test.{to}").as_str());
                out.append("dropTarget", true);
                return "admin";
            }
            Command::Drop(collection) => out.append("drop", *collection),
            Command::CreateIndexes(collection, fields) => {
                out.append("createIndexes", *collection);
                out.append_array("indexes", |list| {
                    for field in fields {
                        let mut index = list.document();
                        index.document("key").append(field, 1);
                        index.append("name", *field);
                        if *field == "at" {
                            index.append("expireAfterSeconds", 0);
                        }
                    }
                });
            }
            Command::DropIndex(collection, field) => {
                out.append("dropIndexes", *collection);
                out.append("index", field.unwrap_or("*"));
            }
            Command::HideIndex(collection, field, hidden) => {
                out.append("collMod", *collection);
                out.append_document("index", |index| {
                    index.append("name", *field);
                    index.append("hidden", *hidden);
                });
            }
            Command::Create(name, kind) => {
                out.append("create", *name);
                kind.write(out);
            }
            Command::LimitRing(max) => {
                out.append("collMod", RING);
                out.append("cappedMax", *max);
            }
            Command::ChangeView(on, group) => {
                out.append("collMod", VIEW);
                Kind::View(on, *group).write(out);
            }
            Command::Refuse(collection, group) => {
                out.append("collMod", *collection);
                out.append_document("validator", |validator| {
                    if let Some(group) = group {
                        validator.document("group").append("$ne", *group);
                    }
                });
                // What is there already may stay, and be changed.
                out.append("validationLevel", "moderate");
            }
            _ => out.append("dropDatabase", 1),
        }
        "test"
    }

    /// Carries the command out.
    pub(super) fn apply(&self, state: &mut State) -> Outcome {
        match self {
            Command::Insert(collection, documents) => {
                let contents = state.entry(*collection).or_default();
                let inserted = documents.iter().take_while(|new| contents.insert(new));
                counted(inserted.count())
            }
            Command::InsertUnordered(collection, documents) => {
                let contents = state.entry(*collection).or_default();
                let inserted = documents.iter().filter(|new| contents.insert(new));
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
            Command::FindAndUpsert(collection, id, by) => {
                Command::Upsert(collection, *id, *by).apply(state);
                DONE
            }
            Command::FindAndRemove(collection, id) => {
                Command::DeleteOne(collection, *id).apply(state);
                DONE
            }
            Command::Move(to, document, from, id) => {
                let insert = Command::Insert(to, vec![document.clone()]);
                if insert.apply(state).count == Some(1) {
                    Command::DeleteOne(from, *id).apply(state);
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
            Command::Expire => {
                let expires = |contents: &&mut Contents| contents.indexes.contains_key("at");
                let before: usize = state.values().map(|found| found.documents.len()).sum();
                for contents in state.values_mut().filter(expires) {
                    contents
                        .documents
                        .retain(|found| found.at_ms > NOW_MS || found.at_ms == 0);
                }
                let after: usize = state.values().map(|found| found.documents.len()).sum();
                counted(before - after)
            }
            _ => match self.apply_to_catalog(state) {
                Some(()) => DONE,
                None => FAILED,
            },
        }
    }

    /// The same for what changes the catalog; `None` if it fails.
    fn apply_to_catalog(&self, state: &mut State) -> Option<()> {
        match self {
            Command::CreateIndexes(collection, fields) => {
                let contents = state.entry(*collection).or_default();
                let is_hidden = |field: &&str| contents.indexes.get(*field) == Some(&true);
                if fields.iter().any(is_hidden) {
                    // It would have other options.
                    return None;
                }
                for field in fields {
                    let _ = contents.indexes.entry((*field).to_owned()).or_default();
                }
            }
            Command::DropIndex(collection, None) => state.get_mut(collection)?.indexes.clear(),
            Command::DropIndex(collection, Some(field)) => {
                state.get_mut(collection)?.indexes.remove(*field)?;
            }
            Command::HideIndex(collection, field, hidden) => {
                let contents = state.get_mut(collection)?;
                *contents.indexes.get_mut(*field)? = *hidden;
            }
            Command::Create(name, kind) => {
                let new = || Contents {
                    kind: *kind,
                    ..Contents::default()
                };
                let found = state.entry(name).or_insert_with(new);
                return (found.kind == *kind).then_some(());
            }
            Command::LimitRing(max) => {
                let ring = state.get_mut(RING)?;
                let Kind::Ring(_) = ring.kind else {
                    return None;
                };
                ring.kind = Kind::Ring(*max);
            }
            Command::ChangeView(on, group) => state.get_mut(VIEW)?.kind = Kind::View(on, *group),
            Command::Refuse(collection, group) => state.get_mut(collection)?.refused = *group,
            Command::Drop(collection) => drop(state.remove(collection)),
            Command::Rename(from, to) => {
                let contents = state.remove(from)?;
                state.insert(to, contents);
            }
            _ => state.clear(),
        }
        Some(())
    }
}

impl Kind {
    /// The options of `create`, and of `collMod` for a view.
    fn write(self, out: &mut DocumentBuf) {
        match self {
            Kind::Plain => {}
            Kind::Ring(max) => {
                out.append("capped", true);
                out.append("size", 1_000_000);
                out.append("max", max);
            }
            Kind::Clustered => out.append_document("clusteredIndex", |index| {
                index.document("key").append("_id", 1);
                index.append("unique", true);
            }),
            Kind::Series => out.append_document("timeseries", |series| {
                series.append("timeField", "at");
                series.append("metaField", "group");
            }),
            Kind::View(on, group) => {
                out.append("viewOn", on);
                out.append_array("pipeline", |list| {
                    let mut stage = list.document();
                    stage.document("$match").append("group", group);
                });
            }
        }
    }
}

fn documents(random: &mut dyn FnMut(u64) -> i32) -> Vec<Document> {
    let count = 1 + random(5);
    (0..count).map(|_| Document::random(random)).collect()
}

impl Contents {
    /// False if the id is taken.
    fn insert(&mut self, document: &Document) -> bool {
        let is_taken =
            self.kind != Kind::Series && self.documents.iter().any(|found| found.id == document.id);
        if is_taken || self.refused == Some(document.group) {
            return false;
        }
        self.documents.push(document.clone());
        if let Kind::Ring(max) = self.kind {
            let surplus = self.documents.len().saturating_sub(max as usize);
            self.documents.drain(..surplus);
        }
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

fn insert(out: &mut DocumentBuf, collection: &str, documents: &[Document]) {
    out.append("insert", collection);
    out.append_array("documents", |list| {
        let write = |document: &Document| document.write(&mut list.document());
        documents.iter().for_each(write);
    });
}

fn find_and_add(out: &mut DocumentBuf, collection: &str, id: i32, by: i32) {
    out.append("findAndModify", collection);
    out.append_document("query", |query| query.append("_id", id));
    out.append_document("update", |update| {
        update.document("$inc").append("n", by);
    });
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

/// Of a `bulkWrite`: an insert into the first namespace.
fn insert_op(list: &mut ArrayWriter<'_>, document: &Document) {
    let mut insert = list.document();
    insert.append("insert", 0);
    document.write(&mut insert.document("document"));
}

/// Of a `bulkWrite`: a delete from the namespace with this number.
fn delete_op(list: &mut ArrayWriter<'_>, namespace: i32, id: i32) {
    let mut delete = list.document();
    delete.append("delete", namespace);
    delete.document("filter").append("_id", id);
}

/// An insert, an update of a group and a delete in one command.
fn bulk(out: &mut DocumentBuf, collection: &str, document: &Document, group: i32, id: i32) {
    out.append("bulkWrite", 1);
    out.append_array("ops", |list| {
        insert_op(list, document);
        let mut update = list.document();
        update.append("update", 0);
        update.document("filter").append("group", group);
        update
            .document("updateMods")
            .document("$inc")
            .append("n", 1);
        update.append("multi", true);
        drop(update);
        delete_op(list, 0, id);
    });
    out.append_array("nsInfo", |list| {
        let mut namespace = list.document();
        namespace.append("ns", format!("test.{collection}").as_str());
    });
}

/// An insert into one collection and a delete from another in one command.
fn moving(out: &mut DocumentBuf, to: &str, document: &Document, from: &str, id: i32) {
    out.append("bulkWrite", 1);
    out.append_array("ops", |list| {
        insert_op(list, document);
        delete_op(list, 1, id);
    });
    out.append_array("nsInfo", |list| {
        for collection in [to, from] {
            let mut namespace = list.document();
            namespace.append("ns", format!("test.{collection}").as_str());
        }
    });
}
