//! $project: some of the fields, and computed ones.
//!
//! Source: the manual, "$project (aggregation)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Row};
use crate::projection::{Projection, ProjectionKind};
use crate::value::{DocumentRef, FieldPath, ValueRef};

use super::add_fields::copied;

/// A projection.
pub struct Project {
    projection: Projection,
    /// The top-level fields that are left out, or those that come through as they are.
    fields: Vec<FieldPath>,
    excludes: bool,
    /// Fields that hold what another held.
    from: Vec<(FieldPath, FieldPath)>,
}

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
    let excludes = projection.is_exclusion();
    let body = Project {
        fields: fields(document, excludes),
        from: if excludes { Vec::new() } else { copied(value) },
        projection,
        excludes,
    };
    Ok(PipelineStage::new(name, value, body).into())
}

/// The fields that an exclusion touches, or those that an inclusion lets through.
fn fields(specification: DocumentRef<'_>, excludes: bool) -> Vec<FieldPath> {
    let is_flag = |value: ValueRef<'_>| value.is_number() || matches!(value, ValueRef::Boolean(_));
    let mut fields = Vec::new();
    for (name, value) in specification.iter() {
        let is_meant = match excludes {
            true => name != "_id" || !value.is_truthy(),
            false => !name.contains('.') && value.is_truthy() && is_flag(value),
        };
        if is_meant {
            fields.push(FieldPath::new(name.split('.').next().unwrap_or(name)));
        }
    }
    if !excludes && specification.get("_id").is_none() {
        fields.push(FieldPath::new("_id"));
    }
    fields
}

impl Stage for Project {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running(self.projection.clone())))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        let mut own = Dependencies::new();
        self.projection.dependencies(&mut own);
        // An exclusion lets through what it does not name.
        if own.whole_document {
            found.whole_document = true;
            return Passes::Everything;
        }
        own.paths.iter().for_each(|path| found.add(path));
        Passes::Nothing
    }

    fn only_leaves_out(&self) -> bool {
        let is_whole = |path: &FieldPath| path.len() == 1;
        self.projection.is_simple_exclusion()
            || self.projection.is_simple_inclusion() && {
                let mut included = Dependencies::new();
                self.projection.dependencies(&mut included);
                included.paths.iter().all(is_whole)
            }
    }

    fn shape(&self) -> Shape<'_> {
        let (fields, from) = (self.fields.as_slice(), self.from.as_slice());
        match self.excludes {
            true => Shape::Changes { fields, from },
            false => Shape::Keeps { fields, from },
        }
    }
}

struct Running(Projection);

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let Some(row) = input.next(context)? else {
            return Ok(None);
        };
        let document = self
            .0
            .apply(row.document.as_ref(), &row.document.context(context), None)?;
        Ok(Some(document.into()))
    }
}
