//! A pipeline: its stages in order, and what becomes of the result.

use std::rc::Rc;

use super::registry::{self, Parsed, Position};
use super::{Output, PipelineScope, PipelineStage, Place, rewrites};
use crate::catalog::Namespace;
use crate::error::{Error, Result, codes};
use crate::expression::metadata_unavailable;
use crate::limits;
use crate::plan::Metadata;
use crate::value::{ArrayRef, DocumentRef, ValueRef};

/// A parsed pipeline. Cheap to clone.
#[derive(Clone, Default)]
pub struct Pipeline {
    stages: Rc<Vec<PipelineStage>>,
    /// What it asks for beside the fields of documents.
    metadata: Metadata,
    output: Option<Rc<Output>>,
}

impl Pipeline {
    /// Parses a pipeline.
    ///
    /// Errors: 7749501 for more than 1000 stages, `TypeMismatch` (14) for a stage that is no
    /// document, 40323 for one without exactly one field, 40324 for an unknown one, those of
    /// positions, `InvalidNamespace` (73) where a collection is missing, and those of the stages.
    pub fn parse(stages: ArrayRef<'_>, scope: &PipelineScope<'_>) -> Result<Pipeline> {
        let count = stages.count();
        if count > limits::PIPELINE_STAGES_MAX {
            return Err(Error::new(
                7749501,
                format_args!(
                    "Pipeline length must be no longer than {} stages",
                    limits::PIPELINE_STAGES_MAX
                ),
            ));
        }
        let mut parsed = Vec::with_capacity(count);
        let mut output = None;
        let mut rows = Vec::with_capacity(count);
        for value in stages.iter() {
            let (name, specification) = only_field(value)?;
            let row = registry::find(name)?;
            row.check_namespace(scope)?;
            rows.push(row);
            match (row.parse)(row.name, specification, scope)? {
                Parsed::Stages(stages) => parsed.extend(stages),
                Parsed::Output(found) => output = Some(Rc::new(found)),
            }
        }
        let needs_collection = rows
            .first()
            .is_none_or(|row| row.position != Position::FirstWithoutCollection);
        if scope.place == Place::Command && !scope.has_collection && needs_collection {
            return Err(Error::new(
                codes::INVALID_NAMESPACE,
                "{aggregate: 1} is not valid for a pipeline that does not begin with a stage that needs no collection",
            ));
        }
        for (at, row) in rows.into_iter().enumerate() {
            row.check_position(at == 0, at + 1 == count, scope)?;
        }
        Ok(Pipeline {
            stages: Rc::new(parsed),
            metadata: Metadata::asked_by(stages.as_document()),
            output,
        })
    }

    /// The stages.
    pub fn stages(&self) -> &[PipelineStage] {
        &self.stages
    }

    /// Where the result goes, if it is not returned.
    pub fn output(&self) -> Option<&Rc<Output>> {
        self.output.as_ref()
    }

    /// What it asks for beside the fields of documents.
    pub fn metadata(&self) -> Metadata {
        self.metadata
    }

    /// Checks that a stage asks only for scores that one before it gives. Pipelines inside of others
    /// are for those to check.
    ///
    /// Errors: 40218.
    pub fn check_metadata(&self) -> Result<()> {
        let mut given = Metadata::INDEX_KEY
            .and(Metadata::RECORD_ID)
            .and(Metadata::SORT_KEY);
        if self.metadata.missing_in(given).is_none() {
            return Ok(());
        }
        for stage in self.stages.iter() {
            let source = stage.source.as_ref().as_ref();
            let specification = source.get(stage.name).and_then(|value| value.as_document());
            let flag =
                |name| specification.and_then(|it| it.get(name)) == Some(ValueRef::Boolean(true));
            match stage.name {
                "$rankFusion" | "$scoreFusion" | "$score" => {
                    given = given.and(Metadata::SCORE);
                    if flag("scoreDetails") {
                        given = given.and(Metadata::SCORE_DETAILS);
                    }
                }
                "$facet" | "$lookup" | "$unionWith" => {}
                _ => {
                    if let Some(name) = Metadata::asked_by(source).missing_in(given) {
                        return Err(metadata_unavailable(name));
                    }
                }
            }
        }
        Ok(())
    }

    /// True without stages.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// Puts another pipeline behind this one.
    pub fn extend(&mut self, next: Pipeline) {
        self.output = next.output;
        self.metadata = self.metadata.and(next.metadata);
        if self.stages.is_empty() {
            self.stages = next.stages;
        } else {
            Rc::make_mut(&mut self.stages).extend(next.stages.iter().cloned());
        }
    }

    /// The pipeline behind one more stage.
    #[must_use]
    pub fn behind(&self, first: PipelineStage) -> Pipeline {
        let mut stages = vec![first];
        stages.extend(self.stages.iter().cloned());
        Pipeline {
            stages: Rc::new(stages),
            ..self.clone()
        }
    }

    /// The pipeline before one more stage.
    #[must_use]
    pub fn before(&self, last: PipelineStage) -> Pipeline {
        let mut pipeline = self.clone();
        Rc::make_mut(&mut pipeline.stages).push(last);
        pipeline
    }

    /// The pipeline rewritten by some of the rules.
    #[cfg(test)]
    pub(crate) fn rewritten_by(mut self, is_on: impl Fn(&super::Rewrite) -> bool) -> Result<Self> {
        rewrites::rewrite_by(Rc::make_mut(&mut self.stages), is_on)?;
        Ok(self)
    }

    /// The pipeline rewritten into a cheaper one with the same result.
    pub fn rewritten(mut self) -> Result<Pipeline> {
        rewrites::rewrite(Rc::make_mut(&mut self.stages))?;
        Ok(self)
    }
}

fn only_field(stage: ValueRef<'_>) -> Result<(&str, ValueRef<'_>)> {
    let ValueRef::Document(stage) = stage else {
        return Err(Error::type_mismatch(
            "Each element of the 'pipeline' array must be an object",
        ));
    };
    match stage.first() {
        Some(first) if stage.count() == 1 => Ok((first.name, first.value())),
        _ => Err(Error::new(
            40323,
            "A pipeline stage specification object must contain exactly one field.",
        )),
    }
}

/// True if the pipeline's first stage makes documents of its own, so that it needs no collection.
pub fn needs_no_collection(stages: ArrayRef<'_>) -> bool {
    let first = stages.iter().next().and_then(|stage| stage.as_document());
    first
        .and_then(DocumentRef::first)
        .and_then(|first| registry::find(first.name).ok())
        .is_some_and(|stage| stage.position == Position::FirstWithoutCollection)
}

/// The name that `aggregate: 1` gives to what a pipeline runs on.
pub fn collectionless_namespace(database: &str) -> Namespace {
    Namespace::new(database, "$cmd.aggregate")
}
