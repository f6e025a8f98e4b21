//! Specifications, documents and what is left of them.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::expression::testing::{document, value};
use crate::matcher::Matcher;
use crate::matcher::testing::context;
use crate::value::ValueRef;

#[track_caller]
fn assert_same(result: DocumentBuf, expected: &str, spec: &str) {
    assert!(
        result.as_bytes() == document(expected).as_bytes(),
        "{spec}: {:?}, expected {expected}",
        String::from_utf8_lossy(result.as_bytes()),
    );
}

#[track_caller]
fn check_kind(kind: ProjectionKind, spec: &str, input: &str, expected: &str) {
    let projection = Projection::parse(document(spec).as_ref(), &ParseScope::new(), kind);
    let projection = match projection {
        Ok(projection) => projection,
        Err(error) => panic!("{spec}: {error}"),
    };
    let result = projection.apply(document(input).as_ref(), &context(), None);
    assert_same(result.unwrap(), expected, spec);
}

#[track_caller]
fn check(spec: &str, input: &str, expected: &str) {
    check_kind(ProjectionKind::Find, spec, input, expected);
}

#[track_caller]
fn check_error(kind: ProjectionKind, spec: &str, code: i32) {
    match Projection::parse(document(spec).as_ref(), &ParseScope::new(), kind) {
        Err(error) => assert_eq!(error.code(), code, "{spec}: {error}"),
        Ok(_) => panic!("{spec} was accepted"),
    }
}

#[test]
fn inclusion() {
    check(
        "{b: 1, a: true}",
        "{_id: 1, a: 2, c: 3, b: 4}",
        "{_id: 1, a: 2, b: 4}",
    );
    check("{a: 1, _id: 0}", "{_id: 1, a: 2}", "{a: 2}");
    check("{_id: 1}", "{_id: 1, a: 2}", "{_id: 1}");
    check("{a: NaN}", "{_id: 1, a: 2}", "{_id: 1, a: 2}");
    check("{'a.b': 1}", "{a: {b: 1, c: 2}, d: 1}", "{a: {b: 1}}");
    check(
        "{a: {b: 1}}",
        "{a: [{b: 1, c: 2}, 5, [{b: 2}]]}",
        "{a: [{b: 1}, [{b: 2}]]}",
    );
    check("{'a.b': 1}", "{_id: 1, a: 5}", "{_id: 1}");
    check("{'a.b': 1}", "{a: {c: 1}}", "{a: {}}");
}

#[test]
fn exclusion() {
    check("{a: 0}", "{_id: 1, a: 2, b: 3}", "{_id: 1, b: 3}");
    check("{_id: 0}", "{_id: 1, a: 2}", "{a: 2}");
    check(
        "{'a.b': 0}",
        "{a: [{b: 1, c: 2}, 5, [{b: 2}]]}",
        "{a: [{c: 2}, 5, [{}]]}",
    );
    check("{a: 0, _id: 1}", "{_id: 1, a: 2, b: 3}", "{_id: 1, b: 3}");
    check("{}", "{_id: 1, a: 2}", "{_id: 1, a: 2}");
}

#[test]
fn computed() {
    check(
        "{x: '$a', c: 1}",
        "{_id: 1, a: 2, c: 3}",
        "{_id: 1, c: 3, x: 2}",
    );
    check("{a: '$b'}", "{_id: 1, a: 2, b: 3}", "{_id: 1, a: 3}");
    check("{a: '$missing'}", "{_id: 1, a: 2}", "{_id: 1}");
    check("{'a.x': {$literal: 5}}", "{a: {y: 1}, b: 1}", "{a: {x: 5}}");
    check(
        "{'a.x': {$literal: 5}, b: 1}",
        "{a: 1, b: 1}",
        "{b: 1, a: {x: 5}}",
    );
    check(
        "{'a.x': {$literal: 5}}",
        "{a: [1, {y: 1}]}",
        "{a: [{x: 5}, {x: 5}]}",
    );
    check("{_id: '$a'}", "{_id: 1, a: 2}", "{_id: 2}");
}

#[test]
fn slices() {
    check(
        "{a: {$slice: 2}}",
        "{_id: 1, a: [1, 2, 3], b: 1}",
        "{_id: 1, a: [1, 2], b: 1}",
    );
    check("{a: {$slice: -2}}", "{a: [1, 2, 3]}", "{a: [2, 3]}");
    check("{a: {$slice: [-2, 1]}}", "{a: [1, 2, 3]}", "{a: [2]}");
    check("{a: {$slice: 0}}", "{a: [1, 2, 3]}", "{a: []}");
    check(
        "{b: 1, a: {$slice: 1}}",
        "{a: [1, 2], b: 1, c: 1}",
        "{a: [1], b: 1}",
    );
    check("{a: {$slice: 1}}", "{a: 'x'}", "{a: 'x'}");
}

#[test]
fn elem_match() {
    check(
        "{a: {$elemMatch: {$gte: 2}}}",
        "{_id: 1, a: [1, 2, 3], b: 1}",
        "{_id: 1, a: [2]}",
    );
    check(
        "{a: {$elemMatch: {$gte: 9}}}",
        "{_id: 1, a: [1, 2, 3]}",
        "{_id: 1}",
    );
    check(
        "{a: {$elemMatch: {x: 2}}, c: 0}",
        "{a: [{x: 2}], b: 1, c: 1}",
        "{a: [{x: 2}], b: 1}",
    );
    check(
        "{b: 1, a: {$elemMatch: {$gte: 2}}}",
        "{a: [2], b: 1}",
        "{b: 1, a: [2]}",
    );
    check("{a: {$elemMatch: {$gte: 2}}}", "{_id: 1, a: 5}", "{_id: 1}");
}

#[test]
fn positional() {
    let check = |filter: &str, spec: &str, input: &str, expected: &str| {
        let scope = ParseScope::new();
        let (input, spec_document) = (document(input), document(spec));
        let matcher = Matcher::parse(document(filter).as_ref(), &scope).unwrap();
        let projection =
            Projection::parse(spec_document.as_ref(), &scope, ProjectionKind::Find).unwrap();
        assert!(projection.is_positional());
        let details = matcher.matches_with_position(input.as_ref(), &context());
        let details = details.unwrap().unwrap();
        let result = projection.apply(input.as_ref(), &context(), Some(&details));
        assert_same(result.unwrap(), expected, spec);
    };
    check(
        "{a: {$gte: 2}}",
        "{'a.$': 1}",
        "{_id: 1, a: [1, 2, 3], b: 1}",
        "{_id: 1, a: [2]}",
    );
    check(
        "{'a.b': 2}",
        "{'a.$': 1}",
        "{a: [{b: 1}, {b: 2}]}",
        "{a: [{b: 2}]}",
    );
    check(
        "{'a.b': 2}",
        "{'a.b.$': 1}",
        "{a: [{b: 1}, {b: 2, c: 1}]}",
        "{a: [{b: 2}]}",
    );
    check(
        "{'x.y': 2}",
        "{'x.y.$': 1}",
        "{x: {y: [1, 2]}}",
        "{x: {y: [2]}}",
    );
    check(
        "{a: 2, b: 5}",
        "{'a.$': 1}",
        "{a: [1, 2], b: [4, 5]}",
        "{a: [2]}",
    );
    check(
        "{$and: [{a: {$gt: 1}}, {a: {$lt: 5}}]}",
        "{'a.$': 1}",
        "{a: [1, 2, 5]}",
        "{a: [2]}",
    );
    check("{c: 1}", "{'a.$': 1}", "{a: 5, c: 1}", "{a: 5}");
    check(
        "{a: {$elemMatch: {b: 2}}}",
        "{'a.$': 1}",
        "{a: [{b: 1}, {b: 2}]}",
        "{a: [{b: 2}]}",
    );
}

#[test]
fn errors() {
    use ProjectionKind::{Aggregate, Find};
    for kind in [Find, Aggregate] {
        check_error(kind, "{a: 1, b: 0}", 31254);
        check_error(kind, "{a: 0, b: 1}", 31253);
        check_error(kind, "{a: 1, 'a.b': 1}", 31249);
        check_error(kind, "{'a.b': 1, a: 1}", 31250);
        check_error(kind, "{a: {}}", 51270);
        check_error(kind, "{a: 0, b: '$c'}", 31310);
        check_error(kind, "{a: 0, b: {$literal: 1}}", 31252);
        check_error(kind, "{'$a': 1}", 16410);
        check_error(kind, "{a: {b: 1, $add: 1}}", 31325);
    }
    check_error(Aggregate, "{}", 51272);
    check_error(Aggregate, "{'a.$': 1}", 31324);
    check_error(Find, "{'a.$.b': 1}", 31394);
    check_error(Find, "{'a.$': {$slice: 1}}", 31271);
    check_error(Find, "{'a.$': 1, 'b.$': 1}", 31276);
    check_error(Find, "{'a.$': 0}", 31395);
    check_error(Find, "{a: {$slice: 1}, 'a.$': 1}", 31250);
    check_error(Find, "{a: {$elemMatch: 1}}", 31274);
    check_error(Find, "{'a.b': {$elemMatch: {x: 1}}}", 31275);
    check_error(Find, "{a: {$elemMatch: {x: 1}}, 'b.$': 1}", 31256);
    check_error(Find, "{'b.$': 1, a: {$elemMatch: {x: 1}}}", 31255);
}

#[test]
fn dependencies() {
    let check = |spec: &str, expected: &[&str]| {
        let projection = Projection::parse(
            document(spec).as_ref(),
            &ParseScope::new(),
            ProjectionKind::Find,
        )
        .unwrap();
        let mut found = Dependencies::new();
        projection.dependencies(&mut found);
        let paths: Vec<&str> = found.paths.iter().map(|path| path.as_str()).collect();
        assert_eq!(paths, expected, "{spec}");
        assert_eq!(found.whole_document, expected.is_empty(), "{spec}");
    };
    check("{a: 1, 'b.c': 1}", &["_id", "a", "b.c"]);
    check("{_id: 0, x: '$a.b'}", &["a.b"]);
    check("{a: 0}", &[]);
}

#[test]
fn add_fields() {
    let parse = |spec: &str| AddFields::parse(value(spec).as_ref(), &ParseScope::new());
    let check = |spec: &str, input: &str, expected: &str| {
        let result = parse(spec)
            .unwrap()
            .apply(document(input).as_ref(), &context());
        assert_same(result.unwrap(), expected, spec);
    };
    check("{b: '$a'}", "{a: 1}", "{a: 1, b: 1}");
    check("{a: '$b', b: '$a'}", "{a: 1, b: 2}", "{a: 2, b: 1}");
    check("{a: {z: 3}}", "{a: {x: 1}}", "{a: {x: 1, z: 3}}");
    check("{a: {}}", "{a: {x: 1}}", "{a: {}}");
    check("{'a.b.c': 1}", "{_id: 1}", "{_id: 1, a: {b: {c: 1}}}");
    check(
        "{'a.0': 'v'}",
        "{a: [10, {b: 1}]}",
        "{a: [{'0': 'v'}, {b: 1, '0': 'v'}]}",
    );
    check(
        "{'a.x': '$$REMOVE'}",
        "{a: [[{x: 1, y: 2}]]}",
        "{a: [[{y: 2}]]}",
    );
    check("{'x.y': 10}", "{x: 42}", "{x: {y: 10}}");
    check("{}", "{x: 42}", "{x: 42}");
    for (spec, code) in [
        ("1", 40272),
        ("{a: 1, 'a.b': 2}", 40176),
        ("{'a.b': 1, a: 2}", 40176),
        ("{a: {'x.y': 1}}", 40183),
        ("{a: {$add: [1], $multiply: [1]}}", 40181),
        ("{'a.': 1}", 40353),
    ] {
        assert_eq!(parse(spec).err().unwrap().code(), code, "{spec}");
    }
}

#[test]
fn unset() {
    let check = |spec: &str, input: &str, expected: &str| {
        let unset = Unset::parse(value(spec).as_ref()).unwrap();
        let result = unset.apply(document(input).as_ref(), &context());
        assert_same(result.unwrap(), expected, spec);
    };
    check("'a'", "{_id: 1, a: 2}", "{_id: 1}");
    check("['_id', 'b.c']", "{_id: 1, b: {c: 1, d: 2}}", "{b: {d: 2}}");
    for (spec, code) in [
        ("1", 31002),
        ("[]", 31119),
        ("['a', 1]", 31120),
        ("['a', 'a.b']", 31249),
        ("['a', 'a']", 31250),
        ("'$a'", 16410),
    ] {
        let error = Unset::parse(value(spec).as_ref()).err().unwrap();
        assert_eq!(error.code(), code, "{spec}");
    }
    assert!(Unset::parse(ValueRef::String("a\0b")).is_err());
}
