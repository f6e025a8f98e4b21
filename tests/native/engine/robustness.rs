//! Nothing that comes in makes the engine panic: it answers with an error and goes on.

use proptest::prelude::*;

use super::Client;
use crate::conformance::runner::caught;
use crate::wire::text::show;
use crate::wire::{Document, Value, bson};
use crate::{array, doc};

/// A valid command of each kind.
fn commands() -> Vec<Document> {
    let update = doc! {
        "q" => doc! { "a" => doc! { "$gte" => 1 }, "s" => doc! { "$regex" => "^n" } },
        "u" => doc! { "$inc" => doc! { "a" => 1 }, "$push" => doc! {
            "l" => doc! { "$each" => array![1, 2.5], "$sort" => 1, "$slice" => -3 }
        } },
        "multi" => true, "upsert" => true
    };
    let index = doc! { "key" => doc! { "a" => 1, "s" => -1 }, "name" => "as", "unique" => false };
    let stages = array![
        doc! { "$match" => doc! { "a" => doc! { "$in" => array![1, 2, Value::Null] } } },
        doc! { "$project" => doc! { "t" => doc! { "$add" => array!["$a", 1i64] }, "s" => 1 } },
        doc! { "$group" => doc! { "_id" => "$s", "n" => doc! { "$sum" => "$t" } } },
        doc! { "$sort" => doc! { "n" => -1 } },
        doc! { "$limit" => 5 },
    ];
    vec![
        doc! { "insert" => "c", "documents" => vec![doc! { "a" => 7, "s" => "x", "l" => array![1] }] },
        doc! { "find" => "c", "filter" => doc! { "$or" => vec![
            doc! { "a" => doc! { "$gt" => 1.5, "$lt" => 9i64 } },
            doc! { "l" => doc! { "$elemMatch" => doc! { "$ne" => true } } },
        ] }, "sort" => doc! { "a" => -1 }, "projection" => doc! { "a" => 1, "l" => doc! { "$slice" => 1 } },
        "skip" => 1, "limit" => 3, "batchSize" => 2, "singleBatch" => false },
        doc! { "update" => "c", "updates" => vec![update.clone()], "ordered" => true },
        doc! { "delete" => "c", "deletes" => vec![doc! { "q" => doc! { "a" => 3 }, "limit" => 1 }] },
        doc! { "findAndModify" => "c", "query" => doc! { "a" => 1 }, "update" => doc! { "$set" => doc! { "b.0" => 1 } },
        "new" => true, "fields" => doc! { "a" => 0 } },
        doc! { "aggregate" => "c", "pipeline" => stages, "cursor" => doc! { "batchSize" => 1 },
        "let" => doc! { "v" => 1 } },
        doc! { "createIndexes" => "c", "indexes" => vec![index] },
        doc! { "dropIndexes" => "c", "index" => "as" },
        doc! { "listIndexes" => "c", "cursor" => doc! {} },
        doc! { "listCollections" => 1, "filter" => doc! { "name" => "c" }, "nameOnly" => true },
        doc! { "create" => "d", "capped" => false },
        doc! { "renameCollection" => "test.c", "to" => "test.e", "dropTarget" => true },
        doc! { "count" => "c", "query" => doc! { "a" => 1 }, "limit" => 2 },
        doc! { "distinct" => "c", "key" => "a", "query" => doc! {} },
        doc! { "getMore" => 5i64, "collection" => "c", "batchSize" => 2 },
        doc! { "killCursors" => "c", "cursors" => array![5i64] },
        doc! { "explain" => doc! { "find" => "c", "filter" => doc! { "a" => 1 } }, "verbosity" => "queryPlanner" },
        doc! { "collStats" => "c", "scale" => 2 },
        doc! { "bulkWrite" => 1, "ops" => vec![doc! { "insert" => 0, "document" => doc! { "a" => 1 } }],
        "nsInfo" => vec![doc! { "ns" => "test.c" }] },
        doc! { "hello" => 1, "$readPreference" => doc! { "mode" => "primary" } },
        doc! { "drop" => "c", "writeConcern" => doc! { "w" => 1 } },
    ]
}

/// Where a command may run.
fn database(command: &Document) -> &'static str {
    match command[0].0.as_str() {
        "renameCollection" | "bulkWrite" => "admin",
        _ => "test",
    }
}

fn filled() -> Client {
    let mut client = Client::new(1);
    let documents: Vec<Document> = (0..10)
        .map(|i| doc! { "_id" => i, "a" => i, "s" => format!("n{i}"), "l" => array![i, 2] })
        .collect();
    client.ok(doc! { "insert" => "c", "documents" => documents });
    let index = doc! { "key" => doc! { "a" => 1 }, "name" => "a" };
    client.ok(doc! { "createIndexes" => "c", "indexes" => vec![index] });
    client
}

/// Sends bytes; the reply is a document with `ok`, and the engine goes on.
fn assert_survives(client: &mut Client, request: &[u8]) {
    let reply = caught(|| client.run_bytes(request))
        .unwrap_or_else(|panic| panic!("{panic}\nrequest: {}", crate::wire::text::hex(request)));
    assert!(
        reply.get("ok").and_then(Value::as_f64).is_some(),
        "{}",
        show(&reply)
    );
    client.ok(doc! { "ping" => 1 });
}

/// The index still says what the collection says.
fn assert_sound(client: &mut Client) {
    let all = |hint: Document| doc! { "find" => "c", "hint" => hint };
    let scanned = client.find(all(doc! { "$natural" => 1 })).len();
    let indexes = client.run(doc! { "listIndexes" => "c" });
    let has_index = indexes
        .at("cursor.firstBatch.1.name")
        .and_then(Value::as_str)
        == Some("a");
    if has_index {
        assert_eq!(client.find(all(doc! { "a" => 1 })).len(), scanned);
    }
}

#[test]
fn valid_commands_are_answered() {
    let refused: Vec<String> = commands()
        .into_iter()
        .filter_map(|command| {
            let shown = show(&Value::Document(command.clone()));
            let mut command = command;
            command.extend(doc! { "$db" => database(&command) });
            let reply = filled().run_bytes(&bson::encode(&command));
            let failed = reply.get("ok").and_then(Value::as_f64) != Some(1.0);
            let not_found = reply.get("code").and_then(Value::as_f64);
            (failed && not_found != Some(43.0) && not_found != Some(27.0))
                .then(|| format!("{shown}\n  {}", show(&reply)))
        })
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn every_truncation_is_an_error() {
    for command in commands() {
        let mut client = filled();
        let mut command = command.clone();
        command.extend(doc! { "$db" => database(&command) });
        let bytes = bson::encode(&command);
        for end in 0..bytes.len() {
            let reply = caught(|| client.run_bytes(&bytes[..end])).unwrap();
            assert_eq!(
                reply.get("code").and_then(Value::as_f64),
                Some(22.0),
                "{}",
                show(&reply)
            );
        }
        assert_sound(&mut client);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 300 } else { 3000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_never_panic(
        which in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..4),
    ) {
        let mut all = commands();
        let mut command = all.swap_remove(which.index(all.len()));
        command.extend(doc! { "$db" => database(&command) });
        let mut bytes = bson::encode(&command);
        for (at, bit) in &flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        let mut client = filled();
        assert_survives(&mut client, &bytes);
        assert_sound(&mut client);
    }

    #[test]
    fn any_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut client = filled();
        let mut with_length = bytes.clone();
        if bytes.len() >= 5 {
            with_length[..4].copy_from_slice(&(bytes.len() as i32).to_le_bytes());
            with_length[bytes.len() - 1] = 0;
        }
        assert_survives(&mut client, &bytes);
        assert_survives(&mut client, &with_length);
    }
}

fn one_of_each_type() -> Vec<Value> {
    vec![
        Value::Double(f64::NAN),
        Value::Double(1e300),
        Value::Double(-0.5),
        Value::String(String::new()),
        Value::String("$x.\0".into()),
        Value::Document(Document::new()),
        Value::Document(doc! { "$gt" => Value::Null }),
        Value::Document(doc! { "" => 1 }),
        Value::Array(Vec::new()),
        Value::Array(vec![Value::Null; 3]),
        Value::Binary(255, vec![1]),
        Value::Undefined,
        Value::ObjectId([255; 12]),
        Value::Bool(true),
        Value::Date(i64::MIN),
        Value::Null,
        Value::Regex("(".into(), "z".into()),
        Value::DbPointer("x".into(), [0; 12]),
        Value::Code("x".into()),
        Value::Symbol("x".into()),
        Value::CodeWithScope("x".into(), Document::new()),
        Value::Int32(i32::MIN),
        Value::Int32(-1),
        Value::Timestamp(u32::MAX, u32::MAX),
        Value::Int64(i64::MAX),
        Value::Decimal([0x7c; 16]),
        Value::MinKey,
        Value::MaxKey,
    ]
}

/// Each value of `command`, at any depth, replaced by `with`, one at a time.
fn replaced(value: &Value, with: &Value) -> Vec<Value> {
    let mut all = vec![with.clone()];
    match value {
        Value::Document(fields) => {
            for (at, (_, inner)) in fields.iter().enumerate() {
                all.extend(replaced(inner, with).into_iter().map(|other| {
                    let mut fields = fields.clone();
                    fields[at].1 = other;
                    Value::Document(fields)
                }));
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                all.extend(replaced(inner, with).into_iter().map(|other| {
                    let mut items = items.clone();
                    items[at] = other;
                    Value::Array(items)
                }));
            }
        }
        _ => {}
    }
    all
}

#[test]
fn every_type_in_every_place_is_answered() {
    for command in commands() {
        let mut client = filled();
        for wrong in one_of_each_type() {
            for changed in replaced(&Value::Document(command.clone()), &wrong) {
                let Value::Document(mut fields) = changed else {
                    continue;
                };
                fields.extend(doc! { "$db" => database(&command) });
                let shown = show(&Value::Document(fields.clone()));
                let bytes = bson::encode(&fields);
                let reply = caught(|| client.run_bytes(&bytes))
                    .unwrap_or_else(|panic| panic!("{shown}\n{panic}"));
                assert!(reply.get("ok").is_some(), "{shown}");
            }
            client.ok(doc! { "ping" => 1 });
        }
        assert_sound(&mut client);
    }
}

#[test]
fn unknown_commands_are_refused() {
    let mut client = filled();
    for name in ["nope", "", "Find", "$eval", "insert ", "ünknown"] {
        assert_eq!(client.code(doc! { name => 1 }), 59, "{name}");
    }
    let empty = client.run_bytes(&bson::encode(&[]));
    assert!(empty.get("code").is_some(), "{}", show(&empty));
}

/// `levels` documents or arrays, one inside the other.
fn nested(levels: usize, as_array: bool) -> Value {
    (0..levels).fold(Value::Int32(1), |inner, _| match as_array {
        true => array![inner],
        false => Value::from(doc! { "a" => inner }),
    })
}

/// Runs `work` on a thread with a stack of this size.
fn on_stack<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new()
        .stack_size(bytes)
        .spawn(work)
        .unwrap();
    thread.join().unwrap()
}

/// The bytes of commands that are too deep for the tests' own recursion on a usual stack.
fn deep_commands(make: impl FnOnce() -> Vec<Document> + Send + 'static) -> Vec<Vec<u8>> {
    on_stack(1 << 30, || {
        let mut commands = make();
        commands
            .iter_mut()
            .for_each(|command| command.extend(doc! { "$db" => "test" }));
        commands
            .iter()
            .map(|command| bson::encode(command))
            .collect()
    })
}

/// The stack that a WebAssembly module has; frames are larger without optimisation.
const STACK_BYTES: usize = if cfg!(debug_assertions) {
    16 << 20
} else {
    1 << 20
};

fn inserts_and_more(levels: usize, as_array: bool) -> Vec<Document> {
    let deep = || nested(levels, as_array);
    // What is never stored may be nested a little deeper.
    let deeper = || nested(levels + 21, as_array);
    let u = doc! { "$set" => doc! { "v" => deep() } };
    vec![
        doc! { "insert" => "deep", "documents" => array![doc! { "v" => deep() }] },
        doc! { "find" => "deep", "filter" => doc! { "v" => deeper() } },
        doc! { "update" => "deep", "updates" => vec![doc! { "q" => doc! {}, "u" => u }] },
        doc! { "aggregate" => "deep", "cursor" => doc! {},
        "pipeline" => array![doc! { "$addFields" => doc! { "w" => deeper() } }] },
    ]
}

#[test]
fn deep_nesting_is_refused() {
    for as_array in [false, true] {
        on_stack(STACK_BYTES, move || {
            let mut client = filled();
            for request in deep_commands(move || inserts_and_more(100, as_array)) {
                let reply = client.run_bytes(&request);
                assert_eq!(
                    reply.get("ok").and_then(Value::as_f64),
                    Some(1.0),
                    "{}",
                    show(&reply)
                );
            }
            for levels in [181, 250, 1000, 100_000] {
                for request in deep_commands(move || inserts_and_more(levels, as_array)) {
                    let reply = client.run_bytes(&request);
                    let failed = reply.get("code").or(reply.get("writeErrors")).is_some();
                    assert!(failed, "{levels} levels: {}", show(&reply));
                    client.ok(doc! { "ping" => 1 });
                }
            }
            let count = client.find(doc! { "find" => "deep" }).len();
            assert_eq!(count, 1);
        });
    }
}

#[test]
fn operators_nested_deeply_are_refused_or_run() {
    for levels in [30, 60, 89, 150, 5_000] {
        let commands = deep_commands(move || {
            let mut commands = Vec::new();
            for operator in ["$and", "$or", "$nor"] {
                let filter = (0..levels).fold(Value::from(doc! { "a" => 1 }), |inner, _| {
                    Value::from(doc! { operator => array![inner] })
                });
                commands.push(doc! { "find" => "c", "filter" => filter });
            }
            let sum = (0..levels).fold(Value::from("$a"), |inner, _| {
                Value::from(doc! { "$add" => array![inner, 1] })
            });
            let stage = doc! { "$project" => doc! { "x" => sum } };
            let pipeline = array![stage];
            commands.push(doc! { "aggregate" => "c", "pipeline" => pipeline, "cursor" => doc! {} });
            commands
        });
        on_stack(STACK_BYTES, move || {
            let mut client = filled();
            commands
                .iter()
                .for_each(|request| assert_survives(&mut client, request));
        });
    }
}

#[test]
fn documents_over_sixteen_mebibytes_are_refused() {
    let mut client = filled();
    let text = |bytes: usize| "x".repeat(bytes);
    let insert = |bytes| {
        doc! { "insert" => "big", "documents" => vec![doc! { "_id" => 1, "s" => text(bytes) }] }
    };
    client.code(insert(16 << 20));
    client.ok(insert((16 << 20) - 100));
    let u = |bytes| doc! { "$set" => doc! { "t" => text(bytes) } };
    let update = |bytes| {
        doc! { "update" => "big", "updates" => vec![doc! { "q" => doc! {}, "u" => u(bytes) }] }
    };
    client.code(update(200));
    assert_eq!(client.find(doc! { "find" => "big" }).len(), 1);
}
