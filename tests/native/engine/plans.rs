//! Whatever index a query uses, it finds what a scan of the collection finds.

use super::{Client, Draw};
use crate::wire::text::show;
use crate::wire::{Document, Value};
use crate::{array, doc};

const FIELDS: [&str; 3] = ["a", "b", "c"];

fn scalar(draw: &mut Draw) -> Value {
    match draw.below(16) {
        0 => Value::Null,
        1 => Value::from(draw.pick(&["", "x", "xy", "y", "z\0z"])),
        2 => Value::Double(draw.pick(&[f64::NAN, -0.0, 0.5, f64::INFINITY, 2.0])),
        3 => Value::Int64(draw.pick(&[1, 2, 1 << 53, (1 << 53) + 1, i64::MIN])),
        4 => Value::Bool(draw.below(2) == 0),
        5 => Value::Date(draw.below(3) as i64 - 1),
        6 => draw.pick(&[Value::MinKey, Value::MaxKey, Value::Undefined]),
        7 => Value::Decimal(crate::wire::decimal::parse(draw.pick(&["2", "2.50", "NaN"])).unwrap()),
        8 => Value::ObjectId([draw.below(2) as u8; 12]),
        9 => Value::Regex("x".into(), draw.pick(&["", "i"]).into()),
        _ => Value::Int32(draw.below(5) as i32),
    }
}

fn value(draw: &mut Draw, depth: usize) -> Value {
    match draw.below(10) {
        0 | 1 if depth > 0 => {
            Value::Array((0..draw.below(4)).map(|_| value(draw, depth - 1)).collect())
        }
        2 if depth > 0 => {
            let name = draw.pick(&["x", "y", "0"]);
            Value::from(doc! { name => value(draw, depth - 1) })
        }
        _ => scalar(draw),
    }
}

fn document(draw: &mut Draw, id: i32) -> Document {
    let mut document = doc! { "_id" => id };
    for field in FIELDS {
        // At most one field is an array: two cannot be indexed together.
        let depth = if field == FIELDS[id as usize % 3] {
            3
        } else {
            0
        };
        if draw.below(5) > 0 {
            document.push((field.to_owned(), value(draw, depth)));
        }
    }
    document
}

fn path(draw: &mut Draw) -> String {
    draw.pick(&["a", "b", "c", "a.x", "a.0", "b.x", "c.y", "a", "b", "_id"])
        .to_owned()
}

/// One condition on a path.
fn condition(draw: &mut Draw) -> Value {
    let comparison = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"];
    let list = |draw: &mut Draw| {
        Value::Array(
            (0..draw.below(4))
                .map(|_| value(draw, 1))
                .collect::<Vec<_>>(),
        )
    };
    Value::from(match draw.below(12) {
        0 => doc! { "$in" => list(draw) },
        1 => doc! { "$nin" => list(draw) },
        2 => doc! { "$exists" => draw.below(2) == 0 },
        3 => doc! { "$type" => draw.pick(&["null", "array", "number", "string", "object"]) },
        4 => doc! { "$elemMatch" => doc! { "$gte" => scalar(draw), "$lt" => scalar(draw) } },
        5 => doc! { "$elemMatch" => doc! { "x" => scalar(draw) } },
        6 => doc! { "$not" => doc! { draw.pick(&["$gt", "$lte"]) => scalar(draw) } },
        7 => doc! { "$gt" => scalar(draw), "$lte" => scalar(draw) },
        8 => doc! { "$size" => draw.below(3) as i32 },
        9 => doc! { "$all" => list(draw) },
        _ => {
            let operator = draw.pick(&comparison);
            let mut operand = value(draw, 1);
            if matches!(operand, Value::Regex(..) | Value::Undefined) {
                operand = Value::Int32(1);
            }
            doc! { operator => operand }
        }
    })
}

fn filter(draw: &mut Draw, depth: usize) -> Document {
    if depth > 0 && draw.below(4) == 0 {
        let branches: Vec<Document> = (0..1 + draw.below(3))
            .map(|_| filter(draw, depth - 1))
            .collect();
        return doc! { draw.pick(&["$or", "$and", "$nor"]) => branches };
    }
    let mut filter = Document::new();
    for _ in 0..1 + draw.below(2) {
        let path = path(draw);
        if filter.iter().all(|(key, _)| *key != path) {
            let value = if draw.below(4) == 0 {
                scalar(draw)
            } else {
                condition(draw)
            };
            filter.push((path, value));
        }
    }
    filter
}

fn sort(draw: &mut Draw) -> Document {
    let mut sort = Document::new();
    for _ in 0..draw.below(3) {
        let path = path(draw);
        if path != "_id" && sort.iter().all(|(key, _)| *key != path) {
            sort.push((path, Value::Int32(draw.pick(&[1, -1]))));
        }
    }
    sort.extend(doc! { "_id" => 1 });
    sort
}

fn indexes() -> Vec<Document> {
    let keys = [
        ("a", doc! { "a" => 1 }),
        ("b", doc! { "b" => -1 }),
        ("ab", doc! { "a" => 1, "b" => 1 }),
        ("cab", doc! { "c" => -1, "a" => 1, "b" => -1 }),
        ("ax", doc! { "a.x" => 1 }),
        ("a0", doc! { "a.0" => 1, "c" => 1 }),
        ("cy", doc! { "c.y" => -1 }),
    ];
    keys.into_iter()
        .map(|(name, key)| doc! { "key" => key, "name" => name })
        .collect()
}

/// A collection of random documents with all indexes, after some updates and deletes.
fn collection(seed: u64, draw: &mut Draw) -> Client {
    let mut client = Client::new(seed);
    client.ok(doc! { "createIndexes" => "c", "indexes" => indexes() });
    for id in 0..60 {
        let insert = doc! { "insert" => "c", "documents" => vec![document(draw, id)] };
        // Arrays inside arrays may still meet in one index: refused, and that is fine.
        client.run(insert);
    }
    for id in 0..20 {
        let q = doc! { "_id" => id * 3 };
        let set = doc! { "$set" => doc! { FIELDS[id as usize % 3] => value(draw, 0) } };
        client.run(doc! { "update" => "c", "updates" => vec![doc! { "q" => q, "u" => set }] });
    }
    let delete = doc! { "q" => filter(draw, 0), "limit" => 1 };
    client.run(doc! { "delete" => "c", "deletes" => vec![delete] });
    client
}

/// What a `find` says: its documents, or its error.
fn answer(client: &mut Client, command: &Document) -> Result<Vec<String>, String> {
    let mut command = command.clone();
    command.extend(doc! { "batchSize" => 1000 });
    let reply = client.run(command);
    match reply.at("cursor.firstBatch").and_then(Value::items) {
        Some(batch) => Ok(batch.iter().map(show).collect()),
        None => Err(show(&reply)),
    }
}

#[test]
fn every_plan_finds_what_a_scan_finds() {
    let hints: Vec<Option<Value>> = std::iter::once(None)
        .chain(indexes().iter().map(|index| {
            Some(
                index
                    .iter()
                    .find(|(key, _)| key == "name")
                    .unwrap()
                    .1
                    .clone(),
            )
        }))
        .collect();
    let mut answered = 0;
    let seeds = if cfg!(debug_assertions) { 4 } else { 40 };
    for seed in 0..seeds {
        let mut draw = Draw::new(seed + 1);
        let mut client = collection(seed, &mut draw);
        for _ in 0..25 {
            let (filter, sort) = (filter(&mut draw, 2), sort(&mut draw));
            let mut find = doc! { "find" => "c", "filter" => filter.clone(), "sort" => sort };
            if draw.below(3) == 0 {
                let (skip, limit) = (draw.below(4) as i32, 1 + draw.below(5) as i32);
                find.extend(doc! { "skip" => skip, "limit" => limit });
            }
            let with = |hint: Value| {
                let mut find = find.clone();
                find.extend(doc! { "hint" => hint });
                find
            };
            let scanned = answer(&mut client, &with(Value::from(doc! { "$natural" => 1 })));
            for hint in &hints {
                let planned = match hint {
                    Some(hint) => with(hint.clone()),
                    None => find.clone(),
                };
                let found = answer(&mut client, &planned);
                let shown = show(&Value::Document(planned));
                // Errors may be worded by the plan; that both fail is what counts.
                match (&scanned, &found) {
                    (Ok(a), Ok(b)) => assert_eq!(a, b, "seed {seed}: {shown}"),
                    (Err(_), Err(_)) => {}
                    _ => panic!("seed {seed}: {shown}\n{scanned:?}\n{found:?}"),
                }
            }
            answered += usize::from(scanned.is_ok());
            assert_counts(&mut client, filter);
        }
    }
    let asked = seeds as usize * 25;
    assert!(
        answered * 5 > asked * 4,
        "only {answered} of {asked} queries were answered"
    );
}

/// `count` and an aggregation count what `find` finds.
fn assert_counts(client: &mut Client, filter: Document) {
    let shown = show(&Value::Document(filter.clone()));
    let find = doc! { "find" => "c", "filter" => filter.clone() };
    let Ok(found) = answer(client, &find) else {
        return;
    };
    let pipeline = array![
        doc! { "$match" => filter.clone() },
        doc! { "$count" => "n" }
    ];
    let aggregate = doc! { "aggregate" => "c", "pipeline" => pipeline, "cursor" => doc! {} };
    let reply = client.ok(aggregate);
    let counted = reply
        .at("cursor.firstBatch.0.n")
        .and_then(Value::as_f64)
        .unwrap_or(0.0);
    assert_eq!(counted as usize, found.len(), "{shown}");
    let reply = client.ok(doc! { "count" => "c", "query" => filter });
    let counted = reply.get("n").and_then(Value::as_f64);
    assert_eq!(counted, Some(found.len() as f64), "{shown}");
}
