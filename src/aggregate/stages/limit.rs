//! $limit: the first documents.
//!
//! Source: the manual, "$limit (aggregation stage)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Row};
use crate::value::ValueRef;

/// At most so many.
pub struct Limit(u64);

/// Errors: 5107201 for what is no whole number from zero, 15958 for zero.
pub fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    _scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    match whole_number(value) {
        Some(0) => Err(Error::new(15958, "the limit must be positive")),
        Some(limit) => Ok(stage(name, limit).into()),
        None => Err(Error::new(
            5107201,
            format_args!("invalid argument to $limit stage: {value} is no whole number from 1"),
        )),
    }
}

/// A `$limit`.
pub fn stage(name: &'static str, limit: u64) -> PipelineStage {
    PipelineStage::new(name, limit as i64, Limit(limit))
}

/// A number without fraction that is not negative.
pub(super) fn whole_number(value: ValueRef<'_>) -> Option<u64> {
    value
        .to_i64_exact()
        .and_then(|number| u64::try_from(number).ok())
}

impl Stage for Limit {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running { left: self.0 }))
    }

    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Limit(self.0)
    }
}

struct Running {
    left: u64,
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        if self.left == 0 {
            return Ok(None);
        }
        let row = input.next(context)?;
        self.left -= 1;
        Ok(row)
    }
}
