//! $unset: all but some fields.
//!
//! Source: the manual, "$unset (aggregation)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::Result;
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Row};
use crate::projection::Unset;
use crate::value::{FieldPath, ValueRef};

/// Fields to take away.
pub struct Without {
    fields: Unset,
    /// The top-level fields that it changes.
    changes: Vec<FieldPath>,
}

/// Errors: see [`Unset::parse`].
pub fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    _scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let fields = Unset::parse(value)?;
    let changes = fields.names().map(FieldPath::new).collect();
    Ok(PipelineStage::new(name, value, Without { fields, changes }).into())
}

impl Stage for Without {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running(self.fields.clone())))
    }

    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Everything
    }

    fn only_leaves_out(&self) -> bool {
        true
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Changes {
            fields: &self.changes,
            from: &[],
        }
    }
}

struct Running(Unset);

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let Some(row) = input.next(context)? else {
            return Ok(None);
        };
        Ok(Some(self.0.apply(row.document.as_ref(), context)?.into()))
    }
}
