//! Lists of vectors that are known to fail, one file an area, as short as they can be.
//!
//! ```text
//! core/some/folder/test_a.py *
//! core/some/folder/test_b.py
//!   test_one *
//!   test_two[case] [case] [case]
//!   test_three
//! ```
//! A star stands for every vector of the file, or of the test, that applies.

use std::collections::{BTreeMap, BTreeSet};

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
        for line in text.lines() {
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

/// The text of a list: of vectors that apply, each with whether it failed.
pub fn list<'a>(vectors: impl Iterator<Item = (&'a str, bool)>) -> String {
    type Cases<'a> = Vec<(&'a str, bool)>;
    let mut files: BTreeMap<&str, BTreeMap<&str, Cases>> = BTreeMap::new();
    for (id, failed) in vectors {
        let (file, test, case) = parts(id);
        files
            .entry(file)
            .or_default()
            .entry(test)
            .or_default()
            .push((case, failed));
    }
    let mut out = String::new();
    for (file, tests) in files {
        let all = tests.values().flatten();
        if all.clone().all(|(_, failed)| *failed) {
            out.push_str(&format!("{file} *\n"));
            continue;
        }
        if all.clone().any(|(_, failed)| *failed) {
            out.push_str(&format!("{file}\n"));
        }
        for (test, mut cases) in tests {
            let count = cases.len();
            cases.retain(|(_, failed)| *failed);
            cases.sort_unstable();
            let names: Vec<&str> = cases.iter().map(|(case, _)| *case).collect();
            match names.as_slice() {
                [] => {}
                names if names.len() == count && count > 1 => {
                    out.push_str(&format!("  {test} *\n"));
                }
                names => out.push_str(&format!("  {test}{}\n", names.join(" "))),
            }
        }
    }
    out
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
    ];
    let text = list(vectors.iter().copied());
    assert_eq!(text, "a.py *\nb.py\n  one[x] [z]\n  three\n  two *\n");
    let expected = Expected::parse(&text);
    for (id, failed) in vectors {
        assert_eq!(expected.has(id), failed, "{id}");
    }
}
