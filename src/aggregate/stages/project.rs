//! $project: some of the fields, and computed ones.
//!
//! Source: the manual, "$project (aggregation)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Row};
use crate::projection::{Projection, ProjectionKind};
use crate::value::ValueRef;

/// A projection.
pub struct Project(Projection);

/// Errors: 15969 (no document), 51272 (empty), those of projections.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            15969,
            "$project specification must be an object",
        ));
    };
    if document.is_empty() {
        return Err(Error::new(
            51272,
            "projection specification must have at least one field",
        ));
    }
    let projection = Projection::parse(document, &scope.variables, ProjectionKind::Aggregate)?;
    Ok(PipelineStage::new(name, value, Project(projection)).into())
}

impl Stage for Project {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running(self.0.clone())))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        let mut own = Dependencies::new();
        self.0.dependencies(&mut own);
        // An exclusion lets through what it does not name.
        if own.whole_document {
            found.whole_document = true;
            return Passes::Everything;
        }
        own.paths.iter().for_each(|path| found.add(path));
        Passes::Nothing
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Maps
    }
}

struct Running(Projection);

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let Some(row) = input.next(context)? else {
            return Ok(None);
        };
        let document = self.0.apply(row.document.as_ref(), context, None)?;
        Ok(Some(document.into()))
    }
}
