//! What an upsert takes from its filter: the fields that must equal a value.
//!
//! Manual: "db.collection.update(): Upsert".

use super::node::Node;
use crate::error::{Error, Result, codes};
use crate::matcher::{Matcher, Node as Condition, Shape};
use crate::sorting::sort_by;
use crate::value::{DocumentBuf, Value};

/// A document with the filter's equalities; of a replacement only `_id`.
///
/// Errors: `NotSingleValueField` (54) if a field is given twice, or a field and one below it.
pub(super) fn from_filter(matcher: &Matcher, only_id: bool) -> Result<DocumentBuf> {
    let mut found: Vec<(String, Value<'static>)> = Vec::new();
    collect(matcher.root(), &mut found);
    if only_id {
        found.retain(|(path, _)| path == "_id");
    }
    for (at, (path, _)) in found.iter().enumerate() {
        let leads_to = |one: &str, two: &str| {
            two.strip_prefix(one)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let clashes =
            |other: &(String, Value<'_>)| leads_to(&other.0, path) || leads_to(path, &other.0);
        if found[..at].iter().any(clashes) {
            return Err(Error::new(
                codes::NOT_SINGLE_VALUE_FIELD,
                format_args!("cannot infer query fields to set, path '{path}' is matched twice"),
            ));
        }
    }
    // `_id` comes first, whatever the order of the filter.
    sort_by(&mut found, |one, two| {
        (one.0 != "_id").cmp(&(two.0 != "_id"))
    });
    let mut root = Node::Document(Vec::new());
    for (path, value) in found {
        set(&mut root, &path, value);
    }
    Ok(root.into_document())
}

fn collect(condition: &Condition, found: &mut Vec<(String, Value<'static>)>) {
    match condition {
        Condition::And(children) => children.iter().for_each(|child| collect(child, found)),
        Condition::Or(children) if children.len() == 1 => collect(&children[0], found),
        Condition::Field(field) => {
            let value = match field.predicate().shape() {
                Shape::Equal(value) => Some(Value::copy_of(value)),
                Shape::In {
                    values: [only],
                    patterns: [],
                } => Some(only.clone()),
                _ => None,
            };
            if let Some(value) = value {
                found.push((field.path().as_str().to_owned(), value));
            }
        }
        _ => {}
    }
}

/// Sets a path in documents; a number is a field's name.
fn set(node: &mut Node<'_>, path: &str, value: Value<'static>) {
    let Node::Document(fields) = node else { return };
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let Some(rest) = rest else {
        fields.push((first.into(), Node::Closed(value)));
        return;
    };
    let at = fields
        .iter()
        .position(|(field, _)| **field == *first)
        .unwrap_or_else(|| {
            fields.push((first.into(), Node::Document(Vec::new())));
            fields.len() - 1
        });
    set(&mut fields[at].1, rest, value);
}
