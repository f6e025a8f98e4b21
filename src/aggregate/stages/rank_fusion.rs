//! $rankFusion: the documents of several ranked pipelines, by the ranks that they have there.
//!
//! Source: the manual, "$rankFusion". A document's score is the sum of weight / (60 + rank) over the
//! pipelines that it comes out of.

use super::fusion::{Combine, Input, Standing, Standings, check_not_nested, check_selection, read};
use crate::aggregate::registry::Parsed;
use crate::aggregate::{PipelineScope, PipelineStage};
use crate::error::{Error, Result};
use crate::expression::Context;
use crate::value::{DocumentBuf, DocumentWriter, ValueRef};

/// Errors: those of [`read`], 9191100 (a pipeline without order), 9191103 (a stage that does more than
/// choose documents), 10473002 (one that joins results itself).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let fields: (&[&str], &[&str]) = (&["pipelines"], &["weights"]);
    let specification = read(name, value, scope, fields, |pipeline, stages| {
        check_not_nested(pipeline, stages)?;
        if stages.iter().all(|(name, _)| *name != "$sort") {
            return Err(Error::new(
                9_191_100,
                format_args!("the pipeline '{pipeline}' of $rankFusion needs a $sort"),
            ));
        }
        check_selection(pipeline, stages, 9_191_103)
    })?;
    Ok(PipelineStage::new(name, value, specification.into_stage(ByRank)).into())
}

struct ByRank;

impl Combine for ByRank {
    fn scores(&self, inputs: &[Input], found: &[Standings], _: &Context) -> Result<Vec<f64>> {
        let score = |standings: &Standings| {
            let both = inputs.iter().zip(standings);
            both.fold(0.0, |sum, (input, standing)| match standing {
                Some(standing) => sum + input.weight * (1.0 / (60.0 + standing.rank as f64)),
                None => sum,
            })
        };
        Ok(found.iter().map(score).collect())
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append(
            "description",
            "the sum of weight * (1 / (60 + rank)) over the input pipelines that the document comes out of:",
        );
    }

    fn detail(&self, _: usize, standing: Option<Standing>, out: &mut DocumentWriter<'_>) {
        match standing {
            Some(standing) => out.append("rank", standing.rank),
            None => out.append("rank", "NA"),
        }
    }
}
