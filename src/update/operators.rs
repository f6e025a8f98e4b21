//! Which update operators there are: one line each.

use super::{Run, ops};
use crate::error::Result;
use crate::expression::ParseScope;
use crate::value::{Value, ValueRef};

/// What an operator makes of a field.
pub enum Outcome {
    /// It stays as it is.
    Keep,
    Set(Value<'static>),
    /// It goes; an element of an array becomes null.
    Remove,
}

/// An operator with its operand, applied to the value of one field.
pub trait Operator {
    /// What becomes of the value; `None` is a missing field.
    fn apply(&self, found: Option<ValueRef<'_>>, run: &Run<'_>) -> Result<Outcome>;

    /// Whether a missing field, and the documents that lead to it, are created. Operators that only
    /// take away leave a path that leads nowhere alone.
    fn creates(&self) -> bool {
        true
    }
}

/// An operator's parser: from the operand for one path.
pub type Parse = fn(ValueRef<'_>, path: &str, &ParseScope) -> Result<Box<dyn Operator>>;

/// An operator by name.
pub struct Registration {
    pub name: &'static str,
    pub parse: Parse,
}

const fn operator(name: &'static str, parse: Parse) -> Registration {
    Registration { name, parse }
}

/// Every operator on single fields. (`$rename`, which takes two, has its own place in `action`.)
pub static OPERATORS: &[Registration] = &[
    operator("$addToSet", ops::add_to_set::parse),
    operator("$bit", ops::bit::parse),
    operator("$currentDate", ops::current_date::parse),
    operator("$inc", ops::arithmetic::parse_inc),
    operator("$max", ops::min_max::parse_max),
    operator("$min", ops::min_max::parse_min),
    operator("$mul", ops::arithmetic::parse_mul),
    operator("$pop", ops::pop::parse),
    operator("$pull", ops::pull::parse),
    operator("$pullAll", ops::pull_all::parse),
    operator("$push", ops::push::parse),
    operator("$set", ops::set::parse),
    operator("$setOnInsert", ops::set_on_insert::parse),
    operator("$unset", ops::unset::parse),
];
