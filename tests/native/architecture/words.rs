//! Words that no file of the repository contains: places of one machine, hosts of package
//! registries (npm's lock files carry them unless told not to), names of tools that the
//! project has nothing to do with.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Joined from parts, so that this file passes its own test.
const BANNED: [&str; 8] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("registry.", "npmjs"),
    concat!("registry.", "yarnpkg"),
    concat!("static.", "crates.io"),
    concat!("deb.", "debian.org"),
    concat!("anthr", "opic"),
    concat!("cla", "ude"),
];

const TEXT: [&str; 18] = [
    "rs",
    "toml",
    "md",
    "json",
    "mjs",
    "js",
    "cjs",
    "ts",
    "tsx",
    "mts",
    "css",
    "html",
    "lock",
    "sh",
    "yml",
    "npmrc",
    "gitignore",
    "",
];

/// What the files that git knows contain against the rules.
pub fn check(root: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    for name in tracked(root) {
        let path = root.join(&name);
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        if !TEXT.contains(&extension.as_ref()) {
            continue;
        }
        if let Ok(text) = std::fs::read_to_string(&path) {
            findings.extend(check_text(&name, &text));
        }
    }
    findings
}

fn check_text(name: &str, text: &str) -> Vec<String> {
    let is_npm_lock = name.ends_with("package-lock.json");
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let lowered = line.to_lowercase();
        let mut find = |rule: &str| findings.push(format!("{name}:{}: {rule}", number + 1));
        for word in BANNED.iter().filter(|word| lowered.contains(*word)) {
            find(&format!("`{word}` is no business of this repository"));
        }
        if is_npm_lock && line.trim_start().starts_with("\"resolved\": \"http") {
            find("a lock file names no host: set omit-lockfile-registry-resolved=true in .npmrc");
        }
    }
    findings
}

/// The files under version control; outside of a checkout there are none to judge.
pub fn tracked(root: &Path) -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output();
    match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty() && PathBuf::from(name).is_relative())
            .map(String::from)
            .collect(),
        _ => {
            println!("skipped: this is no git checkout");
            Vec::new()
        }
    }
}

#[test]
fn a_banned_word_and_a_host_in_a_lock_file_are_found() {
    let path = format!("see {}main", BANNED[0]);
    assert_eq!(check_text("a.md", &path).len(), 1);
    let lock = "{\n  \"resolved\": \"https://example.org/a.tgz\"\n}";
    assert_eq!(check_text("www/package-lock.json", lock).len(), 1);
    assert_eq!(check_text("a.json", lock).len(), 0);
    let local = "{\n  \"resolved\": \"../dist/tussock\"\n}";
    assert_eq!(check_text("www/package-lock.json", local).len(), 0);
}
