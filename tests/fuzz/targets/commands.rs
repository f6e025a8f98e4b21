//! Bytes as commands: whatever comes, the engine answers with a document, and its indexes hold.

use tussock::command::COMMANDS;
use tussock::value::{ArrayBuf, DocumentBuf, ValueRef};

use super::recipe::Recipe;
use super::shell::Shell;

/// Options of several commands, given at random.
const OPTIONS: &[&str] = &[
    "limit",
    "skip",
    "batchSize",
    "sort",
    "projection",
    "hint",
    "let",
    "min",
    "max",
    "returnKey",
    "showRecordId",
    "singleBatch",
    "ordered",
    "new",
    "upsert",
    "remove",
    "fields",
    "query",
    "key",
    "cursor",
    "collation",
    "capped",
    "size",
    "viewOn",
    "pipeline",
    "validator",
    "index",
    "scale",
    "to",
    "dropTarget",
    "full",
    "comment",
    "maxTimeMS",
    "filter",
    "nameOnly",
    "expireAfterSeconds",
    "changeStreamPreAndPostImages",
    "clusteredIndex",
    "timeseries",
    "validationLevel",
    "tailable",
];

pub fn run(data: &[u8]) {
    let mut recipe = Recipe::new(data);
    let mut shell = Shell::new();
    if recipe.flag() {
        shell.run_bytes(recipe.rest());
        return;
    }
    let documents: Vec<DocumentBuf> = (0..3).map(|_| recipe.document(0)).collect();
    shell.insert(&documents);
    for _ in 0..6 {
        if recipe.is_empty() {
            break;
        }
        let database = recipe.pick(&["test", "test", "test", "admin"]);
        let command = command(&mut recipe);
        shell.run(command, database);
    }
    shell.check("c");
    shell.check("d");
}

fn command(recipe: &mut Recipe<'_>) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    let target = recipe.pick(&["c", "c", "c", "d", "v"]);
    match recipe.below(10) {
        0 => {
            out.append("find", target);
            out.append("filter", &recipe.filter(0));
        }
        1 | 2 => {
            out.append("aggregate", target);
            out.append("pipeline", &recipe.pipeline(4));
            out.append_document("cursor", |_| {});
        }
        3 => {
            out.append("update", target);
            out.append("updates", &statements(recipe, true));
        }
        4 => {
            out.append("delete", target);
            out.append("deletes", &statements(recipe, false));
        }
        5 => {
            out.append("createIndexes", target);
            let keys = recipe.keys();
            let options = recipe.below(5);
            out.append_array("indexes", |list| {
                let mut index = list.document();
                index.append("key", &keys);
                index.append("name", "i");
                match options {
                    0 => index.append("unique", true),
                    1 => index.append("sparse", true),
                    2 => index.append("partialFilterExpression", &recipe.filter(2)),
                    3 => index.append("expireAfterSeconds", 10),
                    _ => {}
                }
            });
        }
        6 => {
            out.append("findAndModify", target);
            out.append("query", &recipe.filter(1));
            out.append("update", recipe.update().as_ref());
        }
        7 => {
            out.append("insert", target);
            let documents: ArrayBuf = (0..2)
                .map(|_| recipe.document(0))
                .collect::<Vec<_>>()
                .iter()
                .collect();
            out.append("documents", &documents);
        }
        8 => {
            out.append("create", target);
        }
        _ => {
            let name = COMMANDS[recipe.below(COMMANDS.len())].name;
            match recipe.flag() {
                true => out.append(name, target),
                false => out.append(name, recipe.value(2).as_ref()),
            }
        }
    }
    for _ in 0..recipe.below(4) {
        let option = recipe.pick(OPTIONS);
        let value = match recipe.below(4) {
            0 => recipe.expression(2),
            1 => ValueRef::Int32(i32::from(recipe.byte()) - 2).into(),
            2 => ValueRef::Boolean(true).into(),
            _ => recipe.value(1),
        };
        out.append(option, value.as_ref());
    }
    out
}

fn statements(recipe: &mut Recipe<'_>, updates: bool) -> ArrayBuf {
    let mut list = ArrayBuf::new();
    for _ in 0..=recipe.below(2) {
        let mut statement = DocumentBuf::new();
        statement.append("q", &recipe.filter(1));
        match updates {
            true => {
                statement.append("u", recipe.update().as_ref());
                statement.append("multi", recipe.flag());
                statement.append("upsert", recipe.flag());
            }
            false => statement.append("limit", i32::from(recipe.flag())),
        }
        list.push(&statement);
    }
    list
}
