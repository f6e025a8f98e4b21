//! Regular expressions: no pattern hangs or crashes, and the shortcuts agree with the matcher.

use tussock::regex::Regex;

pub fn run(data: &[u8]) {
    let Some((&head, rest)) = data.split_first() else {
        return;
    };
    let options: String = "imsx"
        .chars()
        .enumerate()
        .filter(|(bit, _)| head >> bit & 1 == 1)
        .map(|(_, letter)| letter)
        .collect();
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    // The pattern ends at the first newline.
    let (pattern, text) = text.split_once('\n').unwrap_or((text, "aab ab\u{e9}"));
    let Ok(regex) = Regex::compile(pattern, &options) else {
        return;
    };
    let (matched, found) = (regex.is_match(text), regex.find_at(text, 0));
    if let (Ok(matched), Ok(found)) = (&matched, &found) {
        assert_eq!(
            *matched,
            found.is_some(),
            "/{pattern}/{options} in {text:?}"
        );
    }
    if let (Some((prefix, is_whole)), Ok(matched)) = (regex.literal_prefix(), matched) {
        let begins = text.starts_with(prefix);
        let agrees = if is_whole {
            matched == begins
        } else {
            !matched || begins
        };
        assert!(agrees, "/{pattern}/{options} in {text:?}");
    }
    for from in 1..=text.len().min(8) {
        if text.is_char_boundary(from) {
            let _ = regex.find_at(text, from);
        }
    }
}
