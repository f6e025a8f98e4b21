//! What find, update, delete and the like have in common: a filter, a sort, a hint.

use std::rc::Rc;

use super::arguments::Arguments;
use crate::error::{Error, Result};
use crate::expression::{Context, ParseScope};
use crate::matcher::Matcher;
use crate::plan::{Filter, Hint, SortPattern};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Parses a filter.
pub(super) fn filter(document: Option<DocumentRef<'_>>, context: &Context) -> Result<Filter> {
    let document = document.unwrap_or(DocumentRef::EMPTY);
    let matcher = Matcher::parse(document, &ParseScope::of(context))?;
    Ok(Filter::new(matcher, Rc::new(DocumentBuf::from(document))))
}

/// A sort, or the hint that `{$natural: 1}` is.
pub(super) enum Order {
    By(SortPattern),
    Natural(bool),
}

/// Parses a sort; an empty one is none.
///
/// Errors: see [`SortPattern::parse`]; `BadValue` (2) for `$natural` beside other keys.
pub(super) fn sort(document: Option<DocumentRef<'_>>) -> Result<Option<Order>> {
    let Some(document) = document.filter(|document| !document.is_empty()) else {
        return Ok(None);
    };
    match natural(document)? {
        Some(backward) => Ok(Some(Order::Natural(backward))),
        None => Ok(Some(Order::By(SortPattern::parse(document)?))),
    }
}

/// `{$natural: 1}` is false (forward), `{$natural: -1}` true.
fn natural(document: DocumentRef<'_>) -> Result<Option<bool>> {
    let Some(direction) = document.get("$natural") else {
        return Ok(None);
    };
    if document.count() > 1 {
        return Err(Error::bad_value(
            "Cannot include '$natural' in compound sort",
        ));
    }
    match direction.to_f64() {
        Some(1.0) => Ok(Some(false)),
        Some(-1.0) => Ok(Some(true)),
        _ => Err(Error::bad_value("$natural sort must be 1 or -1")),
    }
}

/// Parses a hint: an index's name or key pattern, or `{$natural: ...}`.
pub(super) fn hint(arguments: &Arguments<'_>) -> Result<Option<Hint>> {
    match arguments.get("hint") {
        Some(ValueRef::String(name)) => Ok(Some(Hint::Name(name.to_owned()))),
        Some(ValueRef::Document(key)) if key.is_empty() => Ok(None),
        Some(ValueRef::Document(key)) => match natural(key)? {
            Some(backward) => Ok(Some(Hint::Natural(backward))),
            None => Ok(Some(Hint::Key(key.into()))),
        },
        _ => Ok(None),
    }
}
