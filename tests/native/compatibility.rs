//! Keeps `COMPATIBILITY.md`, the list of what is here and what is not yet, true: what is
//! here is read from the engine's own tables, what is not yet from the list of MongoDB's
//! names in the folder that `TUSSOCK_SHARED` names, where there is one.
//!
//! `TUSSOCK_ACCEPT=1 cargo test --test native compatibility` writes the page anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tussock::value::{DocumentBuf, DocumentRef, ValueRef, extended_json};

const HEAD: &str = "\
# Compatibility

What of MongoDB's language is here, by name, and what is not yet. What is not here is refused
with MongoDB's error, never accepted and ignored. How well the behaviour agrees, by area, is in
[tests/conformance.md](tests/conformance.md).

This page is written by a test from the engine's tables; do not edit it by hand.
";
const NOT_YET: &str = "Not yet";
/// Query operators that have a line in the table only to be refused by name.
const REFUSED: [&str; 8] = [
    "$geoIntersects",
    "$geoNear",
    "$geoWithin",
    "$near",
    "$nearSphere",
    "$text",
    "$where",
    "$within",
];

/// A heading, the names that are registered, and the key of MongoDB's names in the list.
struct Section {
    heading: &'static str,
    here: BTreeSet<&'static str>,
    key: &'static str,
}

fn sections() -> Vec<Section> {
    use tussock::{accumulator, aggregate, command, expression, matcher, update};
    let field = matcher::ops::FIELD_OPERATORS.iter().map(|it| it.name);
    let document = matcher::ops::DOCUMENT_OPERATORS.iter().map(|it| it.name);
    let section = |heading, key, here| Section { heading, here, key };
    vec![
        section(
            "Commands",
            "commands",
            command::COMMANDS
                .iter()
                .flat_map(|it| it.aliases.iter().copied().chain([it.name]))
                .collect(),
        ),
        section(
            "Query operators",
            "query_operators",
            field
                .chain(document)
                .filter(|name| !REFUSED.contains(name))
                .collect(),
        ),
        section(
            "Update operators",
            "update_operators",
            update::OPERATORS
                .iter()
                .map(|it| it.name)
                .chain(["$rename"]) // It takes two fields, and has no place in the table.
                .collect(),
        ),
        section(
            "Aggregation stages",
            "aggregation_stages",
            aggregate::STAGES.iter().map(|it| it.name).collect(),
        ),
        section(
            "Expression operators",
            "expression_operators",
            expression::OPERATORS.iter().map(|it| it.name).collect(),
        ),
        section(
            "Accumulators",
            "accumulators",
            accumulator::ACCUMULATORS.iter().map(|it| it.name).collect(),
        ),
    ]
}

fn page(surface: Option<DocumentRef<'_>>) -> String {
    let mut page = String::from(HEAD);
    for section in sections() {
        let here = line("Here", &section.here);
        page.push_str(&format!("\n## {}\n\n{here}", section.heading));
        if let Some(surface) = surface {
            let known = names(surface, section.key);
            let missing = known
                .iter()
                .map(String::as_str)
                .filter(|name| !section.here.contains(name))
                .collect();
            page.push_str(&format!("\n{}", line(NOT_YET, &missing)));
        }
    }
    page
}

fn line(what: &str, names: &BTreeSet<&str>) -> String {
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("{what} ({}): {}\n", names.len(), list.join(", "))
}

/// The plain names under a key of the list that are not ruled out for a browser.
fn names(surface: DocumentRef<'_>, key: &str) -> BTreeSet<String> {
    let Some(ValueRef::Array(list)) = surface.get(key) else {
        panic!("the list of MongoDB's names has no {key}");
    };
    let text = |entry: DocumentRef<'_>, field: &str| match entry.get(field) {
        Some(ValueRef::String(text)) => String::from(text),
        _ => String::new(),
    };
    list.iter()
        .filter_map(|entry| entry.as_document())
        .filter(|entry| text(*entry, "fit") != "out")
        .map(|entry| text(entry, "name"))
        .filter(|name| {
            name.chars()
                .all(|c| c.is_alphanumeric() || c == '$' || c == '_')
        })
        .filter(|name| name.len() > 1)
        .collect()
}

fn surface() -> Option<DocumentBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("TUSSOCK_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| root.join("../shared"));
    let text = std::fs::read_to_string(shared.join("mongodb-surface.json")).ok()?;
    Some(extended_json::parse(&text).unwrap())
}

/// Without what only the list of MongoDB's names can tell.
fn without_missing(page: &str) -> String {
    let blocks = page.split("\n\n").map(str::trim_end);
    let kept: Vec<&str> = blocks
        .filter(|block| !block.trim_start().starts_with(NOT_YET))
        .collect();
    kept.join("\n\n")
}

#[test]
fn the_page_agrees_with_the_engine() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("COMPATIBILITY.md");
    let surface = surface();
    let wanted = page(surface.as_ref().map(DocumentBuf::as_ref));
    if std::env::var_os("TUSSOCK_ACCEPT").is_some() && surface.is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    let same = match surface {
        Some(_) => there == wanted,
        None => {
            println!("skipped in part: there is no list of MongoDB's names");
            without_missing(&there) == without_missing(&wanted)
        }
    };
    assert!(
        same,
        "COMPATIBILITY.md is out of date; write it anew:\n\
         TUSSOCK_ACCEPT=1 cargo test --test native compatibility"
    );
}

#[test]
fn what_is_called_refused_is_refused() {
    let env = std::rc::Rc::new(tussock::env::FixedEnv::new(0, 1));
    let mut engine = tussock::engine::Engine::memory(env);
    for operator in REFUSED {
        let filters = [
            format!("{{\"a\": {{\"{operator}\": \"x\"}}}}"),
            format!("{{\"{operator}\": \"x\"}}"),
        ];
        for filter in filters {
            let command = format!("{{\"find\": \"c\", \"filter\": {filter}, \"$db\": \"test\"}}");
            let command = extended_json::parse(&command).unwrap();
            let reply = engine.run_command(command.as_bytes());
            let ok = DocumentRef::from_valid(&reply)
                .get("ok")
                .and_then(|ok| ok.to_f64());
            assert_eq!(ok, Some(0.0), "{filter}");
        }
    }
}

#[test]
fn what_is_not_yet_can_be_left_out() {
    let page = "# A\n\nHere (1): `a`\n\nNot yet (1): `b`\n\n## B\n\nHere (0): \n";
    assert_eq!(
        without_missing(page),
        "# A\n\nHere (1): `a`\n\n## B\n\nHere (0):"
    );
}
