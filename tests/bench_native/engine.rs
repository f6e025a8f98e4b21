//! How long does a whole command take, from its bytes to the bytes of its reply?
//!
//! The commands are those of the browser benchmark's workloads, on its documents.

use std::rc::Rc;

use tussock::engine::Engine;
use tussock::env::FixedEnv;
use tussock::value::{ArrayWriter, DocumentBuf, DocumentRef, DocumentWriter, Value};

use crate::orders::{Random, customer_id, order_id, orders};
use crate::stopwatch::Stopwatch;

const DOCUMENTS: usize = 100_000;
const BATCH: usize = 1000;

/// Runs a command; its reply must say that it succeeded.
pub fn ask(engine: &mut Engine, command: &DocumentBuf) -> Vec<u8> {
    let reply = engine.run_command(command.as_bytes());
    let read = DocumentRef::from_valid(&reply);
    let ok = read.get("ok").and_then(|ok| ok.to_f64());
    let message = read.get("errmsg").and_then(|text| text.as_str());
    assert!(
        ok == Some(1.0),
        "{}: {message:?}",
        command.as_ref().first().unwrap().name
    );
    assert!(read.get("writeErrors").is_none());
    reply
}

/// A command on the collection of orders.
fn command(name: &str, fill: impl FnOnce(&mut DocumentBuf)) -> DocumentBuf {
    let mut command = DocumentBuf::new();
    command.append(name, "orders");
    fill(&mut command);
    command.append("$db", "shop");
    command
}

/// A find whose single batch is all.
fn find(filter: impl FnOnce(&mut DocumentWriter<'_>)) -> DocumentBuf {
    command("find", |command| {
        command.append_document("filter", filter);
        command.append("batchSize", 1_000_000);
    })
}

fn insert(documents: &[DocumentBuf]) -> DocumentBuf {
    command("insert", |command| {
        command.append_array("documents", |list| {
            for document in documents {
                list.push(document.as_ref());
            }
        });
    })
}

fn create_indexes() -> DocumentBuf {
    command("createIndexes", |command| {
        command.append_array("indexes", |list| {
            for field in ["customerId", "ts"] {
                let mut index = list.document();
                index.document("key").append(field, 1);
                index.append("name", format!("{field}_1").as_str());
            }
        });
    })
}

pub fn run(stopwatch: &mut Stopwatch) {
    if !stopwatch.wants("engine") {
        return;
    }
    let count = stopwatch.size(DOCUMENTS);
    let documents = orders(count as u64);
    let batches: Vec<DocumentBuf> = documents.chunks(BATCH).map(insert).collect();
    let mut engine = Engine::memory(Rc::new(FixedEnv::new(0, 1)));
    ask(&mut engine, &create_indexes());
    for batch in &batches {
        ask(&mut engine, batch);
    }
    points(stopwatch, &mut engine, count as u64);
    scans(stopwatch, &mut engine, count);
    updates(stopwatch, &mut engine, count as u64);
    let mut fresh = Engine::memory(Rc::new(FixedEnv::new(0, 1)));
    stopwatch.time("engine: W1 insert 1000, two indexes", |round| {
        if round % batches.len() == 0 {
            fresh = Engine::memory(Rc::new(FixedEnv::new(0, 1)));
            ask(&mut fresh, &create_indexes());
        }
        ask(&mut fresh, &batches[round % batches.len()]).len()
    });
}

fn points(stopwatch: &mut Stopwatch, engine: &mut Engine, count: u64) {
    let mut random = Random::new(7);
    let by_id: Vec<DocumentBuf> = (0..1000)
        .map(|_| {
            let id = order_id(random.below(count));
            command("find", |command| {
                command.append_document("filter", |filter| filter.append("_id", id.as_str()));
                command.append("limit", 1);
                command.append("singleBatch", true);
            })
        })
        .collect();
    stopwatch.time("engine: W3 findOne by _id", |round| {
        ask(engine, &by_id[round % by_id.len()]).len()
    });
    let by_customer: Vec<DocumentBuf> = (0..1000)
        .map(|_| customer_id(random.below(count / 10)))
        .map(|customer| find(|filter| filter.append("customerId", customer.as_str())))
        .collect();
    stopwatch.time("engine: W4 equality, 10 documents", |round| {
        ask(engine, &by_customer[round % by_customer.len()]).len()
    });
    let by_time: Vec<DocumentBuf> = (0..1000)
        .map(|_| 1_600_000_000 + random.below(count - 100) as i32)
        .map(|low| {
            find(|filter| {
                let mut range = filter.document("ts");
                range.append("$gte", low);
                range.append("$lt", low + 100);
            })
        })
        .collect();
    stopwatch.time("engine: W5 range, 100 documents", |round| {
        ask(engine, &by_time[round % by_time.len()]).len()
    });
}

fn compound_filter(filter: &mut DocumentWriter<'_>) {
    filter
        .document("customer.address.country")
        .array("$in")
        .push("DE");
    let mut items = filter.document("items");
    let mut item = items.document("$elemMatch");
    item.append("category", "toys");
    item.document("qty").append("$gte", 3);
    drop(item);
    drop(items);
    let pattern = Value::regex(r"^[a-f].*@(example|mail)\.", "");
    filter.document("customer.email").append("$regex", &pattern);
    let mut either = filter.array("$or");
    either.document().document("total").append("$gt", 900);
    either.document().append("tags", "gift");
}

fn group_stages(stages: &mut ArrayWriter<'_>) {
    let mut first = stages.document();
    let mut matched = first.document("$match");
    let mut statuses = matched.document("status");
    let mut list = statuses.array("$in");
    ["new", "packed", "delivered"]
        .into_iter()
        .for_each(|status| list.push(status));
    drop(list);
    drop(statuses);
    matched.document("total").append("$gte", 100);
    drop(matched);
    drop(first);
    stages.document().append("$unwind", "$items");
    let mut third = stages.document();
    let mut group = third.document("$group");
    group.append("_id", "$items.category");
    let mut revenue = group.document("revenue");
    let mut sum = revenue.document("$sum");
    let mut factors = sum.array("$multiply");
    factors.push("$items.qty");
    factors.push("$items.price");
    drop(factors);
    drop(sum);
    drop(revenue);
    group.document("pieces").append("$sum", "$items.qty");
    group.document("avgPrice").append("$avg", "$items.price");
    group.document("count").append("$sum", 1);
    drop(group);
    drop(third);
    stages.document().document("$sort").append("revenue", -1);
}

fn scans(stopwatch: &mut Stopwatch, engine: &mut Engine, count: usize) {
    let scan = find(compound_filter);
    stopwatch.time(&format!("engine: W6 scan of {count}"), |_| {
        ask(engine, &scan).len()
    });
    let all = find(|_| ());
    stopwatch.time("engine: W7 first batch of everything", |_| {
        ask(engine, &all).len()
    });
    let group = command("aggregate", |command| {
        command.append_array("pipeline", group_stages);
        command.append_document("cursor", |_| ());
    });
    stopwatch.time(&format!("engine: W8 aggregate over {count}"), |_| {
        ask(engine, &group).len()
    });
    let page = command("find", |command| {
        command.append_document("sort", |sort| sort.append("score", 1));
        command.append("skip", (count / 10) as i32);
        command.append("limit", 100);
    });
    stopwatch.time(&format!("engine: W9 sort {count}, limit 100"), |_| {
        ask(engine, &page).len()
    });
}

fn updates(stopwatch: &mut Stopwatch, engine: &mut Engine, count: u64) {
    let mut random = Random::new(9);
    let one: Vec<DocumentBuf> = (0..1000)
        .map(|_| {
            let id = order_id(random.below(count));
            command("update", |command| {
                command.append_array("updates", |list| {
                    let mut update = list.document();
                    update.document("q").append("_id", id.as_str());
                    let mut change = update.document("u");
                    let mut set = change.document("$set");
                    set.append("status", "paid");
                    set.append("customer.address.city", "Graz");
                    drop(set);
                    change.document("$inc").append("rev", 1);
                });
            })
        })
        .collect();
    stopwatch.time("engine: W10 update by _id", |round| {
        ask(engine, &one[round % one.len()]).len()
    });
}
