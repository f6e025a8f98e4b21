//! `$min` and `$max`: set the field if the operand is smaller or larger, in MongoDB's order.
//!
//! Manual: "$min", "$max".

use std::cmp::Ordering;

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::Result;
use crate::expression::ParseScope;
use crate::value::{Value, ValueRef, compare};

struct MinMax {
    operand: Value<'static>,
    wins: Ordering,
}

pub(in crate::update) fn parse_min(
    operand: ValueRef<'_>,
    _path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    Ok(Box::new(MinMax {
        operand: Value::copy_of(operand),
        wins: Ordering::Less,
    }))
}

pub(in crate::update) fn parse_max(
    operand: ValueRef<'_>,
    _path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    Ok(Box::new(MinMax {
        operand: Value::copy_of(operand),
        wins: Ordering::Greater,
    }))
}

impl Operator for MinMax {
    fn apply(&self, found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        let wins = found.is_none_or(|found| compare(self.operand.as_ref(), found) == self.wins);
        Ok(if wins {
            Outcome::Set(self.operand.clone())
        } else {
            Outcome::Keep
        })
    }
}
