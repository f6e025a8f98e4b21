//! The published BSON corpus through validation and Extended JSON.
//!
//! It lies in `$TUSSOCK_SHARED/spec-tests/bson-corpus` (default: `../shared` beside the project);
//! without it the test says that it was skipped. The crate `bson` judges what it can read, too.

use std::path::PathBuf;

use tussock::value::extended_json::{Mode, parse, write};
use tussock::value::{DocumentBuf, DocumentRef, ValueRef, validate};

const DEPTH_MAX: usize = 200;

fn folder() -> PathBuf {
    let shared = std::env::var_os("TUSSOCK_SHARED").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    shared.unwrap_or_else(beside).join("spec-tests/bson-corpus")
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

fn text<'a>(case: DocumentRef<'a>, name: &str) -> Option<&'a str> {
    case.get(name).and_then(|value| value.as_str())
}

fn cases<'a>(file: DocumentRef<'a>, name: &str) -> Vec<DocumentRef<'a>> {
    let list = file.get(name).and_then(|list| list.as_array());
    list.iter()
        .flat_map(|list| list.iter())
        .filter_map(|case| case.as_document())
        .collect()
}

/// Texts that mean the same document have the same canonical form.
fn canonical(text: &str) -> String {
    write(parse(text).unwrap().as_ref(), Mode::Canonical)
}

fn check_valid(case: DocumentRef<'_>) {
    let what = text(case, "description").unwrap_or_default();
    let bytes = hex(text(case, "canonical_bson").unwrap());
    let document = validate(&bytes, DEPTH_MAX).expect(what);
    bson::RawDocument::from_bytes(&bytes).expect(what);
    let expected = text(case, "canonical_extjson").unwrap();
    assert_eq!(
        write(document, Mode::Canonical),
        canonical(expected),
        "{what}"
    );
    let is_lossy = case.get("lossy") == Some(ValueRef::Boolean(true));
    if !is_lossy {
        assert_eq!(parse(expected).expect(what).as_bytes(), bytes, "{what}");
    }
    if let Some(relaxed) = text(case, "relaxed_extjson") {
        let again = write(parse(relaxed).expect(what).as_ref(), Mode::Relaxed);
        assert_eq!(write(document, Mode::Relaxed), again, "{what}");
    }
    if let Some(degenerate) = text(case, "degenerate_extjson") {
        assert_eq!(canonical(degenerate), canonical(expected), "{what}");
    }
}

#[test]
fn corpus() {
    let Ok(entries) = std::fs::read_dir(folder()) else {
        println!("SKIPPED: there is no BSON corpus in {}", folder().display());
        return;
    };
    let (mut valid, mut refused, mut unreadable) = (0, 0, 0);
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        // The files' own texts are plain strings to this reader.
        let file: DocumentBuf = parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in cases(file.as_ref(), "valid") {
            check_valid(case);
            valid += 1;
        }
        for case in cases(file.as_ref(), "decodeErrors") {
            let what = text(case, "description").unwrap_or_default();
            let bytes = hex(text(case, "bson").unwrap());
            assert!(
                validate(&bytes, DEPTH_MAX).is_err(),
                "{}: {what}",
                path.display()
            );
            refused += 1;
        }
        let is_decimal = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("decimal128"));
        for case in cases(file.as_ref(), "parseErrors") {
            let what = text(case, "description").unwrap_or_default();
            let string = text(case, "string").unwrap();
            let wrapped = format!(
                "{{\"d\":{{\"$numberDecimal\":\"{}\"}}}}",
                string.escape_default()
            );
            let is_refused = if is_decimal {
                parse(&wrapped).is_err()
            } else {
                parse(string).is_err()
            };
            assert!(is_refused, "{}: {what}: {string}", path.display());
            unreadable += 1;
        }
    }
    println!("{valid} documents, {refused} refused as BSON, {unreadable} refused as text");
    assert!(valid > 0);
}
