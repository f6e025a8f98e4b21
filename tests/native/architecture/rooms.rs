//! The layering: a room imports from the rows above its own in the table of
//! `src/README.md`, and from rooms named before it in its own row.

use super::source::Source;
use std::collections::BTreeMap;

/// Each room's place: its row, then its position in that row.
pub struct Map(BTreeMap<String, (usize, usize)>);

impl Map {
    /// Reads the table whose rows begin `| 1 | `error/` ...`.
    pub fn parse(readme: &str) -> Map {
        let mut places = BTreeMap::new();
        for line in readme.lines().filter(|line| line.starts_with('|')) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let (Some(row), Some(rooms)) = (cells.get(1), cells.get(2)) else {
                continue;
            };
            let Ok(row) = row.parse::<usize>() else {
                continue;
            };
            for (position, room) in rooms.split('`').skip(1).step_by(2).enumerate() {
                let room = String::from(room.trim_end_matches('/'));
                let before = places.insert(room.clone(), (row, position));
                assert!(before.is_none(), "the map names the room {room} twice");
            }
        }
        assert!(!places.is_empty(), "src/README.md has no table of rooms");
        Map(places)
    }

    /// What the file imports against the layering.
    pub fn check(&self, source: &Source) -> Vec<String> {
        let inside = source.name.trim_start_matches("src/");
        let room = inside.split(['/', '.']).next().unwrap_or_default();
        if room == "lib" || source.is_test {
            return Vec::new();
        }
        let Some(&own) = self.0.get(room) else {
            return vec![format!(
                "{}:1: the room {room} is not in the table of src/README.md",
                source.name
            )];
        };
        imports(source)
            .into_iter()
            .filter(|(_, imported)| imported != room)
            .filter_map(|(at, imported)| {
                let place = self.0.get(&imported)?;
                (*place > own).then(|| {
                    format!(
                        "{}:{}: {room} (row {}) imports {imported} (row {}): a room imports \
                         only from rows above its own, and in its row from rooms before it",
                        source.name,
                        source.line(at),
                        own.0,
                        place.0
                    )
                })
            })
            .collect()
    }
}

/// Where the code names something at the crate's root, and what: `crate::NAME`,
/// `crate::{NAME::.., NAME}`, and `super::` as often as leads there.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let code = &source.code;
    let mut found = Vec::new();
    for (at, word) in words(code) {
        if word == "crate" {
            root_names(code, at + word.len(), &mut found);
        }
        if word == "super" && !code[..at].ends_with("super::") {
            let mut end = at;
            let mut count = 0;
            while code[end..].starts_with("super") {
                count += 1;
                end += "super".len();
                if !code[end..].starts_with("::super") {
                    break;
                }
                end += "::".len();
            }
            if count == depth(&source.name) {
                root_names(code, end, &mut found);
            }
        }
    }
    found
}

/// How many modules lie between the file and the crate's root, the file's own included.
fn depth(name: &str) -> usize {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs");
    path.split('/').filter(|part| *part != "mod").count()
}

/// The names after a path to the root that ends at `at`.
fn root_names(code: &str, at: usize, found: &mut Vec<(usize, String)>) {
    let Some(rest) = code[at..].strip_prefix("::") else {
        return;
    };
    let start = code.len() - rest.len();
    if !rest.starts_with('{') {
        if let Some((offset, word)) = words(rest).next().filter(|&(offset, _)| offset == 0) {
            found.push((start + offset, String::from(word)));
        }
        return;
    }
    let (mut level, mut expects) = (0_usize, true);
    let mut skip_to = 0;
    for (offset, c) in rest.char_indices() {
        match c {
            '{' => level += 1,
            '}' => level -= 1,
            ',' => expects |= level == 1,
            _ if offset < skip_to || c.is_whitespace() => {}
            _ => {
                let word: String = rest[offset..].chars().take_while(|&c| is_word(c)).collect();
                skip_to = offset + word.len();
                if level == 1 && expects {
                    found.push((start + offset, word));
                }
                expects = false;
            }
        }
        if level == 0 {
            return;
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.split(|c| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
| row | room | what it holds |
|---|---|---|
| 1 | `error/` `env` | codes |
| 2 | `value/` | values |
| 3 | `matcher/` `plan/` | queries |
";

    fn check(name: &str, code: &str, expected: &[&str]) {
        let findings = Map::parse(TABLE).check(&Source::parse(name, code));
        let seen: Vec<String> = findings
            .iter()
            .map(|finding| {
                let (place, rest) = finding.split_once(": ").unwrap();
                let line = place.rsplit(':').next().unwrap();
                let imported = rest.split("imports ").nth(1).unwrap_or(rest);
                format!("{line} {}", imported.split(' ').next().unwrap())
            })
            .collect();
        assert_eq!(seen, expected, "{name}: {code}");
    }

    #[test]
    fn an_import_from_a_row_below_is_found() {
        check(
            "src/value/mod.rs",
            "use crate::matcher::Matcher;",
            &["1 matcher"],
        );
        check(
            "src/value/mod.rs",
            "\nfn f() { crate::plan::run() }",
            &["2 plan"],
        );
        check(
            "src/env/a.rs",
            "use crate::{error::Error, value::{self, A},\n plan};",
            &["1 value", "2 plan"],
        );
        check(
            "src/value/a/b.rs",
            "use super::super::super::plan;",
            &["1 plan"],
        );
        check("src/env.rs", "pub use super::value::Value;", &["1 value"]);
    }

    #[test]
    fn a_room_named_later_in_the_same_row_is_found() {
        check("src/matcher/a.rs", "use crate::plan::Plan;", &["1 plan"]);
        check("src/plan/a.rs", "use crate::matcher::Matcher;", &[]);
    }

    #[test]
    fn what_is_allowed_is_not_found() {
        check(
            "src/plan/mod.rs",
            "use crate::{error::{Error, plan}, value::Value};",
            &[],
        );
        check(
            "src/value/a.rs",
            "use crate::value::b; use super::plan;",
            &[],
        );
        check(
            "src/value/a.rs",
            "// crate::plan\nconst A: &str = \"crate::plan\";",
            &[],
        );
        check(
            "src/value/a.rs",
            "#[cfg(test)] mod tests { use crate::plan::Plan; }",
            &[],
        );
        check("src/lib.rs", "pub use crate::plan::Plan;", &[]);
    }

    #[test]
    fn a_room_that_is_not_on_the_map_is_found() {
        let findings = Map::parse(TABLE).check(&Source::parse("src/attic/mod.rs", ""));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("attic is not in the table"));
    }
}
