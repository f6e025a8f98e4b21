//! Keeps `COMPATIBILITY.md` true: every entry of the list of MongoDB's names (in the folder that
//! `TUSSOCK_SHARED` names, where there is one) with its state, which is read from the engine's own
//! tables or asked of an engine by a command that uses the entry. So nothing of the list is accepted
//! and ignored: what no table has must be refused.
//!
//! `TUSSOCK_ACCEPT=1 cargo test --test native compatibility` writes the page anew.

mod probes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tussock::value::{DocumentBuf, DocumentRef, ValueRef, extended_json};

const HEAD: &str = "\
# Compatibility

What of MongoDB's language is here, by name, and what is not. What is not here is refused with
MongoDB's error, whose code stands beside the name, and never accepted and ignored. How well the
behaviour agrees, by area, is in [tests/conformance.md](tests/conformance.md).

This page is written by a test from the engine's tables, and where there is none from what the engine
answers to a command that uses the name; do not edit it by hand.
";

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Here,
    Refused(i64),
    /// There is no command that would show it.
    NotApplicable,
}

/// A heading, the key of the names in the list, what is registered, and how to ask for the rest.
struct Section {
    heading: &'static str,
    key: &'static str,
    here: BTreeSet<&'static str>,
    probe: fn(name: &str, group: &str) -> Option<String>,
}

fn sections() -> Vec<Section> {
    use tussock::{accumulator, aggregate, command, expression, update};
    let section = |heading, key, probe| Section {
        heading,
        key,
        here: BTreeSet::new(),
        probe,
    };
    let with = |section: Section, here: BTreeSet<&'static str>| Section { here, ..section };
    let commands = command::COMMANDS.iter();
    vec![
        with(
            section("Commands", "commands", probes::command),
            commands
                .flat_map(|it| it.aliases.iter().copied().chain([it.name]))
                .collect(),
        ),
        section("Query operators", "query_operators", probes::query),
        section("Projection", "projection_operators", probes::projection),
        with(
            section("Update operators", "update_operators", probes::update),
            update::OPERATORS.iter().map(|it| it.name).collect(),
        ),
        section("Update modifiers", "update_modifiers", probes::modifier),
        with(
            section("Aggregation stages", "aggregation_stages", probes::stage),
            aggregate::STAGES.iter().map(|it| it.name).collect(),
        ),
        with(
            section(
                "Expression operators",
                "expression_operators",
                probes::expression,
            ),
            expression::OPERATORS.iter().map(|it| it.name).collect(),
        ),
        with(
            section("Accumulators", "accumulators", probes::accumulator),
            accumulator::ACCUMULATORS.iter().map(|it| it.name).collect(),
        ),
        section("Window operators", "window_operators", probes::window),
        section("System variables", "system_variables", probes::variable),
        section("Index types", "index_types", probes::index_type),
        section(
            "Index properties",
            "index_properties",
            probes::index_property,
        ),
        section("Schema keywords", "json_schema_keywords", probes::schema),
        section("Options of reads", "cursor_options", probes::option),
        section("Options of writes", "write_options", probes::option),
        section("Modes of explain", "explain_modes", probes::explain),
        section(
            "Kinds of collections",
            "collection_kind_details",
            probes::kind,
        ),
        section("Limits", "limits", probes::limit),
    ]
}

/// The code of a reply that failed.
fn failure(reply: DocumentRef<'_>) -> Option<i64> {
    let number = |document: DocumentRef<'_>, name: &str| {
        document.get(name).and_then(|value| value.to_i64_exact())
    };
    if reply.get("ok").and_then(|ok| ok.to_f64()) != Some(1.0) {
        return Some(number(reply, "code").unwrap_or(0));
    }
    let ValueRef::Array(errors) = reply.get("writeErrors")? else {
        return None;
    };
    number(errors.iter().next()?.as_document()?, "code")
}

/// Asks an engine with a few documents; several commands are divided by lines.
fn ask(commands: &str) -> State {
    let env = std::rc::Rc::new(tussock::env::FixedEnv::new(1_000_000, 1));
    let mut engine = tussock::engine::Engine::memory(env);
    let mut last = None;
    for line in probes::SETUP.lines().chain(commands.lines()) {
        let mut command = extended_json::parse(line).unwrap();
        if command.as_ref().get("$db").is_none() {
            command.append("$db", "test");
        }
        let reply = engine.run_command(command.as_bytes());
        last = failure(DocumentRef::from_valid(&reply));
    }
    last.map_or(State::Here, State::Refused)
}

fn state(section: &Section, name: &str, group: &str) -> State {
    if section.here.contains(name) {
        return State::Here;
    }
    match (section.probe)(name, group) {
        Some(commands) => ask(&commands),
        None => State::NotApplicable,
    }
}

fn page(surface: DocumentRef<'_>) -> String {
    let mut page = String::from(HEAD);
    for section in sections() {
        let mut states: BTreeMap<String, State> = BTreeMap::new();
        for name in &section.here {
            states.insert(format!("`{name}`"), State::Here);
        }
        for (name, group) in entries(surface, section.key) {
            let shown = match section.key {
                "cursor_options" | "write_options" => format!("`{group}.{name}`"),
                "limits" | "index_types" | "collection_kind_details" => name.clone(),
                _ => format!("`{name}`"),
            };
            states.insert(shown, state(&section, &name, &group));
        }
        page.push_str(&format!("\n## {}\n", section.heading));
        let names = |wanted: fn(State) -> bool| -> Vec<String> {
            let of_state = states.iter().filter(|(_, state)| wanted(**state));
            let shown = of_state.map(|(name, state)| match state {
                State::Refused(code) => format!("{name} ({code})"),
                _ => name.clone(),
            });
            shown.collect()
        };
        push_line(&mut page, "Here", &names(|state| state == State::Here));
        let refused = names(|state| matches!(state, State::Refused(_)));
        push_line(&mut page, "Refused", &refused);
        let rest = names(|state| state == State::NotApplicable);
        push_line(&mut page, "Not told by a command", &rest);
    }
    page
}

fn push_line(page: &mut String, what: &str, names: &[String]) {
    if !names.is_empty() {
        page.push_str(&format!(
            "\n{what} ({}): {}\n",
            names.len(),
            names.join(", ")
        ));
    }
}

/// The names under a key of the list, and their groups.
fn entries(surface: DocumentRef<'_>, key: &str) -> Vec<(String, String)> {
    let Some(ValueRef::Array(list)) = surface.get(key) else {
        panic!("the list of MongoDB's names has no {key}");
    };
    let text = |entry: DocumentRef<'_>, field: &str| match entry.get(field) {
        Some(ValueRef::String(text)) => String::from(text),
        _ => String::new(),
    };
    list.iter()
        .filter_map(|entry| entry.as_document())
        .map(|entry| (text(entry, "name"), text(entry, "group")))
        .collect()
}

fn surface() -> Option<DocumentBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("TUSSOCK_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| root.join("../shared"));
    let text = std::fs::read_to_string(shared.join("mongodb-surface.json")).ok()?;
    Some(extended_json::parse(&text).unwrap())
}

#[test]
fn the_page_agrees_with_the_engine() {
    let Some(surface) = surface() else {
        println!("SKIPPED: there is no list of MongoDB's names");
        return;
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("COMPATIBILITY.md");
    let wanted = page(surface.as_ref());
    if std::env::var_os("TUSSOCK_ACCEPT").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        there == wanted,
        "COMPATIBILITY.md is out of date; write it anew:\n\
         TUSSOCK_ACCEPT=1 cargo test --test native compatibility"
    );
}

/// What no table has is refused, whatever stands beside it.
#[test]
fn what_is_not_registered_is_refused() {
    let Some(surface) = surface() else {
        println!("SKIPPED: there is no list of MongoDB's names");
        return;
    };
    for section in sections() {
        if section.here.is_empty() {
            continue;
        }
        for (name, group) in entries(surface.as_ref(), section.key) {
            let is_name = |c: char| c.is_alphanumeric() || c == '$' || c == '_';
            // `$` is a part of a path, `$rename` takes two fields: they have no place in the table.
            if section.here.contains(name.as_str())
                || ["$", "$rename"].contains(&name.as_str())
                || !name.chars().all(is_name)
            {
                continue;
            }
            let state = state(&section, &name, &group);
            assert!(matches!(state, State::Refused(_)), "{name} is accepted");
        }
    }
}

/// Names that nobody has are refused everywhere: the probes do use the name.
#[test]
fn names_that_nobody_has_are_refused() {
    for section in sections() {
        if ["limits", "index_types", "collection_kind_details"].contains(&section.key) {
            continue;
        }
        for group in ["", "find", "count", "insert", "update", "create"] {
            if let Some(commands) = (section.probe)("$tussockNothing", group) {
                assert!(ask(&commands) != State::Here, "{commands}");
            }
        }
    }
}
