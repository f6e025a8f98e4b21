//! Links between the documents of the repository lead somewhere.

use std::path::Path;

/// Relative links in Markdown files that name no file.
pub fn check(root: &Path, names: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    for name in names.iter().filter(|name| name.ends_with(".md")) {
        let path = root.join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let folder = path.parent().unwrap_or(root);
        for (line, target) in relative_links(&text) {
            if !folder.join(&target).exists() {
                findings.push(format!("{name}:{line}: {target} is not there"));
            }
        }
    }
    findings
}

/// The targets of `[text](target)`, without their anchors: line (from 1) and path.
fn relative_links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                links.push((number + 1, String::from(target)));
            }
        }
    }
    links
}

#[test]
fn links_are_told_from_addresses() {
    let text = "see [a](src/a.md#part), [b](https://example.org)\n[c](#here) and [d](d.md)";
    let expected = [(1, String::from("src/a.md")), (2, String::from("d.md"))];
    assert_eq!(relative_links(text), expected);
}
