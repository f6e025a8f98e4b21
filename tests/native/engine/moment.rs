//! A query sees one moment: a cursor gives each document that was there when it was opened
//! exactly once, as it was then, whatever is written while it is read.

use super::{Client, Draw};
use crate::wire::text::show;
use crate::wire::{Document, Value};
use crate::{array, doc};

const DOCUMENTS: i32 = 40;

/// A cursor that is being read.
struct Reader {
    id: i64,
    seen: Vec<Value>,
    /// What there was when it was opened, by id.
    expected: Vec<Value>,
}

fn by_id(mut documents: Vec<Value>) -> Vec<String> {
    documents.sort_by_key(|document| match document.get("_id") {
        Some(Value::Int32(id)) => *id,
        _ => panic!("{}", show(document)),
    });
    documents.iter().map(show).collect()
}

fn open(client: &mut Client, command: &Document) -> Reader {
    let expected = client.find(doc! { "find" => "c", "hint" => doc! { "$natural" => 1 } });
    let reply = client.ok(command.clone());
    let batch = reply
        .at("cursor.firstBatch")
        .and_then(Value::items)
        .unwrap();
    Reader {
        id: id_of(&reply),
        seen: batch.to_vec(),
        expected,
    }
}

fn id_of(reply: &Value) -> i64 {
    match reply.at("cursor.id") {
        Some(Value::Int64(id)) => *id,
        _ => panic!("{}", show(reply)),
    }
}

impl Reader {
    /// Reads a batch; checks everything after the last one.
    fn read(&mut self, client: &mut Client, what: &str) -> bool {
        let more = doc! { "getMore" => self.id, "collection" => "c", "batchSize" => 2 };
        let reply = client.ok(more);
        self.seen
            .extend_from_slice(reply.at("cursor.nextBatch").and_then(Value::items).unwrap());
        self.id = id_of(&reply);
        if self.id != 0 {
            return true;
        }
        let seen = std::mem::take(&mut self.seen);
        assert_eq!(by_id(seen), by_id(self.expected.clone()), "{what}");
        false
    }
}

/// Moves documents back and forth in the index, and now and then takes one out or puts one in.
fn write(client: &mut Client, draw: &mut Draw) {
    let id = draw.below(DOCUMENTS as usize) as i32;
    let q = doc! { "_id" => id };
    let state = draw.pick(&["a", "b", "c"]);
    match draw.below(8) {
        0 => {
            let delete = doc! { "q" => q, "limit" => 1 };
            client.ok(doc! { "delete" => "c", "deletes" => vec![delete] });
        }
        1 => {
            let u = doc! { "$set" => doc! { "state" => state, "back" => true } };
            let update = doc! { "q" => q, "u" => u, "upsert" => true };
            client.ok(doc! { "update" => "c", "updates" => vec![update] });
        }
        2 => {
            let u = doc! { "$set" => doc! { "state" => state } };
            let q = doc! { "state" => doc! { "$ne" => state } };
            let update = doc! { "q" => q, "u" => u, "multi" => true };
            client.ok(doc! { "update" => "c", "updates" => vec![update] });
        }
        _ => {
            let u = doc! { "$set" => doc! { "state" => state }, "$inc" => doc! { "n" => 1 } };
            client.ok(doc! { "update" => "c", "updates" => vec![doc! { "q" => q, "u" => u }] });
        }
    }
}

fn check(seed: u64, command: &Document) {
    let (mut client, mut draw) = (Client::new(seed), Draw::new(seed));
    let key = doc! { "key" => doc! { "state" => 1 }, "name" => "state" };
    client.ok(doc! { "createIndexes" => "c", "indexes" => vec![key] });
    let documents: Vec<Document> = (0..DOCUMENTS)
        .map(|i| doc! { "_id" => i, "state" => draw.pick(&["a", "b", "c"]) })
        .collect();
    client.ok(doc! { "insert" => "c", "documents" => documents });
    let what = format!("seed {seed}: {}", show(&Value::Document(command.clone())));
    let mut readers = Vec::new();
    for _ in 0..120 {
        if readers.len() < 4 && draw.below(3) == 0 {
            readers.push(open(&mut client, command));
        }
        write(&mut client, &mut draw);
        if !readers.is_empty() {
            let at = draw.below(readers.len());
            if !readers[at].read(&mut client, &what) {
                readers.swap_remove(at);
            }
        }
    }
    for mut reader in readers {
        while reader.read(&mut client, &what) {}
    }
}

#[test]
fn cursors_see_each_document_once_while_it_moves_in_their_index() {
    let all = || doc! { "state" => doc! { "$in" => array!["a", "b", "c"] } };
    let find = |more: Document| {
        let mut command = doc! { "find" => "c", "filter" => all(), "batchSize" => 2 };
        command.extend(more);
        command
    };
    let commands = [
        find(doc! {}),
        find(doc! { "hint" => "state" }),
        find(doc! { "hint" => doc! { "$natural" => 1 } }),
        find(doc! { "sort" => doc! { "state" => -1 } }),
        find(doc! { "sort" => doc! { "_id" => 1 } }),
        doc! { "aggregate" => "c", "pipeline" => vec![doc! { "$match" => all() }],
        "cursor" => doc! { "batchSize" => 2 } },
    ];
    for seed in 0..if cfg!(debug_assertions) { 6 } else { 60 } {
        for command in &commands {
            check(seed, command);
        }
    }
}
