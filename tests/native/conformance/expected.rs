//! Lists of vectors that are known to fail, one file an area, as short as they can be.
//!
//! ```text
//! core/some/folder/test_a.py *
//! core/some/folder/test_b.py
//!   test_one *
//!   test_two[case] [case] [case]
//!   test_three
//! ```
//! A star stands for every vector of the file, or of the test, that applies. The files stand below
//! their reasons, `# reason`, which come from `tests/conformance-expected/reasons.txt`.

use std::collections::{BTreeMap, BTreeSet};

/// The reason of a failure that has none.
const UNEXPLAINED: &str = "no reason is given";

/// Why vectors fail: the first line of a file whose words are all in `area/id` tells.
///
/// ```text
/// words of an area, a file, a test or a case -> the reason
/// ```
pub struct Reasons<'a> {
    lines: Vec<(Vec<&'a str>, &'a str)>,
}

impl<'a> Reasons<'a> {
    pub fn parse(text: &'a str) -> Reasons<'a> {
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let (words, reason) = line.split_once(" -> ").expect(line);
                (words.split_whitespace().collect(), reason)
            });
        Reasons {
            lines: lines.collect(),
        }
    }

    fn of(&self, area: &str, id: &str) -> &'a str {
        let name = format!("{area}/{id}");
        let line = self
            .lines
            .iter()
            .find(|(words, _)| words.iter().all(|word| name.contains(word)));
        line.map_or(UNEXPLAINED, |(_, reason)| reason)
    }
}

/// The names of a list that have no reason.
pub fn unexplained(list: &str) -> Option<&str> {
    let (_, rest) = list.split_once(&format!("# {UNEXPLAINED}\n"))?;
    Some(rest.split_once("\n# ").map_or(rest, |(names, _)| names))
}

/// What is known to fail in an area.
#[derive(Default)]
pub struct Expected {
    /// `file`, `file::test` with a star, and whole ids.
    entries: BTreeSet<String>,
}

/// An id in its parts: `file`, `test`, `[case]` or nothing.
fn parts(id: &str) -> (&str, &str, &str) {
    let (file, rest) = id.split_once("::").unwrap_or((id, ""));
    let case = rest.find('[').unwrap_or(rest.len());
    (file, &rest[..case], &rest[case..])
}

impl Expected {
    pub fn parse(text: &str) -> Expected {
        let mut entries = BTreeSet::new();
        let mut file = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some(line) = line.strip_prefix("  ") else {
                file = line.strip_suffix(" *").unwrap_or(line);
                if file != line {
                    entries.insert(format!("{file} *"));
                }
                continue;
            };
            let end = line.find(['[', ' ']).unwrap_or(line.len());
            let (test, cases) = line.split_at(end);
            match cases.trim() {
                "*" => entries.insert(format!("{file}::{test} *")),
                "" => entries.insert(format!("{file}::{test}")),
                cases => {
                    let ids = cases.split(' ').map(|case| format!("{file}::{test}{case}"));
                    entries.extend(ids);
                    true
                }
            };
        }
        Expected { entries }
    }

    /// True if the vector is known to fail.
    pub fn has(&self, id: &str) -> bool {
        let (file, test, _) = parts(id);
        self.entries.contains(id)
            || self.entries.contains(&format!("{file} *"))
            || self.entries.contains(&format!("{file}::{test} *"))
    }
}

type Cases<'a> = Vec<(&'a str, Option<&'a str>)>;

/// The text of a list: of vectors that apply, each with whether it failed.
pub fn list<'a>(
    area: &str,
    reasons: &Reasons<'a>,
    vectors: impl Iterator<Item = (&'a str, bool)>,
) -> String {
    let mut files: BTreeMap<&str, BTreeMap<&str, Cases>> = BTreeMap::new();
    let mut used = BTreeSet::new();
    for (id, failed) in vectors {
        let (file, test, case) = parts(id);
        let reason = failed.then(|| reasons.of(area, id));
        used.extend(reason);
        let tests = files.entry(file).or_default();
        tests.entry(test).or_default().push((case, reason));
    }
    let mut out = String::new();
    for reason in used {
        out.push_str(&format!("# {reason}\n"));
        for (file, tests) in &files {
            list_file(&mut out, file, tests, reason);
        }
    }
    out
}

/// The failures of a file that have this reason.
fn list_file(out: &mut String, file: &str, tests: &BTreeMap<&str, Cases>, reason: &str) {
    let has = |(_, of): &(&str, Option<&str>)| *of == Some(reason);
    if tests.values().flatten().all(has) {
        out.push_str(&format!("{file} *\n"));
        return;
    }
    if tests.values().flatten().any(has) {
        out.push_str(&format!("{file}\n"));
    }
    for (test, cases) in tests {
        let failed = cases.iter().filter(|case| has(case));
        let mut names: Vec<&str> = failed.map(|(case, _)| *case).collect();
        names.sort_unstable();
        match names.as_slice() {
            [] => {}
            names if names.len() == cases.len() && names.len() > 1 => {
                out.push_str(&format!("  {test} *\n"));
            }
            names => out.push_str(&format!("  {test}{}\n", names.join(" "))),
        }
    }
}

#[test]
fn a_list_is_read_as_it_was_written() {
    let vectors = [
        ("a.py::one[x]", true),
        ("a.py::one[y]", true),
        ("b.py::one[x]", true),
        ("b.py::one[z]", true),
        ("b.py::one[y]", false),
        ("b.py::two[x]", true),
        ("b.py::two[y]", true),
        ("b.py::three", true),
        ("c.py::one", false),
        ("d.py::one[x]", true),
        ("d.py::one[y]", true),
    ];
    let reasons = Reasons::parse("# why\n\nd.py [x] -> D\narea/ one -> one\na/ two -> two\n");
    let text = list("area", &reasons, vectors.iter().copied());
    let expected = "# D\nd.py\n  one[x]\n# no reason is given\nb.py\n  three\n# one\na.py *\n\
                    b.py\n  one[x] [z]\nd.py\n  one[y]\n# two\nb.py\n  two *\n";
    assert_eq!(text, expected);
    assert_eq!(unexplained(&text), Some("b.py\n  three"));
    assert_eq!(unexplained("# one\na.py *\n"), None);
    let expected = Expected::parse(&text);
    for (id, failed) in vectors {
        assert_eq!(expected.has(id), failed, "{id}");
    }
}
