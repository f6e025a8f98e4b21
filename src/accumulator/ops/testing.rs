//! For unit tests: an accumulator over documents, as short texts.
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use crate::accumulator::Accumulator;
use crate::env::FixedEnv;
use crate::error::Result;
use crate::expression::testing::{document, show, value};
use crate::expression::{Context, ParseScope, Scope};
use crate::value::{ArrayBuf, DocumentRef, Value};

fn run(accumulator: &str, documents: &str) -> Result<Value<'static>> {
    let context = Context::new(Rc::new(FixedEnv::new(1_000, 7)));
    let spec = document(accumulator);
    let (name, argument) = spec.as_ref().iter().next().unwrap();
    let accumulator = Accumulator::parse(name, argument, &ParseScope::of(&context))?;
    let mut state = accumulator.start(&Scope::new(DocumentRef::EMPTY, &context))?;
    for document in value(documents).as_ref().as_array().unwrap().iter() {
        let scope = Scope::new(document.as_document().unwrap(), &context);
        let input = accumulator.input().evaluate(&scope)?;
        state.add(input.as_ref().map(Value::as_ref))?;
    }
    Ok(state.finish()?.unwrap())
}

/// The accumulator gives this value, with exactly these bytes.
#[track_caller]
pub(crate) fn check(accumulator: &str, documents: &str, expected: &str) {
    let result = run(accumulator, documents).unwrap();
    let bytes = |value: &Value<'_>| [value].into_iter().collect::<ArrayBuf>().into_bytes();
    assert!(
        bytes(&result) == bytes(&value(expected)),
        "{accumulator} of {documents} gives {}, expected {expected}",
        show(result.as_ref())
    );
}

/// The accumulator is refused, or refuses to begin.
#[track_caller]
pub(crate) fn check_error(accumulator: &str, code: i32) {
    check_fails(accumulator, "[]", code);
}

/// The accumulator fails on these documents.
#[track_caller]
pub(crate) fn check_fails(accumulator: &str, documents: &str, code: i32) {
    match run(accumulator, documents) {
        Err(error) => assert_eq!(error.code(), code, "{accumulator}: {error}"),
        Ok(result) => panic!("{accumulator} gives {}", show(result.as_ref())),
    }
}
