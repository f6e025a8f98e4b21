//! PROJECTION: what a find gives of each document.

use std::rc::Rc;

use super::Row;
use super::stream::{BoxStream, Statistics, Stream, note};
use crate::error::Result;
use crate::expression::Context;
use crate::matcher::Matcher;
use crate::projection::Projection;
use crate::value::{DocumentBuf, Kind};

/// Applies a projection.
pub struct ProjectionNode {
    input: BoxStream,
    projection: Rc<Projection>,
    /// For the positional `$`: which array element the filter matched.
    matcher: Option<Matcher>,
    specification: DocumentBuf,
    covered: bool,
    statistics: Statistics,
}

impl ProjectionNode {
    /// `matcher` is the query's, if the projection needs to know what it matched; `covered` says
    /// that an index gave all there is to see.
    pub fn new(
        input: BoxStream,
        projection: Rc<Projection>,
        matcher: Option<Matcher>,
        specification: DocumentBuf,
        covered: bool,
    ) -> ProjectionNode {
        let statistics = Statistics::default();
        ProjectionNode {
            input,
            projection,
            matcher,
            specification,
            covered,
            statistics,
        }
    }
}

impl Stream for ProjectionNode {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = match self.input.next(context)? {
            None => None,
            Some(row) => {
                let document = row.document.as_ref();
                let details = match &self.matcher {
                    Some(matcher) => matcher.matches_with_position(document, context)?,
                    None => None,
                };
                let context = &*row.document.context(context);
                let document = self.projection.apply(document, context, details.as_ref())?;
                Some(Row {
                    document: document.into(),
                    record: row.record,
                })
            }
        };
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        // Simple: whole top-level fields are kept or left out.
        let mut fields = self.specification.as_ref().iter();
        let is_simple = fields.all(|(name, value)| {
            let is_flag = value.kind().is_number() || value.kind() == Kind::Boolean;
            is_flag && !name.contains('.')
        });
        let stage = match is_simple {
            true if self.covered => "PROJECTION_COVERED",
            true => "PROJECTION_SIMPLE",
            false => "PROJECTION_DEFAULT",
        };
        out.append("stage", stage);
        out.append("transformBy", &self.specification);
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
    }
}
