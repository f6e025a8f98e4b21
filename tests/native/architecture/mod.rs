//! Holds the repository to its own rules: which room imports which, how long files are,
//! what no file may contain. A finding is `file:line: rule`, and all are shown at once.

mod links;
mod rooms;
mod rules;
mod source;
mod words;

use rooms::Map;
use source::Source;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path)
        .unwrap_or_else(|cause| panic!("cannot read {}: {cause}", path.display()))
}

/// Every file below `src/`, by its path from the root, in order.
fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let mut sources: Vec<Source> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap();
            Source::parse(&name.to_string_lossy(), &read(path))
        })
        .collect();
    // Files that are declared as test modules are tests from their first line to the last.
    let tests: Vec<String> = sources.iter().flat_map(Source::test_files).collect();
    for source in &mut sources {
        if tests
            .iter()
            .any(|test| source.name == *test || source.name.starts_with(&format!("{test}/")))
        {
            source.is_test = true;
        }
    }
    sources
}

#[track_caller]
fn assert_none(findings: Vec<String>) {
    assert!(
        findings.is_empty(),
        "{} findings:\n{}",
        findings.len(),
        findings.join("\n")
    );
}

#[test]
fn rooms_import_only_from_rows_above() {
    let map = Map::parse(&read(&root().join("src/README.md")));
    let findings = sources()
        .iter()
        .flat_map(|source| map.check(source))
        .collect();
    assert_none(findings);
}

#[test]
fn every_source_file_keeps_the_rules_of_its_form() {
    assert_none(sources().iter().flat_map(rules::check).collect());
}

#[test]
fn no_file_names_what_is_none_of_its_business() {
    assert_none(words::check(&root()));
}

#[test]
fn links_between_documents_lead_somewhere() {
    assert_none(links::check(&root(), &words::tracked(&root())));
}
