//! What a condition on one value is: it tests values and shows the planner its shape.

use std::cell::Cell;

use super::{KindSet, Node};
use crate::error::Result;
use crate::expression::Context;
use crate::regex::Regex;
use crate::value::{Value, ValueRef};

/// A condition on the value of a field.
pub trait Predicate {
    /// Whether the value meets the condition. `None` is a missing field.
    fn test(&self, value: Option<ValueRef<'_>>, run: Run<'_>) -> Result<bool>;

    /// Whether the elements of an array are tested too, or the array alone.
    fn leaf(&self) -> Leaf {
        Leaf::Elements
    }

    /// What the planner can know about it.
    fn shape(&self) -> Shape<'_> {
        Shape::Other
    }

    /// What one test costs, roughly; conditions that are joined by "and" are asked in
    /// this order.
    fn cost(&self) -> u32 {
        1
    }
}

/// How a condition looks at a field that holds an array.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// At each element, then at the array itself.
    Elements,
    /// Only at the array itself.
    Whole,
}

/// A condition as the planner reads it.
pub enum Shape<'n> {
    /// `$eq`. Null means null or missing.
    Equal(ValueRef<'n>),
    Less(ValueRef<'n>),
    LessOrEqual(ValueRef<'n>),
    Greater(ValueRef<'n>),
    GreaterOrEqual(ValueRef<'n>),
    /// `$in`: the values in MongoDB's order, without duplicates, and the patterns.
    In {
        values: &'n [Value<'static>],
        patterns: &'n [Regex],
    },
    /// The field is there (`$exists: false` is [`Node::Not`] around it).
    Exists,
    /// A string (or an element that is a string) that the pattern matches.
    Pattern(&'n Regex),
    /// `$type`.
    Kinds(KindSet),
    /// `$size`.
    Size(u32),
    /// `$elemMatch` with conditions on the fields of the elements.
    ElementDocument(&'n Node),
    /// `$elemMatch` with conditions on the elements themselves.
    ElementValue(&'n Node),
    /// Only numbers meet it.
    Number,
    /// Anything else.
    Other,
}

/// What one question carries through the tree. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Run<'c> {
    pub context: &'c Context,
    position: Option<&'c Cell<Option<u32>>>,
}

impl<'c> Run<'c> {
    /// A question for yes or no.
    #[inline]
    pub fn new(context: &'c Context) -> Run<'c> {
        Run {
            context,
            position: None,
        }
    }

    /// A question that also wants the position of the element that matched.
    pub(super) fn recording(context: &'c Context, position: &'c Cell<Option<u32>>) -> Run<'c> {
        Run {
            context,
            position: Some(position),
        }
    }

    /// The same question, inside something whose position does not count.
    #[inline]
    pub(super) fn silent(self) -> Run<'c> {
        Run {
            context: self.context,
            position: None,
        }
    }

    /// Whether a position is wanted.
    #[inline]
    pub(super) fn is_recording(self) -> bool {
        self.position.is_some()
    }

    /// Notes the position of the element that matched; what is noted last counts.
    #[inline]
    pub(super) fn record(self, index: u32) {
        if let Some(position) = self.position {
            position.set(Some(index));
        }
    }
}

/// What a match knows beyond yes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct MatchDetails {
    /// The position of the array element that the filter matched, for the positional
    /// `$`; `None` when no array was involved.
    pub array_index: Option<u32>,
}
