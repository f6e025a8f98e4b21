//! $skip: all but the first documents.
//!
//! Source: the manual, "$skip (aggregation stage)".

use super::limit::whole_number;
use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Row};
use crate::value::ValueRef;

/// So many are left out.
pub struct Skip(u64);

/// Errors: 5107200 for what is no whole number from zero.
pub fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    _scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    match whole_number(value) {
        Some(skip) => Ok(stage(name, skip).into()),
        None => Err(Error::new(
            5107200,
            format_args!("invalid argument to $skip stage: {value} is no whole number from 0"),
        )),
    }
}

/// A `$skip`.
pub fn stage(name: &'static str, skip: u64) -> PipelineStage {
    PipelineStage::new(name, skip as i64, Skip(skip))
}

impl Stage for Skip {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running { left: self.0 }))
    }

    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Skip(self.0)
    }
}

struct Running {
    left: u64,
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        while self.left > 0 {
            if input.next(context)?.is_none() {
                self.left = 0;
                return Ok(None);
            }
            self.left -= 1;
        }
        input.next(context)
    }
}
