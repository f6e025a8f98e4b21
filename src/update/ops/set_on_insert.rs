//! `$setOnInsert`: gives a field a value if an upsert inserts.
//!
//! Manual: "$setOnInsert".

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::Result;
use crate::expression::ParseScope;
use crate::value::{Value, ValueRef};

struct SetOnInsert(Value<'static>);

/// Takes any value.
pub(in crate::update) fn parse(
    operand: ValueRef<'_>,
    _path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    Ok(Box::new(SetOnInsert(Value::copy_of(operand))))
}

impl Operator for SetOnInsert {
    fn apply(&self, _found: Option<ValueRef<'_>>, run: &Run<'_>) -> Result<Outcome> {
        Ok(if run.is_insert {
            Outcome::Set(self.0.clone())
        } else {
            Outcome::Keep
        })
    }
}
