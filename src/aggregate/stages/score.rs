//! $score: gives each document a score, which `$meta` shows and `$scoreFusion` joins by.
//!
//! Source: the manual, "$score".

use std::rc::Rc;

use super::fusion::{field, missing};
use super::listed::check_fields;
use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Stage};
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies, Expression, Scope};
use crate::limits;
use crate::plan::{BoxStream, Document, Row};
use crate::value::{DocumentBuf, DocumentRef, Kind, ValueRef};

/// How scores are brought between 0 and 1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Normalization {
    None,
    Sigmoid,
    MinMaxScaler,
}

const NORMALIZATIONS: [(&str, Normalization); 3] = [
    ("none", Normalization::None),
    ("sigmoid", Normalization::Sigmoid),
    ("minMaxScaler", Normalization::MinMaxScaler),
];

impl Normalization {
    /// The field `normalization`.
    ///
    /// Errors: `TypeMismatch` (14), `BadValue` (2).
    pub(super) fn read(stage: &str, document: DocumentRef<'_>) -> Result<Option<Normalization>> {
        let Some(found) = field(stage, document, "normalization", Kind::String)? else {
            return Ok(None);
        };
        let known = NORMALIZATIONS.iter();
        match known.into_iter().find(|row| found.as_str() == Some(row.0)) {
            Some(row) => Ok(Some(row.1)),
            None => Err(Error::bad_value(format_args!(
                "{found} is no normalization of {stage}: 'none', 'sigmoid', 'minMaxScaler'"
            ))),
        }
    }

    pub(super) fn name(self) -> &'static str {
        NORMALIZATIONS
            .iter()
            .find(|row| row.1 == self)
            .map_or("", |row| row.0)
    }

    /// All scores of a kind; where there is none it counts as 0.
    pub(super) fn of_all(self, scores: Vec<Option<f64>>) -> Vec<f64> {
        let given = || scores.iter().flatten();
        let low = given().fold(f64::INFINITY, |low, score| low.min(*score));
        let high = given().fold(f64::NEG_INFINITY, |high, score| high.max(*score));
        let one = |score: &Option<f64>| match (self, score) {
            (_, None) => 0.0,
            (Normalization::None, Some(score)) => *score,
            (Normalization::Sigmoid, Some(score)) => 1.0 / (1.0 + (-score).exp()),
            (Normalization::MinMaxScaler, Some(_)) if high <= low => 0.0,
            (Normalization::MinMaxScaler, Some(score)) => (score - low) / (high - low),
        };
        scores.iter().map(one).collect()
    }
}

/// What a `$score` is made of. Cheap to clone.
#[derive(Clone)]
struct Score {
    expression: Expression,
    /// The expression as it was written.
    text: Rc<str>,
    normalization: Normalization,
    weight: f64,
    with_details: bool,
}

/// Errors: `FailedToParse` (9: no object), 40414, 40415, `TypeMismatch` (14), `BadValue` (2: another
/// normalization, or a weight that is not from 0 to 1).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::failed_to_parse(format_args!(
            "The {name} stage specification must be an object, found {alias}"
        )));
    };
    let known = ["score", "normalization", "weight", "scoreDetails"];
    check_fields(name, document, &known)?;
    let score = document
        .get("score")
        .ok_or_else(|| missing(name, "score"))?;
    let weight = match document.get("weight") {
        None | Some(ValueRef::Null) => 1.0,
        Some(weight) => weight.to_f64().ok_or_else(|| {
            Error::type_mismatch(format_args!("BSON field '{name}.weight' must be a number"))
        })?,
    };
    if !(0.0..=1.0).contains(&weight) {
        return Err(Error::bad_value(format_args!(
            "BSON field '{name}.weight' must be from 0 to 1"
        )));
    }
    let details = field(name, document, "scoreDetails", Kind::Boolean)?;
    let body = Score {
        expression: Expression::parse(score, &scope.variables)?,
        text: score.to_string().into(),
        normalization: Normalization::read(name, document)?.unwrap_or(Normalization::None),
        weight,
        with_details: details.is_some_and(|flag| flag.is_truthy()),
    };
    Ok(PipelineStage::new(name, value, body).into())
}

impl Score {
    fn raw(&self, document: &Document, context: &Context) -> Result<f64> {
        let context = document.context(context);
        let value = self
            .expression
            .evaluate(&Scope::new(document.as_ref(), &context))?;
        let number = value.and_then(|value| value.as_ref().to_f64());
        number.ok_or_else(|| Error::type_mismatch("the score of $score must be a number"))
    }

    fn scored(&self, document: Document, raw: f64, normalized: f64) -> Row {
        let score = normalized * self.weight;
        let mut metadata = DocumentBuf::new();
        metadata.append("score", score);
        if self.with_details {
            metadata.append_document("scoreDetails", |out| {
                out.append("value", score);
                out.append("description", "the score, normalized, times the weight:");
                out.append("rawScore", raw);
                out.append("normalization", self.normalization.name());
                out.append("weight", self.weight);
                out.append("expression", &*self.text);
                out.array("details");
            });
        }
        document.knowing(metadata).into()
    }
}

impl Stage for Score {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            score: self.clone(),
            rows: Vec::new(),
            bytes: 0,
            ready: None,
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        self.expression.dependencies(found);
        Passes::Everything
    }
}

struct Running {
    score: Score,
    /// What was read, where the normalization needs to know all scores.
    rows: Vec<(Document, f64)>,
    bytes: usize,
    ready: Option<std::vec::IntoIter<Row>>,
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        if let Some(ready) = &mut self.ready {
            return Ok(ready.next());
        }
        let normalization = self.score.normalization;
        while let Some(row) = input.next(context)? {
            let raw = self.score.raw(&row.document, context)?;
            if normalization != Normalization::MinMaxScaler {
                let normalized = normalization.of_all(vec![Some(raw)]);
                let normalized = normalized.first().copied().unwrap_or(raw);
                return Ok(Some(self.score.scored(row.document, raw, normalized)));
            }
            self.bytes += row.document.owned_bytes() + size_of::<(Document, f64)>();
            if self.bytes > limits::STAGE_MEMORY_BYTES_MAX {
                return Err(Error::new(
                    codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                    "Exceeded memory limit for $score",
                ));
            }
            self.rows.push((row.document, raw));
        }
        let rows = std::mem::take(&mut self.rows);
        let normalized = normalization.of_all(rows.iter().map(|row| Some(row.1)).collect());
        let scored = rows.into_iter().zip(normalized);
        let scored = scored
            .map(|((document, raw), normalized)| self.score.scored(document, raw, normalized));
        let ready = scored.collect::<Vec<_>>().into_iter();
        Ok(self.ready.insert(ready).next())
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn scores_are_normalized_and_weighted() {
        let shown = |score: &str| {
            format!("[{{$score: {score}}}, {{$project: {{_id: 0, s: {{$meta: 'score'}}}}}}]")
        };
        let rows = &["{a: 1}", "{a: 3}", "{a: 2}"];
        let given = |score: &str, expected: &[&str]| check(&shown(score), rows, expected);
        given("{score: '$a'}", &["{s: 1.0}", "{s: 3.0}", "{s: 2.0}"]);
        given(
            "{score: 0, normalization: 'sigmoid'}",
            &["{s: 0.5}", "{s: 0.5}", "{s: 0.5}"],
        );
        given(
            "{score: '$a', normalization: 'minMaxScaler', weight: 0.5}",
            &["{s: 0.0}", "{s: 0.5}", "{s: 0.25}"],
        );
        given(
            "{score: 7, normalization: 'minMaxScaler'}",
            &["{s: 0.0}", "{s: 0.0}", "{s: 0.0}"],
        );
        check(
            "[{$score: {score: '$a'}}, {$sort: {s: {$meta: 'score'}}}, {$match: {$expr: {$gt: [{$meta: 'score'}, 1]}}}]",
            rows,
            &["{a: 3}", "{a: 2}"],
        );
        check(
            "[{$score: {score: '$a'}}, {$unwind: '$l'}, {$set: {x: 1}}, {$group: {_id: '$_id', s: {$sum: {$meta: 'score'}}}}]",
            &["{_id: 1, a: 2, l: [1, 2]}"],
            &["{_id: 1, s: 4.0}"],
        );
    }

    #[test]
    fn mistakes() {
        for (specification, code) in [
            ("1", 9),
            ("{}", 40414),
            ("{score: 1, x: 1}", 40415),
            ("{score: 1, weight: 'x'}", 14),
            ("{score: 1, weight: 1.5}", 2),
            ("{score: 1, normalization: 'other'}", 2),
            ("{score: 1, normalization: 1}", 14),
            ("{score: 1, scoreDetails: 1}", 14),
            ("{score: 'x'}", 14),
            ("{score: '$none'}", 14),
        ] {
            check_error(&format!("[{{$score: {specification}}}]"), &["{a: 1}"], code);
        }
    }
}
