//! $addFields and $set: computed fields beside those that are there.
//!
//! Source: the manual, "$addFields (aggregation)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::Result;
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Row};
use crate::projection::AddFields;
use crate::value::{FieldPath, ValueRef};

/// Computed fields.
pub struct Set {
    fields: AddFields,
    /// The top-level fields that it changes.
    changes: Vec<FieldPath>,
    /// Those that hold what another field held.
    from: Vec<(FieldPath, FieldPath)>,
}

/// Errors: see [`AddFields::parse`].
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let fields = AddFields::parse(value, &scope.variables)?;
    let changes = fields.names().map(FieldPath::new).collect();
    let from = copied(value);
    let body = Set {
        fields,
        changes,
        from,
    };
    Ok(PipelineStage::new(name, value, body).into())
}

/// The fields of a specification that are copies of another: new and old names, both of top-level
/// fields.
pub(super) fn copied(specification: ValueRef<'_>) -> Vec<(FieldPath, FieldPath)> {
    let fields = specification.as_document().into_iter();
    let copied = |(name, value): (&str, ValueRef<'_>)| {
        let old = value.as_str()?.strip_prefix('$')?;
        let is_plain = |name: &str| !name.is_empty() && !name.contains(['.', '$']);
        (is_plain(name) && is_plain(old)).then(|| (FieldPath::new(name), FieldPath::new(old)))
    };
    fields
        .flat_map(|fields| fields.iter())
        .filter_map(copied)
        .collect()
}

impl Stage for Set {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running(self.fields.clone())))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        let reads = self.fields.reads();
        found.whole_document |= reads.whole_document;
        reads.paths.iter().for_each(|path| found.add(path));
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Changes {
            fields: &self.changes,
            from: &self.from,
        }
    }
}

struct Running(AddFields);

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let Some(row) = input.next(context)? else {
            return Ok(None);
        };
        Ok(Some(
            self.0
                .apply(row.document.as_ref(), &row.document.context(context))?
                .into(),
        ))
    }
}
