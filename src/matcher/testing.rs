//! For unit tests: filters and documents as short texts (see the expressions' notation).
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use super::Matcher;
use crate::env::FixedEnv;
use crate::expression::testing::document;
use crate::expression::{Context, ParseScope};

pub(crate) fn context() -> Context {
    Context::new(Rc::new(FixedEnv::new(1_000, 7)))
}

/// The filter matches the document, or not.
#[track_caller]
pub(crate) fn check(filter: &str, input: &str, expected: bool) {
    let parsed = Matcher::parse(document(filter).as_ref(), &ParseScope::new());
    let matcher = match parsed {
        Ok(matcher) => matcher,
        Err(error) => panic!("{filter}: {error}"),
    };
    let matched = matcher.matches(document(input).as_ref(), &context());
    assert_eq!(matched.unwrap(), expected, "{filter} on {input}");
}

/// Parsing the filter fails with this code.
#[track_caller]
pub(crate) fn check_error(filter: &str, code: i32) {
    match Matcher::parse(document(filter).as_ref(), &ParseScope::new()) {
        Err(error) => assert_eq!(error.code(), code, "{filter}: {error}"),
        Ok(_) => panic!("{filter} was accepted"),
    }
}
