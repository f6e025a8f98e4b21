//! $bucketAuto: groups of about the same size, by ranges that it finds.
//!
//! Source: the manual, "$bucketAuto (aggregation)". Documents with one value are never parted.

use crate::sorting::sort_by;
use std::rc::Rc;

use super::group::accumulator;
use crate::accumulator::Accumulator;
use crate::aggregate::granularity::Granularity;
use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Stage};
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies, Expression, Scope};
use crate::keystring::encode_one;
use crate::limits;
use crate::plan::{BoxStream, Document, Row};
use crate::value::{DocumentBuf, DocumentRef, Value, ValueRef, compare};

/// What to group by, into how many groups.
#[derive(Clone)]
pub struct BucketAuto(Rc<Specification>);

struct Specification {
    by: Expression,
    buckets: usize,
    granularity: Option<Granularity>,
    fields: Vec<(Box<str>, Accumulator)>,
}

/// Errors: 40240 (no document), 40239 (`groupBy` is no expression), 40241, 40242, 40243 (buckets),
/// 40244 (output), 40245 (another field), 40246 (one that is missing), those of granularities and
/// accumulators.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let refuse = |code: i32, message: &str| Err(Error::new(code, message));
    let ValueRef::Document(document) = value else {
        return refuse(40240, "The argument to $bucketAuto must be an object");
    };
    let (mut by, mut buckets, mut output, mut granularity) = (None, None, None, None);
    for (option, value) in document.iter() {
        match option {
            "groupBy" => {
                let is_expression = match value {
                    ValueRef::String(text) => text.starts_with('$'),
                    other => other.as_document().is_some(),
                };
                if !is_expression {
                    return refuse(
                        40239,
                        "The $bucketAuto 'groupBy' field must be a $-prefixed path or an expression",
                    );
                }
                by = Some(Expression::parse(value, &scope.variables)?);
            }
            "buckets" => buckets = Some(count(value)?),
            "output" => match value {
                ValueRef::Document(fields) => output = Some(fields),
                _ => return refuse(40244, "The $bucketAuto 'output' field must be an object"),
            },
            "granularity" => granularity = Some(Granularity::parse(value)?),
            _ => return refuse(40245, "Unrecognized option to $bucketAuto"),
        }
    }
    let (Some(by), Some(buckets)) = (by, buckets) else {
        return refuse(
            40246,
            "$bucketAuto requires 'groupBy' and 'buckets' to be specified",
        );
    };
    let mut default = DocumentBuf::new();
    default.append_document("count", |count| count.append("$sum", 1));
    let output = output
        .filter(|output| !output.is_empty())
        .unwrap_or(default.as_ref());
    let fields = fields(output, scope)?;
    let body = BucketAuto(Rc::new(Specification {
        by,
        buckets,
        granularity,
        fields,
    }));
    Ok(PipelineStage::new(name, value, body).into())
}

fn count(value: ValueRef<'_>) -> Result<usize> {
    let refuse = |code: i32, why: &str| {
        Err(Error::new(
            code,
            format_args!("The $bucketAuto 'buckets' field must be {why}, but found {value}"),
        ))
    };
    if !value.is_number() {
        return refuse(40241, "a number");
    }
    match value
        .to_i64_exact()
        .and_then(|number| i32::try_from(number).ok())
    {
        None => refuse(40242, "representable as a 32-bit integer"),
        Some(number) if number <= 0 => refuse(40243, "greater than 0"),
        Some(number) => Ok(number as usize),
    }
}

fn fields(
    output: DocumentRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Vec<(Box<str>, Accumulator)>> {
    let mut fields = Vec::new();
    for (name, value) in output.iter() {
        fields.push((name.into(), accumulator(name, value, scope)?));
    }
    Ok(fields)
}

impl Stage for BucketAuto {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        let (stage, sorted) = (self.clone(), Vec::new().into_iter());
        let running = Running {
            stage,
            entries: Vec::new(),
            bytes: 0,
            sorted,
            left: None,
            boundary: None,
        };
        Ok(Box::new(running))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        self.0.by.dependencies(found);
        self.0
            .fields
            .iter()
            .for_each(|(_, accumulator)| accumulator.dependencies(found));
        Passes::Nothing
    }
}

struct Entry {
    key: Vec<u8>,
    value: Value<'static>,
    document: Document,
}

struct Running {
    stage: BucketAuto,
    entries: Vec<Entry>,
    bytes: usize,
    sorted: std::vec::IntoIter<Entry>,
    /// Groups that may still be given, once all input was read.
    left: Option<usize>,
    /// Where the next bucket begins, if boundaries are rounded.
    boundary: Option<Value<'static>>,
}

impl Running {
    fn add(&mut self, document: Document, context: &Context) -> Result<()> {
        let value = self
            .stage
            .0
            .by
            .evaluate(&Scope::new(document.as_ref(), context))?;
        // Missing counts as null.
        let value = value.map_or(Value::NULL, Value::into_owned);
        let key = encode_one(value.as_ref());
        self.bytes += key.len() + value.owned_bytes() + document.owned_bytes() + 64;
        if self.bytes > limits::STAGE_MEMORY_BYTES_MAX {
            return Err(Error::new(
                codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                "$bucketAuto exceeded memory limit of 104857600 bytes, and there is no disk to use",
            ));
        }
        self.entries.push(Entry {
            key,
            value,
            document,
        });
        Ok(())
    }

    fn next_bucket(&mut self, left: usize, context: &Context) -> Result<Option<DocumentBuf>> {
        let size = self.size(left);
        let Some(first) = self.sorted.next() else {
            return Ok(None);
        };
        let mut states = Vec::new();
        let of_key = Scope::new(DocumentRef::EMPTY, context);
        for (_, accumulator) in &self.stage.0.fields {
            states.push(accumulator.start(&of_key)?);
        }
        let granularity = self.stage.0.granularity.clone();
        let min = match (&granularity, self.boundary.take()) {
            (None, _) => first.value.clone(),
            (Some(_), Some(boundary)) => boundary,
            (Some(series), None) => series.round_down(first.value.as_ref())?,
        };
        let mut last = first;
        let mut taken = 0;
        loop {
            let scope = Scope::new(last.document.as_ref(), context);
            for ((_, accumulator), state) in self.stage.0.fields.iter().zip(&mut states) {
                let value = accumulator.input().evaluate(&scope)?;
                state.add(value.as_ref().map(Value::as_ref))?;
            }
            taken += 1;
            let next = self.sorted.as_slice().first();
            // The last bucket takes what is left; equal values stay together, and so do those
            // below a boundary that was rounded.
            let mut goes_on =
                next.is_some_and(|next| taken < size || left == 1 || next.key == last.key);
            if let (false, Some(series), Some(next)) = (goes_on, &granularity, next) {
                let edge = series.round_up(last.value.as_ref())?;
                goes_on = compare(next.value.as_ref(), edge.as_ref()).is_lt();
            }
            match (goes_on, self.sorted.as_slice().is_empty()) {
                (true, false) => match self.sorted.next() {
                    Some(next) => last = next,
                    None => break,
                },
                _ => break,
            }
        }
        // A bucket ends where the next one begins.
        let next = self.sorted.as_slice().first();
        let max = match &granularity {
            None => next.map_or(&last.value, |next| &next.value).clone(),
            Some(series) => {
                let edge = series.round_up(last.value.as_ref())?;
                let is_zero = edge.as_ref().to_f64() == Some(0.0);
                match next.filter(|_| is_zero) {
                    Some(next) => series.round_down(next.value.as_ref())?,
                    None => edge,
                }
            }
        };
        self.boundary = granularity.map(|_| max.clone());
        let mut document = DocumentBuf::new();
        document.append_document("_id", |id| {
            id.append("min", &min);
            id.append("max", &max);
        });
        for ((name, _), mut state) in self.stage.0.fields.iter().zip(states) {
            if let Some(value) = state.finish()? {
                document.append(name, &value);
            }
        }
        Ok(Some(document))
    }

    /// The documents of the next bucket, as even as it goes.
    fn size(&self, left: usize) -> usize {
        let documents = self.sorted.as_slice().len();
        ((documents as f64 / left.max(1) as f64).round() as usize).max(1)
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let left = loop {
            if let Some(left) = self.left {
                break left;
            }
            match input.next(context)? {
                Some(row) => self.add(row.document, context)?,
                None => {
                    let mut entries = std::mem::take(&mut self.entries);
                    sort_by(&mut entries, |one, two| one.key.cmp(&two.key));
                    self.sorted = entries.into_iter();
                    self.left = Some(self.stage.0.buckets);
                }
            }
        };
        if left == 0 {
            return Ok(None);
        }
        let bucket = self.next_bucket(left, context)?;
        self.left = Some(left - 1);
        Ok(bucket.map(Row::from))
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn buckets_share_their_edges() {
        check(
            "[{$bucketAuto: {groupBy: '$x', buckets: 2}}]",
            &["{x: 1}", "{x: 2}", "{x: 3}", "{x: 4}", "{x: 5}"],
            &[
                "{_id: {min: 1, max: 4}, count: 3}",
                "{_id: {min: 4, max: 5}, count: 2}",
            ],
        );
        check(
            "[{$bucketAuto: {groupBy: '$x', buckets: 4}}]",
            &["{x: 1}", "{x: 1}", "{x: 2}", "{x: 2}"],
            &[
                "{_id: {min: 1, max: 2}, count: 2}",
                "{_id: {min: 2, max: 2}, count: 2}",
            ],
        );
        check(
            "[{$bucketAuto: {groupBy: '$x', buckets: 3, granularity: 'R5'}}]",
            &[
                "{x: 0}", "{x: 3}", "{x: 5}", "{x: 17}", "{x: 24}", "{x: 90m}",
            ],
            &[
                "{_id: {min: 0.0, max: 4.0}, count: 2}",
                "{_id: {min: 4.0, max: 25.0}, count: 3}",
                "{_id: {min: 25.0, max: 100.000000000000m}, count: 1}",
            ],
        );
        let by = |value: &str| [format!("{{x: {value}}}")];
        let stage = |series: &str| {
            format!("[{{$bucketAuto: {{groupBy: '$x', buckets: 1, granularity: {series}}}}}]")
        };
        for (value, code) in [("'a'", 40258), ("NaN", 40259), ("-1", 40260)] {
            let [document] = by(value);
            check_error(&stage("'R5'"), &[&document], code);
        }
        check_error(&stage("1"), &[], 40261);
        check_error(&stage("'R6'"), &[], 40257);
        check_error("[{$bucketAuto: {groupBy: '$x', buckets: 0}}]", &[], 40243);
        check_error("[{$bucketAuto: {groupBy: '$x'}}]", &[], 40246);
    }
}
