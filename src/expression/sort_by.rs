//! `sortBy` of `$sortArray`, `$top` and their like: fields and directions, and the order of
//! values by them.
//!
//! An array on the way or at the end sorts by its smallest element ascending, by its largest
//! descending; an empty array is below null, and missing is null.

use std::cmp::Ordering;

use super::Scope;
use crate::value::{DocumentRef, FieldPath, ValueRef};

/// Fields and directions.
#[derive(Clone)]
pub struct SortBy(Vec<(FieldPath, bool)>);

impl SortBy {
    /// From paths, each with true for descending.
    pub fn new(fields: Vec<(FieldPath, bool)>) -> SortBy {
        SortBy(fields)
    }

    /// The fields' paths.
    pub fn paths(&self) -> impl Iterator<Item = &FieldPath> {
        self.0.iter().map(|field| &field.0)
    }

    /// The values that decide the place of a document.
    pub fn keys<'v>(&self, document: DocumentRef<'v>, scope: &Scope<'_, '_>) -> Vec<ValueRef<'v>> {
        let field = |field: &(FieldPath, bool)| {
            let (path, descending) = field;
            let mut best = None;
            collect(
                ValueRef::Document(document),
                path.parts(),
                scope,
                *descending,
                &mut best,
            );
            best.unwrap_or(ValueRef::Null)
        };
        self.0.iter().map(field).collect()
    }

    /// The order of two documents by their keys.
    pub fn compare(
        &self,
        one: &[ValueRef<'_>],
        two: &[ValueRef<'_>],
        scope: &Scope<'_, '_>,
    ) -> Ordering {
        for ((one, two), (_, descending)) in one.iter().zip(two).zip(&self.0) {
            let order = scope.compare(Some(*one), Some(*two));
            if order != Ordering::Equal {
                return if *descending { order.reverse() } else { order };
            }
        }
        Ordering::Equal
    }
}

/// Keeps the smallest (or largest) of the values at a path.
fn collect<'v>(
    value: ValueRef<'v>,
    parts: &[Box<str>],
    scope: &Scope<'_, '_>,
    descending: bool,
    best: &mut Option<ValueRef<'v>>,
) {
    let mut offer = |value: ValueRef<'v>| {
        let order = best.map(|best| scope.compare(Some(value), Some(best)));
        let wanted = if descending {
            Ordering::Greater
        } else {
            Ordering::Less
        };
        if order.is_none_or(|order| order == wanted) {
            *best = Some(value);
        }
    };
    let Some((first, rest)) = parts.split_first() else {
        match value {
            // Nothing but MinKey is below the place of an empty array.
            ValueRef::Array(array) if array.is_empty() => offer(ValueRef::Undefined),
            ValueRef::Array(array) => array.iter().for_each(offer),
            other => offer(other),
        }
        return;
    };
    match value {
        ValueRef::Document(document) => match document.get(first) {
            Some(inner) => collect(inner, rest, scope, descending, best),
            None => offer(ValueRef::Null),
        },
        ValueRef::Array(array) => {
            for element in array.iter() {
                if let ValueRef::Document(_) = element {
                    collect(element, parts, scope, descending, best);
                } else {
                    collect(ValueRef::Null, &[], scope, descending, best);
                }
            }
        }
        _ => offer(ValueRef::Null),
    }
}
