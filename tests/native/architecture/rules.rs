//! The form of a source file: it says its question first, is not too long, has nothing
//! unfinished in it and ships no debug formatting.

use super::source::Source;

/// Lines with code on them, tests not counted.
const CODE_LINES_MAX: usize = 800;
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// What is against the rules in this file.
pub fn check(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    let mut find = |line: usize, rule: String| {
        findings.push(format!("{}:{line}: {rule}", source.name));
    };
    let first = source.text.lines().next().unwrap_or_default();
    if !first.starts_with("//! ") && !first.starts_with("#![doc = include_str!") {
        find(
            1,
            String::from("the first line is the `//!` line that says what the file answers"),
        );
    }
    let lines = source
        .code
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    if lines > CODE_LINES_MAX && !source.is_test {
        find(
            1,
            format!("{lines} lines of code: at most {CODE_LINES_MAX}"),
        );
    }
    for (number, line) in source.code.lines().enumerate() {
        for word in UNFINISHED.iter().filter(|word| line.contains(*word)) {
            find(number + 1, format!("`{word}` does not ship"));
        }
    }
    for (line, text) in source.strings.iter().filter(|_| !source.is_test) {
        if text.contains(":?}") || text.contains(":#?}") {
            find(
                *line,
                String::from("no debug formatting in a string that ships"),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_rules(text: &str, expected: &[&str]) {
        let findings = check(&Source::parse("src/a.rs", text));
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, expected) in findings.iter().zip(expected) {
            assert!(finding.contains(expected), "{finding} lacks {expected}");
        }
    }

    #[test]
    fn each_rule_finds_its_violation() {
        check_rules("//! Says it.\nfn f() {}\n", &[]);
        check_rules("fn f() {}\n", &["src/a.rs:1: the first line"]);
        check_rules("//! A.\nfn f() { todo!() }\n", &["src/a.rs:2: `todo!`"]);
        check_rules(
            "//! A.\nfn f() { g(\"{:?}\") }\n",
            &["src/a.rs:2: no debug"],
        );
        check_rules(
            "//! A.\n#[cfg(test)]\nmod tests { fn f() { g(\"{a:?}\") } }\n",
            &[],
        );
        let long = "//! A.\n".to_owned() + &"fn f() {}\n".repeat(CODE_LINES_MAX + 1);
        check_rules(&long, &["801 lines of code"]);
        let commented = "//! A.\n".to_owned() + &"// Why.\n".repeat(CODE_LINES_MAX + 1);
        check_rules(&commented, &[]);
    }
}
