//! $scoreFusion: the documents of several scored pipelines, by the scores that they have there.
//!
//! Source: the manual, "$scoreFusion".

use super::fusion::{
    Combine, Input, Standing, Standings, check_not_nested, check_selection, field, missing, read,
};
use super::score::Normalization;
use crate::aggregate::registry::Parsed;
use crate::aggregate::{PipelineScope, PipelineStage};
use crate::error::{Error, Result};
use crate::expression::{Context, Expression, Scope};
use crate::value::{DocumentBuf, DocumentRef, DocumentWriter, Kind, Value, ValueRef};

/// Errors: those of [`read`], `BadValue` (2: another normalization or method), 9402500 (a pipeline
/// without scores), 9402502 (a stage that does more than choose documents), 10473002 (one that joins
/// results itself), 10017300 (an expression that the method does not use, or none that it needs),
/// 10017301 (weights beside an expression).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let fields: (&[&str], &[&str]) = (
        &["pipelines", "normalization"],
        &["weights", "method", "expression"],
    );
    let specification = read(name, value, scope, fields, |pipeline, stages| {
        check_not_nested(pipeline, stages)?;
        if stages.iter().all(|(name, _)| *name != "$score") {
            return Err(Error::new(
                9_402_500,
                format_args!("the pipeline '{pipeline}' of $scoreFusion needs a $score"),
            ));
        }
        check_selection(pipeline, stages, 9_402_502)
    })?;
    let normalization = Normalization::read(name, specification.input)?
        .ok_or_else(|| missing("$scoreFusion.input", "normalization"))?;
    let combination = specification.combination;
    let method = field(name, combination, "method", Kind::String)?;
    let expression = combination.get("expression");
    let expression = match (method.and_then(|method| method.as_str()), expression) {
        (None | Some("avg"), None) => None,
        (Some("expression"), Some(expression)) => {
            if combination.get("weights").is_some() {
                let message = "$scoreFusion takes weights or an expression, not both";
                return Err(Error::new(10_017_301, message));
            }
            let names = specification.inputs.iter().map(|input| &*input.name);
            let scope = names.fold(scope.variables.clone(), |scope, name| scope.with(name));
            Some(Expression::parse(expression, &scope)?)
        }
        (None | Some("avg" | "expression"), _) => {
            let message = "$scoreFusion takes an expression with the method 'expression' only";
            return Err(Error::new(10_017_300, message));
        }
        (Some(other), _) => {
            return Err(Error::bad_value(format_args!(
                "'{other}' is no method of {name}: 'avg', 'expression'"
            )));
        }
    };
    let combine = ByScore {
        normalization,
        expression,
    };
    Ok(PipelineStage::new(name, value, specification.into_stage(combine)).into())
}

struct ByScore {
    normalization: Normalization,
    /// `None` for the mean.
    expression: Option<Expression>,
}

impl Combine for ByScore {
    fn scores(&self, inputs: &[Input], found: &[Standings], context: &Context) -> Result<Vec<f64>> {
        let columns = inputs.iter().enumerate().map(|(at, input)| {
            let raw = found
                .iter()
                .map(|standings| standings[at].map(|it| it.score));
            let mut column = self.normalization.of_all(raw.collect());
            column.iter_mut().for_each(|score| *score *= input.weight);
            column
        });
        let columns: Vec<Vec<f64>> = columns.collect();
        let score = |row: usize| {
            let own = columns.iter().map(|column| column[row]);
            let Some(expression) = &self.expression else {
                return Ok(own.fold(0.0, |sum, score| sum + score) / inputs.len() as f64);
            };
            let context = inputs
                .iter()
                .zip(own)
                .fold(context.clone(), |context, (input, score)| {
                    context.with_variable(&*input.name, Value::from(score))
                });
            let value = expression.evaluate(&Scope::new(DocumentRef::EMPTY, &context))?;
            let number = value.and_then(|value| value.as_ref().to_f64());
            number.ok_or_else(|| Error::type_mismatch("the score of $scoreFusion must be a number"))
        };
        (0..found.len()).map(score).collect()
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append(
            "description",
            "the scores of the input pipelines that the document comes out of, combined:",
        );
        out.append("normalization", self.normalization.name());
        out.append_document("combination", |out| {
            let method = match self.expression {
                None => "average",
                Some(_) => "custom expression",
            };
            out.append("method", method);
        });
    }

    fn detail(&self, _: usize, standing: Option<Standing>, out: &mut DocumentWriter<'_>) {
        match standing {
            Some(standing) => out.append("inputPipelineRawScore", standing.score),
            None => out.append("inputPipelineRawScore", "NA"),
        }
    }
}
