//! Updates as tables: document, update, expected.
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use super::Update;
use crate::env::FixedEnv;
use crate::error::codes;
use crate::expression::{Context, ParseScope};
use crate::matcher::{MatchDetails, Matcher};
use crate::value::{ArrayBuf, DocumentBuf, Value};

fn context() -> Context {
    Context::new(Rc::new(FixedEnv::new(1_700_000_000_000, 1)))
}

/// A document from names and values.
fn doc<const N: usize>(fields: [(&str, Value<'static>); N]) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    fields
        .iter()
        .for_each(|(name, value)| out.append(name, value));
    out
}

fn val<const N: usize>(fields: [(&str, Value<'static>); N]) -> Value<'static> {
    Value::document(doc(fields))
}

fn list<const N: usize>(values: [Value<'static>; N]) -> Value<'static> {
    Value::array(values.iter().collect::<ArrayBuf>())
}

fn int(number: i32) -> Value<'static> {
    number.into()
}

fn run(document: &DocumentBuf, update: &DocumentBuf, position: Option<u32>) -> Result<String, i32> {
    let scope = ParseScope::new();
    let outcome = Update::parse((update).into(), None, &scope).and_then(|update| {
        let details = MatchDetails {
            array_index: position,
        };
        update.apply(document.as_ref(), Some(&details), &context())
    });
    match outcome {
        Ok(updated) => Ok(updated.map_or("unchanged".to_owned(), |updated| updated.to_string())),
        Err(error) => Err(error.code()),
    }
}

fn check(document: &DocumentBuf, update: &DocumentBuf, expected: &str) {
    assert_eq!(run(document, update, None).unwrap(), expected);
}

fn check_error(document: &DocumentBuf, update: &DocumentBuf, code: i32) {
    assert_eq!(run(document, update, None), Err(code));
}

#[test]
fn set_creates_documents_and_fills_arrays() {
    let set = |path: &str| doc([("$set", val([(path, int(9))]))]);
    check(&doc([]), &set("a.0"), "{ a: { 0: 9 } }");
    let array = doc([("a", list([int(1), int(2)]))]);
    check(&array, &set("a.3"), "{ a: [ 1, 2, null, 9 ] }");
    check(&array, &set("a.0"), "{ a: [ 9, 2 ] }");
    check_error(&array, &set("a.x"), codes::PATH_NOT_VIABLE);
    check_error(&doc([("a", int(1))]), &set("a.b"), codes::PATH_NOT_VIABLE);
    check(&doc([("a", int(9))]), &set("a"), "unchanged");
}

#[test]
fn new_fields_come_in_the_order_of_their_paths() {
    let update = doc([(
        "$set",
        val([("z", int(1)), ("a.10", int(2)), ("a.2", int(3))]),
    )]);
    check(&doc([]), &update, "{ a: { 2: 3, 10: 2 }, z: 1 }");
}

#[test]
fn unset_and_pop_and_pull() {
    let array = doc([("a", list([int(1), int(2), int(3)]))]);
    check(
        &array,
        &doc([("$unset", val([("a.1", int(1))]))]),
        "{ a: [ 1, null, 3 ] }",
    );
    check(
        &array,
        &doc([("$unset", val([("b.c", int(1))]))]),
        "unchanged",
    );
    check(
        &array,
        &doc([("$pop", val([("a", int(-1))]))]),
        "{ a: [ 2, 3 ] }",
    );
    let condition = val([("$gte", int(2))]);
    check(
        &array,
        &doc([("$pull", val([("a", condition)]))]),
        "{ a: [ 1 ] }",
    );
    check(
        &array,
        &doc([("$pullAll", val([("a", list([int(1), int(3)]))]))]),
        "{ a: [ 2 ] }",
    );
}

#[test]
fn push_inserts_sorts_and_cuts() {
    let array = doc([("a", list([int(5), int(1)]))]);
    let push = |modifiers: Value<'static>| doc([("$push", val([("a", modifiers)]))]);
    check(&array, &push(int(3)), "{ a: [ 5, 1, 3 ] }");
    let modifiers = val([
        ("$slice", int(-2)),
        ("$sort", int(1)),
        ("$each", list([int(4), int(2)])),
    ]);
    check(&array, &push(modifiers), "{ a: [ 4, 5 ] }");
    let modifiers = val([("$each", list([int(7)])), ("$position", int(-1))]);
    check(&array, &push(modifiers), "{ a: [ 5, 7, 1 ] }");
}

#[test]
fn arithmetic_widens() {
    let big = doc([("a", int(i32::MAX))]);
    let inc = |by: Value<'static>| doc([("$inc", val([("a", by)]))]);
    check(&big, &inc(int(1)), "{ a: 2147483648 }");
    check(&doc([("a", int(1))]), &inc(0.5.into()), "{ a: 1.5 }");
    check_error(
        &doc([("a", i64::MAX.into())]),
        &inc(int(1)),
        codes::BAD_VALUE,
    );
    check_error(
        &doc([("a", Value::NULL)]),
        &inc(int(1)),
        codes::TYPE_MISMATCH,
    );
    check(
        &doc([]),
        &doc([("$mul", val([("a", 2.5.into())]))]),
        "{ a: 0.0 }",
    );
}

#[test]
fn rename_moves_and_conflicts_are_found() {
    let document = doc([("a", int(1)), ("b", int(2))]);
    let rename = |to: &str| doc([("$rename", val([("a", Value::string(to))]))]);
    check(&document, &rename("c.d"), "{ b: 2, c: { d: 1 } }");
    check(&document, &rename("b"), "{ b: 1 }");
    check_error(
        &document,
        &rename("a.x"),
        codes::CONFLICTING_UPDATE_OPERATORS,
    );
    let both = doc([
        ("$set", val([("a", int(1))])),
        ("$inc", val([("a.b", int(1))])),
    ]);
    check_error(&document, &both, codes::CONFLICTING_UPDATE_OPERATORS);
}

#[test]
fn positional_parts() {
    let array = doc([("a", list([int(1), int(2)]))]);
    let set = |path: &str| doc([("$set", val([(path, int(9))]))]);
    assert_eq!(
        run(&array, &set("a.$"), Some(1)).unwrap(),
        "{ a: [ 1, 9 ] }"
    );
    check_error(&array, &set("a.$"), codes::BAD_VALUE);
    check(&array, &set("a.$[]"), "{ a: [ 9, 9 ] }");
    check_error(&doc([]), &set("a.$[]"), codes::BAD_VALUE);
    check_error(&array, &set("a.$[x]"), codes::BAD_VALUE);
    check_error(&array, &set("$"), codes::BAD_VALUE);
}

#[test]
fn the_id_stays() {
    let document = doc([("_id", int(1)), ("a", int(1))]);
    check_error(
        &document,
        &doc([("$set", val([("_id", int(2))]))]),
        codes::IMMUTABLE_FIELD,
    );
    check_error(&document, &doc([("_id", int(2))]), codes::IMMUTABLE_FIELD);
    check(&document, &doc([("b", int(2))]), "{ _id: 1, b: 2 }");
    check(
        &document,
        &doc([("$set", val([("_id", int(1))]))]),
        "unchanged",
    );
}

#[test]
fn names_with_a_dollar_are_stored_below_the_top() {
    let document = doc([("_id", int(1)), ("a", val([("b", int(1))])), ("$x", int(1))]);
    let of = |operator: &str, path: &str| doc([(operator, val([(path, int(2))]))]);
    check(
        &document,
        &of("$set", "a.$c"),
        "{ _id: 1, a: { b: 1, $c: 2 }, $x: 1 }",
    );
    check(&document, &of("$unset", "$x"), "{ _id: 1, a: { b: 1 } }");
    for (operator, path) in [("$set", "$x"), ("$inc", "$y"), ("$set", "$y.a")] {
        check_error(
            &document,
            &of(operator, path),
            codes::DOLLAR_PREFIXED_FIELD_NAME,
        );
    }
    let upsert = Update::parse((&of("$set", "$x")).into(), None, &ParseScope::new()).unwrap();
    let matcher = Matcher::parse(doc([]).as_ref(), &ParseScope::new()).unwrap();
    let inserted = upsert.upsert(&matcher, &context()).unwrap();
    assert_eq!(inserted.to_string(), "{ $x: 2 }");
}

#[test]
fn an_upsert_starts_from_the_equalities() {
    let filter = doc([
        ("b.c", int(2)),
        ("_id", int(7)),
        ("x", val([("$gt", int(1))])),
        ("y", val([("$eq", int(3))])),
    ]);
    let scope = ParseScope::new();
    let matcher = Matcher::parse(filter.as_ref(), &scope).unwrap();
    let update = doc([
        ("$inc", val([("n", int(1))])),
        ("$setOnInsert", val([("s", int(5))])),
    ]);
    let update = Update::parse((&update).into(), None, &scope).unwrap();
    let document = update.upsert(&matcher, &context()).unwrap();
    assert_eq!(
        document.to_string(),
        "{ _id: 7, b: { c: 2 }, y: 3, n: 1, s: 5 }"
    );
}

#[test]
fn names_that_look_like_numbers_have_an_order() {
    // By text 10 is before 1a and 1a before 9; by value 9 is before 10.
    let names: Vec<String> = (0..60)
        .map(|at| match at % 3 {
            0 => format!("{at}"),
            1 => format!("{at}a"),
            _ => format!("0{at}"),
        })
        .collect();
    let mut fields = DocumentBuf::new();
    names.iter().for_each(|name| fields.append(name, 1));
    let updated = run(&doc([]), &doc([("$set", Value::document(fields))]), None).unwrap();
    let place = |name: &str| updated.find(&format!(" {name}:")).unwrap();
    assert!(names.iter().all(|name| place(name) > 0));
    assert!(place("9") < place("12") && place("57") < place("1a"));
}

#[test]
fn several_operators_meet_every_element() {
    let element = || val([("x", int(1)), ("y", int(2))]);
    let elements: Vec<Value<'static>> = (0..3000).map(|_| element()).collect();
    let array = doc([("a", Value::array(elements.iter().collect::<ArrayBuf>()))]);
    let update = doc([
        ("$inc", val([("a.$[].x", int(1))])),
        ("$mul", val([("a.$[].y", int(5))])),
    ]);
    let updated = run(&array, &update, None).unwrap();
    assert_eq!(updated.matches("{ x: 2, y: 10 }").count(), 3000);
    let both = doc([
        ("$inc", val([("a.$[].x", int(1))])),
        ("$set", val([("a.$.x", int(1))])),
    ]);
    let outcome = run(&array, &both, Some(7));
    assert_eq!(outcome, Err(codes::CONFLICTING_UPDATE_OPERATORS));
}
