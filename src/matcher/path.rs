//! How a dotted path finds values in a document: through documents by name, through
//! arrays by each element or by position.
//!
//! Manual: "Query an Array of Embedded Documents". The rules that are easily missed:
//! a plain name never goes through an array directly inside an array; a number is a
//! position in an array and a name in a document, and for an array of documents both;
//! an element that a path names by position is not searched itself; a scalar in an array
//! gives nothing for the rest of a path (not even "missing").

use std::rc::Rc;

use super::{Leaf, Predicate, Run};
use crate::error::Result;
use crate::value::path::array_position;
use crate::value::{ArrayRef, DocumentRef, FieldPath, ValueRef};

/// A path taken apart for matching. Cheap to clone.
#[derive(Clone)]
pub struct Path {
    field: FieldPath,
    steps: Rc<[Step]>,
}

/// One part of a path.
struct Step {
    name: Box<str>,
    /// The part as a position in an array.
    position: Option<u32>,
}

impl Path {
    /// Splits at the dots.
    pub fn new(text: &str) -> Path {
        let step = |part: &str| Step {
            name: part.into(),
            position: array_position(part).map(|position| position as u32),
        };
        Path {
            field: FieldPath::new(text),
            steps: text.split('.').map(step).collect(),
        }
    }

    /// The path of no step: the value that is asked about is the field's value itself.
    pub fn itself() -> Path {
        Path {
            field: FieldPath::new(""),
            steps: Rc::new([]),
        }
    }

    /// The dotted path.
    pub fn field(&self) -> &FieldPath {
        &self.field
    }

    /// True for [`Path::itself`].
    pub fn is_itself(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether a value that the path finds in the document meets the predicate.
    #[inline]
    pub(super) fn any(
        &self,
        document: DocumentRef<'_>,
        predicate: &dyn Predicate,
        run: Run<'_>,
    ) -> Result<bool> {
        in_document(document, &self.steps, predicate, run)
    }

    /// The name of the document's field with which the path begins.
    pub(super) fn first(&self) -> Option<&str> {
        self.steps.first().map(|step| &*step.name)
    }

    /// The same with the field of [`Path::first`] found already.
    #[inline]
    pub(super) fn any_after_first(
        &self,
        found: Option<ValueRef<'_>>,
        predicate: &dyn Predicate,
        run: Run<'_>,
    ) -> Result<bool> {
        match (found, self.steps.get(1..)) {
            (Some(value), Some(rest)) => in_value(value, rest, predicate, run),
            _ => predicate.test(None, run),
        }
    }

    /// The same with the path beginning at a value instead of a document.
    pub(super) fn any_from(
        &self,
        value: ValueRef<'_>,
        predicate: &dyn Predicate,
        run: Run<'_>,
    ) -> Result<bool> {
        in_value(value, &self.steps, predicate, run)
    }
}

fn in_document(
    document: DocumentRef<'_>,
    steps: &[Step],
    predicate: &dyn Predicate,
    run: Run<'_>,
) -> Result<bool> {
    let Some((first, rest)) = steps.split_first() else {
        return predicate.test(Some(ValueRef::Document(document)), run);
    };
    match document.get(&first.name) {
        Some(value) => in_value(value, rest, predicate, run),
        None => predicate.test(None, run),
    }
}

#[inline]
fn in_value(
    value: ValueRef<'_>,
    rest: &[Step],
    predicate: &dyn Predicate,
    run: Run<'_>,
) -> Result<bool> {
    match value {
        ValueRef::Array(array) if rest.is_empty() => match predicate.leaf() {
            Leaf::Whole => predicate.test(Some(value), run),
            Leaf::Elements => in_leaf_array(array, predicate, run),
        },
        ValueRef::Array(array) => in_array(array, rest, predicate, run),
        _ if rest.is_empty() => predicate.test(Some(value), run),
        ValueRef::Document(inner) => in_document(inner, rest, predicate, run),
        _ => predicate.test(None, run),
    }
}

fn in_leaf_array(array: ArrayRef<'_>, predicate: &dyn Predicate, run: Run<'_>) -> Result<bool> {
    for (index, element) in array.iter().enumerate() {
        if predicate.test(Some(element), run)? {
            run.record(index as u32);
            return Ok(true);
        }
    }
    predicate.test(Some(ValueRef::Array(array)), run)
}

fn in_array(
    array: ArrayRef<'_>,
    rest: &[Step],
    predicate: &dyn Predicate,
    run: Run<'_>,
) -> Result<bool> {
    let Some((first, after)) = rest.split_first() else {
        return Ok(false);
    };
    for (index, element) in array.iter().enumerate() {
        let index = index as u32;
        let mut matched = match element {
            ValueRef::Document(inner) => in_document(inner, rest, predicate, run)?,
            _ => false,
        };
        if !matched && first.position == Some(index) {
            matched = match element {
                _ if after.is_empty() => predicate.test(Some(element), run)?,
                ValueRef::Document(inner) => in_document(inner, after, predicate, run)?,
                ValueRef::Array(inner) => in_array(inner, after, predicate, run)?,
                _ => false,
            };
        }
        if matched {
            run.record(index);
            return Ok(true);
        }
    }
    Ok(false)
}
