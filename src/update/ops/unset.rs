//! `$unset`: takes a field away; an element of an array becomes null.
//!
//! Manual: "$unset".

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::Result;
use crate::expression::ParseScope;
use crate::value::ValueRef;

struct Unset;

/// Takes any value, which says nothing.
pub(in crate::update) fn parse(
    _operand: ValueRef<'_>,
    _path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    Ok(Box::new(Unset))
}

impl Operator for Unset {
    fn apply(&self, _found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        Ok(Outcome::Remove)
    }

    fn creates(&self) -> bool {
        false
    }
}
