//! A Rust file as the rules see it: code, strings and tests told apart.
//!
//! This is no parser: comments and literals are blanked out, and the bodies of
//! `#[cfg(test)]` modules are found by counting braces in what is left.

/// One file of `src/`.
pub struct Source {
    /// The path from the root, with `/`.
    pub name: String,
    /// The text as it is.
    pub text: String,
    /// The text with comments, strings and test modules replaced by spaces.
    pub code: String,
    /// String literals outside of test modules: line (from 1) and content.
    pub strings: Vec<(usize, String)>,
    /// The whole file is a test module.
    pub is_test: bool,
    test_modules: Vec<String>,
}

impl Source {
    /// Tells apart what is in the file.
    pub fn parse(name: &str, text: &str) -> Source {
        let (mut code, mut strings) = blank(text);
        let mut test_modules = Vec::new();
        while let Some((start, end, declared)) = first_test_item(&code) {
            let first = line_at(&code, start);
            let last = line_at(&code, end);
            strings.retain(|&(line, _)| line < first || line > last);
            code = code
                .char_indices()
                .map(|(at, c)| {
                    if at >= start && at < end && c != '\n' {
                        ' '
                    } else {
                        c
                    }
                })
                .collect();
            test_modules.extend(declared);
        }
        Source {
            name: String::from(name),
            text: String::from(text),
            code,
            strings,
            is_test: false,
            test_modules,
        }
    }

    /// The folders and files (without and with `.rs`) of modules declared only for tests.
    pub fn test_files(&self) -> Vec<String> {
        let base = match self.name.strip_suffix("/mod.rs") {
            Some(folder) => folder,
            None => match self.name.as_str() {
                "src/lib.rs" => "src",
                name => name.trim_end_matches(".rs"),
            },
        };
        let module = |name: &String| {
            let path = format!("{base}/{name}");
            [format!("{path}.rs"), path]
        };
        self.test_modules.iter().flat_map(module).collect()
    }

    /// The line (from 1) of a byte of `code`.
    pub fn line(&self, at: usize) -> usize {
        line_at(&self.code, at)
    }
}

fn line_at(text: &str, at: usize) -> usize {
    text.as_bytes()[..at]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// The first item under `#[cfg(test)]`: where it begins and ends, and its name if it is
/// a module that lies in another file.
fn first_test_item(code: &str) -> Option<(usize, usize, Option<String>)> {
    let start = code.find("#[cfg(test)]")?;
    let rest = &code[start..];
    let open = rest.find('{');
    let semicolon = rest.find(';');
    match (open, semicolon) {
        (open, Some(semicolon)) if open.is_none_or(|open| semicolon < open) => {
            let item = &rest[..semicolon];
            let name = item.rsplit_once("mod ").map(|(_, name)| name.trim());
            Some((start, start + semicolon + 1, name.map(String::from)))
        }
        (Some(open), _) => {
            let mut depth = 0_usize;
            for (at, byte) in rest.bytes().enumerate().skip(open) {
                depth += usize::from(byte == b'{');
                depth -= usize::from(byte == b'}');
                if depth == 0 {
                    return Some((start, start + at + 1, None));
                }
            }
            Some((start, code.len(), None))
        }
        _ => Some((start, code.len(), None)),
    }
}

/// The text in which comments and the contents of literals are spaces, and the strings.
fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut strings = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (end, is_string) = literal_or_comment(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
            continue;
        }
        if is_string {
            let line = chars[..at].iter().filter(|&&c| c == '\n').count() + 1;
            strings.push((line, chars[at..end].iter().collect()));
        }
        for &c in &chars[at..end] {
            code.push(if c == '\n' { '\n' } else { ' ' });
        }
        at = end;
    }
    (code, strings)
}

/// Where the comment or literal that begins at `at` ends (`at` itself: none begins
/// there), and whether it is a string.
fn literal_or_comment(chars: &[char], at: usize) -> (usize, bool) {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if next(1) == '/' => (find(chars, at, |c| c == '\n'), false),
        '/' if next(1) == '*' => (block_comment(chars, at), false),
        'r' if !word_before && matches!(next(1), '"' | '#') => raw_string(chars, at),
        'b' if !word_before && next(1) == 'r' => match raw_string(chars, at + 1) {
            (end, true) => (end, true),
            _ => (at, false),
        },
        '"' => (quoted(chars, at, '"'), true),
        // A quote is a character only if one closes it; else it is a lifetime.
        '\'' if next(1) == '\\' => (quoted(chars, at, '\''), false),
        '\'' if next(2) == '\'' => (at + 3, false),
        _ => (at, false),
    }
}

fn find(chars: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    let found = chars[from..].iter().position(|&c| wanted(c));
    found.map_or(chars.len(), |offset| from + offset)
}

fn block_comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (at, depth) = (at + 2, depth + 1),
            ('*', '/') => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn quoted(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// A raw string whose `r` is at `start`; not one (a raw identifier, say) ends where it begins.
fn raw_string(chars: &[char], start: usize) -> (usize, bool) {
    let open = find(chars, start + 1, |c| c != '#');
    if chars.get(open) != Some(&'"') {
        return (start, false);
    }
    let hashes = open - start - 1;
    let mut at = open + 1;
    while at < chars.len() {
        let closes = chars[at] == '"'
            && chars[at + 1..]
                .iter()
                .take(hashes)
                .filter(|&&c| c == '#')
                .count()
                == hashes;
        if closes {
            return (at + 1 + hashes, true);
        }
        at += 1;
    }
    (chars.len(), true)
}

#[test]
fn comments_strings_and_tests_are_told_apart() {
    let text = r##"
// crate::one
/* crate::two /* nested */ */
fn a<'x>(b: &'x str) -> char { let c = "crate::three \" {:?}"; let r = r#"crate::"four"#; '{' }
#[cfg(test)]
mod tests { fn t() { let s = "{:?}"; crate::five() } }
#[cfg(test)]
mod model;
use crate::six;
"##;
    let source = Source::parse("src/room/file.rs", text);
    for hidden in ["one", "two", "three", "four", "five", "model"] {
        assert!(!source.code.contains(hidden), "{hidden}");
    }
    assert!(source.code.contains("use crate::six;"));
    let lines: Vec<usize> = source.strings.iter().map(|&(line, _)| line).collect();
    assert_eq!(lines, [4, 4]);
    assert_eq!(
        source.test_files(),
        ["src/room/file/model.rs", "src/room/file/model"]
    );
    assert_eq!(source.line(source.code.find("six").unwrap()), 9);
}
