//! Extended JSON there and back, as tables.
#![allow(clippy::unwrap_used)]

use super::{Mode, parse, write};

/// Canonical text, and what relaxed makes of it.
fn check(canonical: &str, relaxed: &str) {
    let document = parse(canonical).unwrap();
    assert_eq!(write(document.as_ref(), Mode::Canonical), canonical);
    assert_eq!(write(document.as_ref(), Mode::Relaxed), relaxed);
    let again = parse(relaxed).unwrap();
    assert_eq!(write(again.as_ref(), Mode::Relaxed), relaxed);
}

fn check_same(text: &str) {
    check(text, text);
}

#[test]
fn every_type_is_written_and_read() {
    check(r#"{"a":{"$numberInt":"1"}}"#, r#"{"a":1}"#);
    check(
        r#"{"a":{"$numberLong":"5000000000"}}"#,
        r#"{"a":5000000000}"#,
    );
    check(r#"{"a":{"$numberDouble":"1.5"}}"#, r#"{"a":1.5}"#);
    check(r#"{"a":{"$numberDouble":"-0.0"}}"#, r#"{"a":-0.0}"#);
    check_same(r#"{"a":{"$numberDouble":"NaN"}}"#);
    check_same(r#"{"a":{"$numberDecimal":"1.00"}}"#);
    check_same(r#"{"a":{"$oid":"56e1fc72e0c917e9c4714161"}}"#);
    check_same(r#"{"a":{"$binary":{"base64":"//8A","subType":"80"}}}"#);
    check_same(r#"{"a":{"$regularExpression":{"pattern":"a\"b","options":"im"}}}"#);
    check_same(r#"{"a":{"$timestamp":{"t":123456789,"i":42}}}"#);
    check_same(r#"{"a":{"$code":"x","$scope":{"y":"z"}}}"#);
    check_same(r#"{"a":{"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}}}"#);
    check_same(
        r#"{"a":{"$minKey":1},"b":{"$maxKey":1},"c":{"$undefined":true},"d":{"$symbol":"s"}}"#,
    );
    check_same(r#"{"a":"\u0000\n\"é😀","b":[null,true,{}]}"#);
}

#[test]
fn dates_are_relaxed_within_their_years() {
    check(
        r#"{"a":{"$date":{"$numberLong":"1356351330501"}}}"#,
        r#"{"a":{"$date":"2012-12-24T12:15:30.501Z"}}"#,
    );
    check_same(r#"{"a":{"$date":{"$numberLong":"-1"}}}"#);
}

#[test]
fn operators_are_plain_documents() {
    check_same(r#"{"a":{"$regex":"b","$options":"i"}}"#);
    check_same(r#"{"$set":{"a":"b"}}"#);
}

#[test]
fn what_is_badly_written_is_refused() {
    for text in [
        r#"{"a":{"$oid":"56e1"}}"#,
        r#"{"a":{"$numberInt":"x"}}"#,
        r#"{"a":{"$binary":{"base64":"A","subType":"00"}}}"#,
        r#"{"a":{"$timestamp":{"t":-1,"i":1}}}"#,
        r#"{"a":01}"#,
        r#"{"a":1"#,
        r#"{'a':1}"#,
        r#"[1]"#,
        r#"{"a":"\ud800"}"#,
        r#"{"a\u0000":1}"#,
    ] {
        assert_eq!(
            parse(text).err().map(|error| error.code()),
            Some(9),
            "{text}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "[\\[\\]{}\",:$a-z0-9.\\\\ue+-]{0,40}") {
        let _ = parse(&text);
    }
}
