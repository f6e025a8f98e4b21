//! `$set`: gives a field a value.
//!
//! Manual: "$set".

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::Result;
use crate::expression::ParseScope;
use crate::value::{Value, ValueRef};

struct Set(Value<'static>);

/// Takes any value.
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    _path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    Ok(Box::new(Set(Value::copy_of(operand))))
}

impl Operator for Set {
    fn apply(&self, _found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        Ok(Outcome::Set(self.0.clone()))
    }
}
