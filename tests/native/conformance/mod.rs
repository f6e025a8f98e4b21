//! Plays vectors of MongoDB's behaviour: commands, and what the replies must be.
//!
//! The published ones lie in `$TUSSOCK_SHARED/conformance` (default: `../shared` beside the
//! project's root); without them that part is skipped, visibly. The project's own, of the same
//! format, are in `tests/vectors/` and always run.
//!
//! - `TUSSOCK_VECTORS=update,query/arrays` plays those with one of the texts in `area/id`, and
//!   shows failures in full and in groups; nothing is compared with the lists then.
//! - `TUSSOCK_VECTORS_SHOW=100`: how many failures are shown in full (default 15).
//! - `TUSSOCK_ACCEPT=1` writes the lists of expected failures and the table anew.
//! - `TUSSOCK_VECTORS_NAME_EACH=1` names each vector before it is played.
//!
//! Every run leaves all failures, in full and in groups by area, in the `conformance` folder of
//! the build's temporary folder.

mod capabilities;
mod expectation;
mod expected;
mod judge;
pub mod play;
mod properties;
mod report;
pub mod runner;
mod template;
mod vector;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use expected::{Expected, Reasons};
use runner::{Job, Outcome, Played};

const TABLE_HEADING: &str = "# Conformance

Published test vectors of MongoDB's behaviour that pass, by area. *Skipped* are those that
ask for what the engine does not claim to have (a replica set, a search service and the like).

";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder with the published vectors, if it is there.
fn published() -> Option<PathBuf> {
    let shared = match std::env::var_os("TUSSOCK_SHARED") {
        Some(path) => PathBuf::from(path),
        None => root().join("../shared"),
    };
    Some(shared.join("conformance")).filter(|folder| folder.is_dir())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The lines of all files in a folder with this ending; the area is the file's name.
fn jobs(folder: &Path, ending: &str, area_prefix: &str) -> Vec<Job> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut jobs = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(area) = name.strip_suffix(ending) else {
            continue;
        };
        let bytes = std::fs::read(&path).unwrap();
        let mut text = String::new();
        if ending.ends_with(".gz") {
            flate2::read::GzDecoder::new(&bytes[..])
                .read_to_string(&mut text)
                .unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        jobs.extend(
            text.lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| Job {
                    area: format!("{area_prefix}{area}"),
                    line: line.to_owned(),
                }),
        );
    }
    jobs
}

/// The jobs with one of the comma-separated texts in `area/id`.
fn select(jobs: Vec<Job>, wanted: &str) -> Vec<Job> {
    let wanted: Vec<&str> = wanted.split(',').collect();
    let is_wanted = |job: &Job| {
        let id = job
            .line
            .split("\"id\": \"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let name = format!("{}/{}", job.area, id.unwrap_or(""));
        wanted.iter().any(|text| name.contains(text))
    };
    jobs.into_iter().filter(is_wanted).collect()
}

fn expected_path(area: &str) -> PathBuf {
    root()
        .join("tests/conformance-expected")
        .join(format!("{}.txt", area.replace('/', "-")))
}

/// Why vectors fail, written by hand.
fn reasons_path() -> PathBuf {
    root().join("tests/conformance-expected/reasons.txt")
}

fn areas(results: &[(String, Played)]) -> Vec<&str> {
    let mut areas: Vec<&str> = results.iter().map(|(area, _)| area.as_str()).collect();
    areas.dedup();
    areas
}

/// Writes the list of each area; an area without failures has no file.
fn accept(results: &[(String, Played)]) {
    let reasons = std::fs::read_to_string(reasons_path()).unwrap();
    let reasons = Reasons::parse(&reasons);
    for area in areas(results) {
        let of_area = results.iter().filter(|(name, _)| name == area);
        let list = expected::list(
            area,
            &reasons,
            of_area.filter_map(|(_, played)| match played.outcome {
                Outcome::Passed => Some((played.id.as_str(), false)),
                Outcome::Failed(_) => Some((played.id.as_str(), true)),
                Outcome::DoesNotApply => None,
            }),
        );
        let path = expected_path(area);
        if list.is_empty() {
            let _ = std::fs::remove_file(path);
        } else {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, list).unwrap();
        }
    }
}

/// Leaves every failure where people can look it up.
fn write_failures(name: &str, results: &[(String, Played)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("conformance");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.txt"));
    let text = format!(
        "{}\n{}\n{}",
        report::by_source(results, usize::MAX),
        report::by_reason(results, usize::MAX, 3),
        report::in_full(results, usize::MAX)
    );
    std::fs::write(&file, text).unwrap();
    folder
}

fn write_failures_by_area(results: &[(String, Played)]) {
    for of_area in results.chunk_by(|a, b| a.0 == b.0) {
        let folder = write_failures(&of_area[0].0.replace('/', "-"), of_area);
        if std::ptr::eq(&of_area[0], &results[0]) {
            println!("all failures by area: {}", folder.display());
        }
    }
}

/// Fails if anything differs from the lists.
fn compare_with_lists(results: Vec<(String, Played)>) -> Result<(), String> {
    let lists: BTreeMap<String, Expected> = areas(&results)
        .into_iter()
        .map(|area| {
            let text = std::fs::read_to_string(expected_path(area)).unwrap_or_default();
            (area.to_owned(), Expected::parse(&text))
        })
        .collect();
    let (mut broken, mut mended) = (Vec::new(), Vec::new());
    for (area, played) in results {
        match (&played.outcome, lists[&area].has(&played.id)) {
            (Outcome::Failed(_), false) => broken.push((area, played)),
            (Outcome::Passed, true) => mended.push(format!("  {area}: {}\n", played.id)),
            _ => {}
        }
    }
    let mut message = String::new();
    if !broken.is_empty() {
        let groups = report::by_reason(&broken, 40, 2);
        message.push_str(&format!("{} should pass and fail: {groups}", broken.len()));
    }
    if !mended.is_empty() {
        let first: String = mended.iter().take(20).map(String::as_str).collect();
        message.push_str(&format!(
            "{} pass and are listed as failing:\n{first}",
            mended.len()
        ));
    }
    if message.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{message}To write the lists in tests/conformance-expected anew:\n\
         TUSSOCK_ACCEPT=1 cargo test --release --test native conformance"
    ))
}

/// Plays `jobs` as the environment says. When accepted, the table goes to
/// `table_file`.
fn run(jobs: Vec<Job>, table_file: Option<&str>) {
    let filter = variable("TUSSOCK_VECTORS");
    let jobs = match &filter {
        Some(wanted) => select(jobs, wanted),
        None => jobs,
    };
    let started = std::time::Instant::now();
    let results = runner::play_all(jobs, true);
    let seconds = started.elapsed().as_secs_f64();
    let table = report::table(&results);
    if filter.is_some() {
        let shown = variable("TUSSOCK_VECTORS_SHOW")
            .and_then(|n| n.parse().ok())
            .unwrap_or(15);
        println!("{}", report::in_full(&results, shown));
        println!("{}", report::by_source(&results, 40));
        println!("{}", report::by_reason(&results, 80, 2));
    }
    println!("{table}\n{} vectors in {seconds:.1} s", results.len());
    if filter.is_some() {
        let folder = write_failures("selected", &results);
        println!("{}", folder.join("selected.txt").display());
        return;
    }
    write_failures_by_area(&results);
    if variable("TUSSOCK_ACCEPT").is_some() {
        accept(&results);
        if let Some(name) = table_file {
            std::fs::write(root().join(name), format!("{TABLE_HEADING}{table}")).unwrap();
        }
    } else if let Err(message) = compare_with_lists(results) {
        panic!("{message}");
    }
}

/// All published vectors, if they are there.
pub fn published_jobs() -> Option<Vec<Job>> {
    Some(jobs(&published()?, ".jsonl.gz", ""))
}

#[test]
fn published_vectors() {
    let Some(jobs) = published_jobs() else {
        println!("SKIPPED: no published vectors; TUSSOCK_SHARED names the folder that has them");
        return;
    };
    run(jobs, Some("tests/conformance.md"));
}

#[test]
fn own_vectors() {
    let jobs = jobs(&root().join("tests/vectors"), ".jsonl", "own/");
    run(jobs, None);
}

#[test]
fn every_listed_failure_has_a_reason() {
    if variable("TUSSOCK_ACCEPT").is_some() {
        return; // The lists are being written.
    }
    for entry in std::fs::read_dir(root().join("tests/conformance-expected")).unwrap() {
        let path = entry.unwrap().path();
        let list = std::fs::read_to_string(&path).unwrap();
        let first = list.lines().next();
        assert!(path == reasons_path() || first.is_some_and(|line| line.starts_with("# ")));
        if let Some(names) = expected::unexplained(&list) {
            panic!("add a line to {}: {names}", reasons_path().display());
        }
    }
}

/// Every published vector can be read, and its commands can be made, before any engine.
#[test]
fn published_vectors_are_in_the_format() {
    for job in published_jobs().unwrap_or_default() {
        let vector = vector::Vector::parse(&job.line).unwrap();
        let mut context = template::Context::new(1);
        for step in vector.steps.iter().chain(&vector.cleanup) {
            assert!(!step.name().is_empty());
            match context.value(&step.command) {
                Ok(value) => assert_no_wrapper(&value, &vector.id),
                Err(template::Missing::Reference(_)) => {}
                Err(template::Missing::Malformed(cause)) => panic!("{}: {cause}", vector.id),
            }
        }
    }
}

/// A typed value that could not be read must not pass for a document.
fn assert_no_wrapper(value: &crate::wire::Value, id: &str) {
    use crate::wire::Value;
    match value {
        Value::Document(fields) => {
            for (key, inner) in fields {
                let is_wrapper = key.starts_with("$number") || key == "$oid";
                assert!(
                    !is_wrapper || id.contains("extended"),
                    "{id}: {key}: {inner:?}"
                );
                assert_no_wrapper(inner, id);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| assert_no_wrapper(item, id)),
        _ => {}
    }
}
