//! Do counts and skips in index order cost the same however many entries they pass over?

use std::rc::Rc;

use tussock::engine::Engine;
use tussock::env::FixedEnv;
use tussock::value::DocumentBuf;

use crate::engine::ask;
use crate::stopwatch::Stopwatch;

const DOCUMENTS: usize = 1_000_000;
const BATCH: usize = 1000;

fn command(name: &str, fill: impl FnOnce(&mut DocumentBuf)) -> DocumentBuf {
    let mut command = DocumentBuf::new();
    command.append(name, "numbers");
    fill(&mut command);
    command.append("$db", "d");
    command
}

fn engine(count: usize) -> Engine {
    let mut engine = Engine::memory(Rc::new(FixedEnv::new(0, 1)));
    let index = command("createIndexes", |command| {
        command.append_array("indexes", |list| {
            let mut index = list.document();
            index.document("key").append("n", 1);
            index.append("name", "n_1");
        });
    });
    ask(&mut engine, &index);
    for start in (0..count).step_by(BATCH) {
        let batch = command("insert", |command| {
            command.append_array("documents", |list| {
                for number in start..(start + BATCH).min(count) {
                    let mut document = list.document();
                    document.append("_id", number as i32);
                    document.append("n", number as i32);
                }
            });
        });
        ask(&mut engine, &batch);
    }
    engine
}

pub fn run(stopwatch: &mut Stopwatch) {
    if !stopwatch.wants("counted") {
        return;
    }
    for count in [1000, stopwatch.size(DOCUMENTS)] {
        let mut engine = engine(count);
        let range = command("count", |command| {
            command.append_document("query", |query| {
                query.document("n").append("$gte", 0);
            });
        });
        stopwatch.time(&format!("counted: count a range of {count}"), |_| {
            ask(&mut engine, &range).len()
        });
        let skip = command("find", |command| {
            command.append_document("sort", |sort| sort.append("n", 1));
            command.append("skip", (count / 2) as i32);
            command.append("limit", 1);
        });
        stopwatch.time(&format!("counted: skip {} in order", count / 2), |_| {
            ask(&mut engine, &skip).len()
        });
    }
}
