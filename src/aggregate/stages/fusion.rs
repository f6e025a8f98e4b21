//! What `$rankFusion` and `$scoreFusion` share: several pipelines over one collection, whose results
//! are joined by `_id`, each document once, the best score first.

use std::rc::Rc;

use super::listed::check_fields;
use super::union_with::open_over;
use crate::aggregate::key_table::KeyTable;
use crate::aggregate::{
    Opening, Passes, Pipeline, PipelineScope, Place, Run, Source, Stage, registry,
};
use crate::catalog::BUCKETS_PREFIX;
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies};
use crate::index::KeySet;
use crate::keystring::encode_one;
use crate::limits;
use crate::plan::{BoxStream, Document, Row, SortPattern};
use crate::sorting::sort_by;
use crate::value::{DocumentBuf, DocumentRef, DocumentWriter, FieldPath, Kind, ValueRef};

/// One of the pipelines.
pub(super) struct Input {
    pub name: Box<str>,
    pub weight: f64,
    pipeline: Pipeline,
    order: Order,
}

/// Which rows of a pipeline have the same rank.
enum Order {
    /// Those that a sort does not part.
    By(SortPattern),
    /// Those with the same score.
    ByScore,
    /// None.
    Apart,
}

/// Where a document stands among those of one pipeline.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub rank: i64,
    pub score: f64,
}

/// Where a document stands in each pipeline; `None` where it does not come out.
pub(super) type Standings = Vec<Option<Standing>>;

/// Looks at a pipeline's name and its stages.
type Check = fn(&str, &[(&str, ValueRef<'_>)]) -> Result<()>;

/// How the standings make a score.
pub(super) trait Combine {
    /// The score of each document.
    fn scores(&self, inputs: &[Input], found: &[Standings], context: &Context) -> Result<Vec<f64>>;

    /// What the details say of the score.
    fn describe(&self, out: &mut DocumentBuf);

    /// What the details say of a pipeline.
    fn detail(&self, at: usize, standing: Option<Standing>, out: &mut DocumentWriter<'_>);
}

/// A stage of this kind. Cheap to clone.
#[derive(Clone)]
pub(super) struct Fusion(Rc<Body>);

struct Body {
    source: Source,
    inputs: Vec<Input>,
    with_details: bool,
    combine: Box<dyn Combine>,
}

/// The specification of a stage, read as far as the stages are alike.
pub(super) struct Specification<'v> {
    pub input: DocumentRef<'v>,
    pub combination: DocumentRef<'v>,
    pub inputs: Vec<Input>,
    with_details: bool,
    source: Source,
}

/// A field of a certain type; null is as good as nothing.
///
/// Errors: `TypeMismatch` (14).
pub(super) fn field<'v>(
    stage: &str,
    document: DocumentRef<'v>,
    name: &str,
    kind: Kind,
) -> Result<Option<ValueRef<'v>>> {
    match document.get(name) {
        None | Some(ValueRef::Null) => Ok(None),
        Some(value) if value.kind() == kind => Ok(Some(value)),
        Some(value) => Err(Error::type_mismatch(format_args!(
            "BSON field '{stage}.{name}' is the wrong type '{}', expected type '{}'",
            value.kind().alias(),
            kind.alias()
        ))),
    }
}

/// The error for a field that must be there.
#[cold]
pub(super) fn missing(stage: &str, name: &str) -> Error {
    Error::new(
        40414,
        format_args!("BSON field '{stage}.{name}' is missing but a required field"),
    )
}

/// Reads a specification; `check` is asked of each pipeline.
///
/// Errors: `FailedToParse` (9: no object), 40414, 40415, `TypeMismatch` (14), 9834300 (nothing to
/// join), 9921000 (a name twice), 10557301 (a time-series collection), those of names, weights, stages and `check`.
pub(super) fn read<'v>(
    stage: &'static str,
    value: ValueRef<'v>,
    scope: &PipelineScope<'_>,
    (input_fields, combination_fields): (&[&str], &[&str]),
    check: Check,
) -> Result<Specification<'v>> {
    let ValueRef::Document(specification) = value else {
        let alias = value.kind().alias();
        return Err(Error::failed_to_parse(format_args!(
            "The {stage} stage specification must be an object, found {alias}"
        )));
    };
    check_fields(
        stage,
        specification,
        &["input", "combination", "scoreDetails"],
    )?;
    let nested = |name| -> Result<Option<DocumentRef<'v>>> {
        let found = field(stage, specification, name, Kind::Document)?;
        Ok(found.and_then(|found| found.as_document()))
    };
    let input = nested("input")?.ok_or_else(|| missing(stage, "input"))?;
    let combination = nested("combination")?.unwrap_or(DocumentRef::EMPTY);
    let details = field(stage, specification, "scoreDetails", Kind::Boolean)?;
    let path = format!("{stage}.input");
    check_fields(&path, input, input_fields)?;
    check_fields(
        &format!("{stage}.combination"),
        combination,
        combination_fields,
    )?;
    let pipelines = field(&path, input, "pipelines", Kind::Document)?;
    let pipelines = pipelines.and_then(|pipelines| pipelines.as_document());
    let pipelines = pipelines.ok_or_else(|| missing(&path, "pipelines"))?;
    let inside = scope.inside(Place::UnionWith, scope.namespace.clone())?;
    let mut inputs = Vec::new();
    for (name, stages) in pipelines.iter() {
        if inputs.iter().any(|input: &Input| *input.name == *name) {
            return Err(Error::new(
                9_921_000,
                format_args!("two pipelines of {stage} have the name '{name}'"),
            ));
        }
        inputs.push(read_input(stage, (name, stages), &inside, check)?);
    }
    if inputs.is_empty() {
        return Err(Error::new(
            9_834_300,
            format_args!("{stage} needs an input pipeline"),
        ));
    }
    let weights = field(stage, combination, "weights", Kind::Document)?;
    if let Some(weights) = weights.and_then(|weights| weights.as_document()) {
        read_weights(stage, weights, &mut inputs)?;
    }
    // MongoDB tells of the pipelines in the order of their names.
    sort_by(&mut inputs, |one, other| one.name.cmp(&other.name));
    let refused = || {
        Err(Error::new(
            10_557_301,
            format_args!("{stage} is not supported on time-series collections"),
        ))
    };
    if scope.namespace.collection().starts_with(BUCKETS_PREFIX) {
        return refused();
    }
    let source = Source::resolve(&scope.namespace, scope)?;
    let collection = source.collection.as_ref();
    if collection.is_some_and(|found| found.time_series().is_some()) {
        return refused();
    }
    Ok(Specification {
        input,
        combination,
        inputs,
        with_details: details.is_some_and(|flag| flag.is_truthy()),
        source,
    })
}

/// Errors: 15998, 16410, 16411 and 16412 (the name), `TypeMismatch` (14).
fn read_input(
    stage: &str,
    (name, stages): (&str, ValueRef<'_>),
    scope: &PipelineScope<'_>,
    check: Check,
) -> Result<Input> {
    if name.is_empty() || name.contains('.') {
        let code = if name.is_empty() { 15998 } else { 16412 };
        return Err(Error::new(
            code,
            format_args!("the name of a pipeline of {stage} is no field's name: '{name}'"),
        ));
    }
    FieldPath::parse_strict(name)?;
    let wrong_type = || {
        Error::type_mismatch(format_args!(
            "the pipeline '{name}' of {stage} must be an array of objects"
        ))
    };
    let stages = stages.as_array().ok_or_else(wrong_type)?;
    let mut named = Vec::new();
    for one in stages.iter() {
        let one = one.as_document().ok_or_else(wrong_type)?;
        named.extend(one.first().map(|first| (first.name, first.value())));
    }
    for (name, _) in &named {
        registry::find(name)?;
    }
    if named.is_empty() {
        return Err(Error::new(
            9_834_300,
            format_args!("the pipeline '{name}' of {stage} is empty"),
        ));
    }
    check(name, &named)?;
    Ok(Input {
        name: name.into(),
        weight: 1.0,
        pipeline: Pipeline::parse(stages, scope)?,
        order: order(&named)?,
    })
}

/// What the last stage that changes the order makes of it.
fn order(stages: &[(&str, ValueRef<'_>)]) -> Result<Order> {
    for (name, value) in stages.iter().rev() {
        match (*name, value.as_document()) {
            ("$sample", _) => return Ok(Order::Apart),
            ("$sort", Some(pattern)) => {
                let is_by_fields = pattern.iter().all(|(_, value)| value.is_number());
                return Ok(match is_by_fields {
                    true => Order::By(SortPattern::parse(pattern)?),
                    false => Order::ByScore,
                });
            }
            _ => {}
        }
    }
    Ok(Order::ByScore)
}

/// Errors: 9460301 (more weights than pipelines), 13118 (no number), 9460300 (negative), 9967500 (no
/// pipeline of this name).
fn read_weights(stage: &str, weights: DocumentRef<'_>, inputs: &mut [Input]) -> Result<()> {
    if weights.count() > inputs.len() {
        return Err(Error::new(
            9_460_301,
            format_args!("{stage} has more weights than input pipelines"),
        ));
    }
    let mut unknown = None;
    for (name, weight) in weights.iter() {
        let Some(input) = inputs.iter_mut().find(|input| *input.name == *name) else {
            unknown = Some(name);
            continue;
        };
        input.weight = weight.to_f64().ok_or_else(|| {
            let alias = weight.kind().alias();
            Error::new(
                13118,
                format_args!("the weight '{name}' of {stage} must be a number, not {alias}"),
            )
        })?;
        if input.weight.is_nan() || input.weight < 0.0 {
            return Err(Error::new(
                9_460_300,
                format_args!("the weight '{name}' of {stage} must not be negative"),
            ));
        }
    }
    match unknown {
        None => Ok(()),
        Some(name) => Err(Error::new(
            9_967_500,
            format_args!("the weight '{name}' of {stage} is of no input pipeline"),
        )),
    }
}

/// Stages that choose documents and put them in order, but do not change them.
///
/// Errors: `code`.
pub(super) fn check_selection(
    pipeline: &str,
    stages: &[(&str, ValueRef<'_>)],
    code: i32,
) -> Result<()> {
    let known = ["$match", "$sort", "$limit", "$skip", "$sample", "$score"];
    match stages.iter().find(|(name, _)| !known.contains(name)) {
        None => Ok(()),
        Some((name, _)) => Err(Error::new(
            code,
            format_args!("the pipeline '{pipeline}' may not hold {name}: it changes documents"),
        )),
    }
}

/// Errors: 10473002.
pub(super) fn check_not_nested(pipeline: &str, stages: &[(&str, ValueRef<'_>)]) -> Result<()> {
    let is_nested = |(name, _): &(&str, _)| matches!(*name, "$rankFusion" | "$scoreFusion");
    match stages.iter().any(is_nested) {
        false => Ok(()),
        true => Err(Error::new(
            10_473_002,
            format_args!("the pipeline '{pipeline}' may not join results itself"),
        )),
    }
}

impl Specification<'_> {
    /// The stage.
    pub(super) fn into_stage(self, combine: impl Combine + 'static) -> Fusion {
        Fusion(Rc::new(Body {
            source: self.source,
            inputs: self.inputs,
            with_details: self.with_details,
            combine: Box::new(combine),
        }))
    }
}

impl Stage for Fusion {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            body: self.0.clone(),
            done: 0,
            reading: None,
            table: KeyTable::default(),
            found: Vec::new(),
            keys: Vec::new(),
            standings: Vec::new(),
            bytes: 0,
            ready: None,
        }))
    }

    // It reads the collection itself.
    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Nothing
    }
}

struct Running {
    body: Rc<Body>,
    /// Pipelines that have been read.
    done: usize,
    reading: Option<Reading>,
    /// The documents by `_id`.
    table: KeyTable,
    found: Vec<Document>,
    keys: Vec<Vec<u8>>,
    standings: Vec<Standings>,
    bytes: usize,
    ready: Option<std::vec::IntoIter<Row>>,
}

/// A pipeline that is being read.
struct Reading {
    stream: BoxStream,
    rows: i64,
    /// The last rank, and the place in the order that has it.
    rank: i64,
    place: Option<Vec<u8>>,
    scratch: KeySet,
}

impl Reading {
    /// Equal places have equal ranks, and leave a gap behind them.
    fn stand(&mut self, order: &Order, document: &Document) -> Result<Standing> {
        let score = document.metadata().and_then(|it| it.get("score"));
        let place = match order {
            Order::By(pattern) => {
                let mut place = Vec::new();
                pattern.key(document.as_ref(), &mut self.scratch, &mut place)?;
                Some(place)
            }
            Order::ByScore => score.map(encode_one),
            Order::Apart => None,
        };
        self.rows += 1;
        if place.is_none() || place != self.place {
            self.rank = self.rows;
        }
        self.place = place;
        Ok(Standing {
            rank: self.rank,
            score: score.and_then(|score| score.to_f64()).unwrap_or(0.0),
        })
    }
}

impl Running {
    fn load(&mut self, context: &Context) -> Result<()> {
        let body = self.body.clone();
        while let Some(input) = body.inputs.get(self.done) {
            let reading = match &mut self.reading {
                Some(reading) => reading,
                None => self.reading.insert(Reading {
                    stream: open_over(&body.source, &input.pipeline)?,
                    rows: 0,
                    rank: 0,
                    place: None,
                    scratch: KeySet::default(),
                }),
            };
            while let Some(row) = reading.stream.next(context)? {
                let standing = reading.stand(&input.order, &row.document)?;
                let id = row.document.as_ref().get("_id").unwrap_or(ValueRef::Null);
                let key = encode_one(id);
                let (number, is_new) = self.table.insert(&key);
                if is_new {
                    self.bytes += row.document.owned_bytes() + 2 * key.len() + 64;
                    self.found.push(row.document);
                    self.keys.push(key);
                    self.standings.push(vec![None; body.inputs.len()]);
                }
                if self.bytes > limits::STAGE_MEMORY_BYTES_MAX {
                    return Err(Error::new(
                        codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                        "Exceeded memory limit for results that are joined",
                    ));
                }
                self.standings[number][self.done] = Some(standing);
            }
            self.reading = None;
            self.done += 1;
        }
        Ok(())
    }

    fn rows(&mut self, context: &Context) -> Result<std::vec::IntoIter<Row>> {
        let body = &self.body;
        let scores = body
            .combine
            .scores(&body.inputs, &self.standings, context)?;
        let mut order: Vec<usize> = (0..self.found.len()).collect();
        sort_by(&mut order, |one, other| {
            let by_score = scores[*other].total_cmp(&scores[*one]);
            by_score.then_with(|| self.keys[*one].cmp(&self.keys[*other]))
        });
        let rows = order.into_iter().map(|at| {
            let mut metadata = DocumentBuf::new();
            metadata.append("score", scores[at]);
            if body.with_details {
                metadata.append(
                    "scoreDetails",
                    &body.details(scores[at], &self.standings[at]),
                );
            }
            Row::from(self.found[at].clone().knowing(metadata))
        });
        Ok(rows.collect::<Vec<_>>().into_iter())
    }
}

impl Body {
    fn details(&self, score: f64, standings: &Standings) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        out.append("value", score);
        self.combine.describe(&mut out);
        out.append_array("details", |details| {
            for (at, (input, standing)) in self.inputs.iter().zip(standings).enumerate() {
                let mut one = details.document();
                one.append("inputPipelineName", &*input.name);
                self.combine.detail(at, *standing, &mut one);
                one.append("weight", input.weight);
                if standing.is_some() {
                    one.array("details");
                }
            }
        });
        out
    }
}

impl Run for Running {
    fn next(&mut self, _input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        if self.ready.is_none() {
            self.load(context)?;
            self.ready = Some(self.rows(context)?);
        }
        Ok(self.ready.as_mut().and_then(Iterator::next))
    }
}
