//! $match: the documents that pass a filter.
//!
//! Source: the manual, "$match (aggregation stage)".

use std::rc::Rc;

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies, ParseScope};
use crate::matcher::Matcher;
use crate::plan::{BoxStream, Filter, Row, Sink, drain};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// A filter, and the variables it was parsed with.
pub struct Match {
    filter: Filter,
    scope: ParseScope,
}

/// Errors: 15959 for what is no document, those of filters.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(filter) = value else {
        return Err(Error::new(
            15959,
            "the match filter must be an expression in an object",
        ));
    };
    Ok(stage(name, filter, &scope.variables)?.into())
}

/// A `$match` with this filter.
pub fn stage(
    name: &'static str,
    filter: DocumentRef<'_>,
    scope: &ParseScope,
) -> Result<PipelineStage> {
    let matcher = Matcher::parse(filter, scope)?;
    let body = Match {
        filter: Filter::new(matcher, Rc::new(DocumentBuf::from(filter))),
        scope: scope.clone(),
    };
    Ok(PipelineStage::new(name, filter, body))
}

impl Stage for Match {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running(self.filter.clone())))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        self.filter.matcher().dependencies(found);
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Match {
            filter: &self.filter,
            scope: &self.scope,
        }
    }
}

struct Running(Filter);

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        while let Some(row) = input.next(context)? {
            if self
                .0
                .matches(row.document.as_ref(), &row.document.context(context))?
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn try_drain(
        &mut self,
        input: &mut BoxStream,
        context: &Context,
        sink: &mut Sink<'_>,
    ) -> Result<bool> {
        drain(input.as_mut(), context, &mut |document| {
            let own = document.context(context);
            if self.0.matches(document.as_ref(), &own)? {
                sink(document)?;
            }
            Ok(())
        })?;
        Ok(true)
    }
}
