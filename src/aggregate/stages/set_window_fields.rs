//! $setWindowFields: fields computed from the documents around each document.
//!
//! Source: the manual, "$setWindowFields (aggregation)". The documents come out by partition and,
//! in each, in the order of `sortBy`.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::aggregate::key_table::KeyTable;
use crate::aggregate::registry::Parsed;
use crate::aggregate::set_field::{top_level_names, with_field};
use crate::aggregate::window::{Output, Partition, Setting};
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies, Expression, Fields, Scope};
use crate::index::KeySet;
use crate::keystring::encode_one;
use crate::limits;
use crate::plan::{BoxStream, Changed, Document, New, Row, Sink, SortPattern, drain, key_head};
use crate::sorting::sort_by;
use crate::value::{DocumentRef, FieldPath, Value, ValueRef};

/// Partitions, an order, and the fields to compute. Cheap to clone.
#[derive(Clone)]
pub struct SetWindowFields(Rc<Specification>);

struct Specification {
    partition: Option<Expression>,
    sort: Option<SortPattern>,
    fields: Vec<(FieldPath, Output)>,
}

/// Errors: `FailedToParse` (9), 40414 (no `output`), 40415 (another field), `TypeMismatch` (14),
/// 40176 (paths that collide), those of expressions, sorts and window functions.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::failed_to_parse(format!(
            "the {name} stage specification must be an object, found {alias}"
        )));
    };
    let (mut partition, mut sort, mut output) = (None, None, None);
    for (option, value) in document.iter() {
        match (option, value) {
            ("partitionBy", value) => partition = Some(Expression::parse(value, &scope.variables)?),
            ("sortBy", ValueRef::Document(fields)) => sort = Some(SortPattern::parse(fields)?),
            ("output", ValueRef::Document(fields)) => output = Some(fields),
            ("sortBy" | "output", other) if other.is_nullish() => {}
            ("sortBy" | "output", other) => {
                return Err(Error::type_mismatch(format!(
                    "BSON field '{name}.{option}' is the wrong type '{}', expected type 'object'",
                    other.kind().alias()
                )));
            }
            _ => {
                let message = format!("BSON field '{name}.{option}' is an unknown field.");
                return Err(Error::new(40415, message));
            }
        }
    }
    let Some(output) = output else {
        return Err(Error::new(
            40414,
            format!("BSON field '{name}.output' is missing but a required field"),
        ));
    };
    Ok(stage(name, document, partition, sort, output, scope)?.into())
}

/// The stage with these parts.
pub fn stage(
    name: &'static str,
    source: DocumentRef<'_>,
    partition: Option<Expression>,
    sort: Option<SortPattern>,
    output: DocumentRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<PipelineStage> {
    let setting = Setting {
        sort: sort.as_ref(),
    };
    let mut fields: Vec<(FieldPath, Output)> = Vec::new();
    for (field, value) in output.iter() {
        let path = FieldPath::parse_strict(field)?;
        if fields
            .iter()
            .any(|(other, _)| other.is_prefix_of(&path) || path.is_prefix_of(other))
        {
            return Err(Error::new(
                40176,
                format!("specification contains two conflicting paths, at '{field}'"),
            ));
        }
        fields.push((
            path,
            Output::parse(field, value, &setting, &scope.variables)?,
        ));
    }
    let body = SetWindowFields(Rc::new(Specification {
        partition,
        sort,
        fields,
    }));
    Ok(PipelineStage::new(name, source, body))
}

impl Stage for SetWindowFields {
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        let keep = opening.needed.map(|needed| top_level_names(needed, None));
        let pack = opening.needed.and_then(|needed| {
            let mut read = Dependencies::new();
            self.dependencies(&mut read);
            Fields::top_of(read.paths.iter().chain(needed)).filter(|_| !read.whole_document)
        });
        let single = |path: &FieldPath| (path.len() == 1).then(|| path.first().into());
        Ok(Box::new(Running {
            stage: self.clone(),
            keep: keep.map(Rc::from),
            pack,
            packed: Rc::default(),
            names: self.0.fields.iter().map(|(path, _)| single(path)).collect(),
            table: KeyTable::default(),
            groups: Vec::new(),
            places: Vec::new(),
            is_loaded: false,
            ready: Vec::new().into_iter(),
            results: Vec::new(),
            last: None,
            bytes_max: 0,
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        if let Some(partition) = &self.0.partition {
            partition.dependencies(found);
        }
        let sorted = self.0.sort.iter().flat_map(|sort| &sort.fields);
        sorted.for_each(|field| found.add(&field.path));
        for (path, output) in &self.0.fields {
            // A field inside of another keeps what is beside it.
            if path.len() > 1 {
                found.add(path);
            }
            output.dependencies(found);
        }
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Window {
            partition: self.0.partition.iter().flat_map(fields_of).collect(),
            changes: self.0.fields.iter().map(|(path, _)| path).collect(),
        }
    }
}

/// The fields that make an expression, if it is one field or an object of fields.
fn fields_of(expression: &Expression) -> Vec<&FieldPath> {
    match expression.as_object() {
        Some(fields) => fields
            .iter()
            .filter_map(|(_, field)| field.as_field_path())
            .collect(),
        None => expression.as_field_path().into_iter().collect(),
    }
}

struct Group {
    key: Vec<u8>,
    entries: Vec<Entry>,
}

/// A document of a partition with its place in the order.
struct Entry {
    /// The place's beginning.
    head: u64,
    /// Where the place lies in the bytes of all places.
    place: Range<usize>,
    document: Held,
}

/// A document until its partition's turn comes.
enum Held {
    Whole(Document),
    /// Where it lies among those that are packed.
    Packed(u32, u32),
}

/// So many documents are touched at once.
const TOUCHED: usize = 16;
/// More is not packed. It does not count, as documents where they are stored do not.
const PACKED_BYTES_MAX: usize = limits::STAGE_MEMORY_BYTES_MAX / 4;

struct Running {
    stage: SetWindowFields,
    /// The top-level fields that later stages look at.
    keep: Option<Rc<[Box<str>]>>,
    /// All top-level fields that anybody looks at. Of stored documents these are copied, so that one
    /// walk over each is enough, in the order in which they are stored.
    pack: Option<Fields>,
    packed: Rc<Vec<u8>>,
    /// The names of the output fields, if none of them is a path.
    names: Option<Vec<Rc<str>>>,
    /// What was read; once that is all, the next partition is at the end.
    table: KeyTable,
    groups: Vec<Group>,
    places: Vec<u8>,
    is_loaded: bool,
    /// The documents of a partition that are still to be given, and the values of their fields.
    ready: std::vec::IntoIter<Document>,
    results: Vec<std::vec::IntoIter<Option<Value<'static>>>>,
    /// The document that was given last.
    last: Option<Rc<Changed>>,
    bytes_max: usize,
}

impl Running {
    /// The document, or where its fields lie now.
    fn pack(&mut self, document: &Document) -> Held {
        let (Some(fields), Some(packed)) = (&self.pack, Rc::get_mut(&mut self.packed)) else {
            return Held::Whole(document.clone());
        };
        let Document::Stored(stored) = document else {
            return Held::Whole(document.clone());
        };
        let start = packed.len();
        fields.copy(DocumentRef::from_valid(stored), packed);
        let end = packed.len();
        // Of what is read as a whole a copy is no gain.
        if (end - start) * 2 > stored.len() || end > PACKED_BYTES_MAX {
            self.pack = None;
        }
        Held::Packed(start as u32, end as u32)
    }

    /// Reads all input; goes on where it was when a page was missing.
    fn load(&mut self, input: &mut BoxStream, context: &Context) -> Result<()> {
        let mut scratch = KeySet::default();
        drain(input.as_mut(), context, &mut |document| {
            self.add(document, &mut scratch, context)
        })?;
        // What comes out first stands last.
        sort_by(&mut self.groups, |one, two| two.key.cmp(&one.key));
        self.is_loaded = true;
        Ok(())
    }

    /// Errors: `QueryExceededMemoryLimitNoDiskUseAllowed` (292), `TypeMismatch` (14) for a
    /// partition that is an array.
    fn add(&mut self, document: &Document, scratch: &mut KeySet, context: &Context) -> Result<()> {
        let held = self.pack(document);
        let own = match &held {
            Held::Whole(document) => document.context(context),
            Held::Packed(..) => Cow::Borrowed(context),
        };
        let (document, bytes) = match &held {
            Held::Whole(document) => (document.as_ref(), document.owned_bytes()),
            Held::Packed(start, end) => {
                let bytes = self.packed.get(*start as usize..*end as usize);
                (bytes.map_or(DocumentRef::EMPTY, DocumentRef::from_valid), 0)
            }
        };
        let key = match &self.stage.0.partition {
            Some(partition) => partition.evaluate(&Scope::new(document, &own))?,
            None => None,
        };
        // Missing and null are one partition.
        let key = key.as_ref().map_or(ValueRef::Null, Value::as_ref);
        if matches!(key, ValueRef::Array(_)) {
            return Err(Error::type_mismatch(
                "an expression used to partition cannot evaluate to an array",
            ));
        }
        let (number, is_new) = self.table.insert_value(key);
        if is_new {
            self.groups.push(Group {
                key: encode_one(key),
                entries: Vec::new(),
            });
        }
        let start = self.places.len();
        if let Some(sort) = &self.stage.0.sort {
            sort.key(document, scratch, &mut self.places)?;
        }
        let place = start..self.places.len();
        self.bytes_max += bytes + place.len() + size_of::<Entry>();
        if self.bytes_max > limits::STAGE_MEMORY_BYTES_MAX {
            return Err(Error::new(
                codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                "Exceeded memory limit for $setWindowFields, and there is no disk to use",
            ));
        }
        if let Some(group) = self.groups.get_mut(number) {
            let head = key_head(self.places.get(place.clone()).unwrap_or_default());
            group.entries.push(Entry {
                head,
                place,
                document: held,
            });
        }
        Ok(())
    }

    /// The documents of a partition. Those that are packed are put side by side: they are read more than once, and lie
    /// anywhere else in memory.
    fn in_order(&self, entries: Vec<Entry>) -> Vec<Document> {
        let mut ordered = Vec::new();
        let bytes = |entry: &Entry| match entry.document {
            Held::Packed(start, end) => self.packed.get(start as usize..end as usize),
            Held::Whole(_) => None,
        };
        // Of several documents the memory comes side by side if it is looked at before the first is copied.
        for entries in entries.chunks(TOUCHED) {
            let mut seen = 0;
            for bytes in entries.iter().filter_map(bytes) {
                if let [first, .., last] = bytes {
                    seen ^= first ^ last;
                }
            }
            std::hint::black_box(seen);
            for bytes in entries.iter().filter_map(bytes) {
                ordered.extend_from_slice(bytes);
            }
        }
        let (ordered, mut at) = (Rc::new(ordered), 0);
        let document = |entry: Entry| match entry.document {
            Held::Whole(document) => document,
            Held::Packed(start, end) => {
                let begin = at;
                at += end - start;
                Document::Packed(ordered.clone(), begin, at)
            }
        };
        entries.into_iter().map(document).collect()
    }

    /// Computes the next partition; false if there is none.
    fn advance(&mut self, context: &Context) -> Result<bool> {
        let Some(mut group) = self.groups.pop() else {
            return Ok(false);
        };
        // The sort is stable.
        let places = &self.places;
        let place = |entry: &Entry| places.get(entry.place.clone()).unwrap_or_default();
        sort_by(&mut group.entries, |one, two| {
            let heads = one.head.cmp(&two.head);
            heads.then_with(|| place(one).cmp(place(two)))
        });
        let documents = self.in_order(group.entries);
        let specification = &self.stage.0;
        let partition = Partition::new(&documents, context, specification.sort.as_ref());
        self.results.clear();
        for (_, output) in &specification.fields {
            self.results.push(output.compute(&partition)?.into_iter());
        }
        self.ready = documents.into_iter();
        Ok(true)
    }

    /// The next document of all.
    fn next_given(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Document>> {
        if !self.is_loaded {
            self.load(input, context)?;
        }
        loop {
            if let Some(document) = self.give() {
                return Ok(Some(document));
            }
            if !self.advance(context)? {
                return Ok(None);
            }
        }
    }

    /// The next document of the partition, with its fields.
    fn give(&mut self) -> Option<Document> {
        let base = self.ready.next()?;
        let values = self
            .results
            .iter_mut()
            .map(|values| values.next().flatten());
        let Some(names) = &self.names else {
            let fields = self.stage.0.fields.iter().zip(values);
            return Some(fields.fold(base, |made, ((path, _), value)| match value {
                Some(value) => with_field(made.as_ref(), path, value.as_ref()).into(),
                None => made,
            }));
        };
        let fields = names.iter().zip(values);
        let mut fields =
            fields.filter_map(|(name, value)| Some((name.clone(), New::Value(value?))));
        let Some(first) = fields.next() else {
            return Some(base);
        };
        let others = fields.collect();
        match self.last.as_mut().and_then(Rc::get_mut) {
            Some(last) => last.renew(base, first, others),
            None => {
                let changed = Changed::new(base, first, others, self.keep.clone());
                self.last = Some(Rc::new(changed));
            }
        }
        self.last.clone().map(Document::Changed)
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let given = self.next_given(input, context)?;
        Ok(given.map(Row::from))
    }

    fn try_drain(
        &mut self,
        input: &mut BoxStream,
        context: &Context,
        sink: &mut Sink<'_>,
    ) -> Result<bool> {
        while let Some(document) = self.next_given(input, context)? {
            sink(&document)?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    /// `output` over documents `{_id, v}` in the order of `_id`: the values of `r`.
    fn check_values(output: &str, values: &[&str], expected: &[&str]) {
        let documents: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(at, value)| match value.is_empty() {
                true => format!("{{_id: {at}}}"),
                false => format!("{{_id: {at}, v: {value}}}"),
            })
            .collect();
        let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
        let expected: Vec<String> = expected
            .iter()
            .map(|value| match value.is_empty() {
                true => "{}".to_owned(),
                false => format!("{{r: {value}}}"),
            })
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let stages = format!(
            "[{{$setWindowFields: {{sortBy: {{_id: 1}}, output: {{r: {output}}}}}}}, {{$project: {{_id: 0, r: 1}}}}]"
        );
        check(&stages, &documents, &expected);
    }

    #[test]
    fn windows_of_documents() {
        let sum = |window: &str| format!("{{$sum: '$v', window: {{documents: {window}}}}}");
        let values = ["1", "2", "3", "4"];
        check_values(
            &sum("['unbounded', 'current']"),
            &values,
            &["1", "3", "6", "10"],
        );
        check_values(&sum("[-1, 1]"), &values, &["3", "6", "9", "7"]);
        check_values(&sum("[1, 2]"), &values, &["5", "7", "4", "0"]);
        check_values(&sum("[-3, -2]"), &values, &["0", "0", "1", "3"]);
        check_values(
            &sum("['current', 'unbounded']"),
            &values,
            &["10", "9", "7", "4"],
        );
        check_values("{$sum: '$v'}", &values, &["10", "10", "10", "10"]);
        let mixed = ["1", "0.5", "1L", "2m", "'x'", "3"];
        check_values(
            &sum("[-1, 0]"),
            &mixed,
            &["1", "1.5", "1.5", "3m", "2m", "3"],
        );
        // What has left a window leaves no trace, not of infinity either.
        check_values(
            &sum("[-1, 0]"),
            &["1e308", "1e308", "1", "2"],
            &["1e308", "Infinity", "1e308", "3"],
        );
        let max = "{$max: '$v', window: {documents: [-1, 1]}}";
        check_values(
            max,
            &["2", "", "null", "'a'", "1"],
            &["2", "2", "'a'", "'a'", "'a'"],
        );
        let push = "{$push: '$v', window: {documents: [-1, 0]}}";
        check_values(push, &["1", "", "2"], &["[1]", "[1]", "[2]"]);
        let first = "{$first: '$v', window: {documents: [1, 1]}}";
        check_values(first, &["1", "2"], &["2", "null"]);
    }

    #[test]
    fn only_fields_that_are_looked_at_are_held() {
        let other = "o: 'something long that nobody looks at', also: [1, 2, 3, 4, 5, 6, 7, 8, 9]";
        let documents = [
            format!(
                "{{_id: 1, {other}, p: {{q: 1, s: 2}}, d: 3, z: 'z', v: {{w: 1}}, x: [{{y: 1}}, {{y: 2}}]}}"
            ),
            format!("{{d: [9, 1], {other}, v: [{{w: 5}}], d: 7, p: {{q: 1}}, z: 'z', v: 8}}"),
            format!("{{x: 4, {other}, p: 5, d: null}}"),
            "{p: {q: 1}, d: 2, v: {w: 2.5}, z: 'y', r: 1}".to_owned(),
        ];
        let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
        let stage = "{$setWindowFields: {partitionBy: '$p.q', sortBy: {d: 1}, output: {r: {$sum: '$v.w', window: {documents: [-1, 0]}}, z: {$last: '$z'}}}}";
        check(
            &format!(
                "[{stage}, {{$group: {{_id: '$z', all: {{$push: {{r: '$r', x: '$x.y', p: '$p', d: '$d'}}}}}}}}]"
            ),
            &documents,
            &[
                "{_id: null, all: [{r: 0, p: 5, d: null}]}",
                "{_id: 'z', all: [{r: 0, p: {q: 1}, d: [9, 1]}, {r: 2.5, p: {q: 1}, d: 2}, {r: 3.5, x: [1, 2], p: {q: 1, s: 2}, d: 3}]}",
            ],
        );
        check(
            &format!(
                "[{stage}, {{$project: {{_id: 1, d: 1, n: {{$size: {{$ifNull: ['$also', []]}}}}}}}}]"
            ),
            &documents,
            &[
                "{d: null, n: 9}",
                "{d: [9, 1], d: 7, n: 9}",
                "{d: 2, n: 0}",
                "{_id: 1, d: 3, n: 9}",
            ],
        );
    }

    #[test]
    fn windows_of_values() {
        let documents = [
            "{_id: 1, x: 1}",
            "{_id: 2, x: 2}",
            "{_id: 3, x: 2}",
            "{_id: 4, x: 4.5}",
        ];
        let stage = |window: &str| {
            format!(
                "[{{$setWindowFields: {{sortBy: {{x: 1}}, output: {{n: {{$push: '$_id', window: {window}}}}}}}}}, {{$project: {{_id: 0, n: 1}}}}]"
            )
        };
        let lists = [
            "{n: [1, 2, 3]}",
            "{n: [1, 2, 3]}",
            "{n: [1, 2, 3]}",
            "{n: [4]}",
        ];
        check(&stage("{range: [-1, 1]}"), &documents, &lists);
        let peers = [
            "{n: [1]}",
            "{n: [1, 2, 3]}",
            "{n: [1, 2, 3]}",
            "{n: [1, 2, 3, 4]}",
        ];
        check(
            &stage("{range: ['unbounded', 'current']}"),
            &documents,
            &peers,
        );
        check_error(&stage("{range: [-1, 1]}"), &["{x: 'a'}"], 5_429_414);
        check_error(
            &stage("{range: [-1, 1], unit: 'day'}"),
            &documents,
            5_429_513,
        );
        let month = stage("{range: [-1, 0], unit: 'month'}");
        let days = [
            "{_id: 1, x: date(0)}",
            "{_id: 2, x: date(2592000000)}",
            "{_id: 3, x: date(2678400001)}",
        ];
        check(&month, &days, &["{n: [1]}", "{n: [1, 2]}", "{n: [2, 3]}"]);
    }

    #[test]
    fn functions_of_the_order() {
        let values = ["1", "1", "2", "2", "5"];
        let by_value = |output: &str, expected: [&str; 5]| {
            let documents: Vec<String> = values.iter().map(|v| format!("{{v: {v}}}")).collect();
            let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
            let expected: Vec<String> = expected.iter().map(|r| format!("{{r: {r}}}")).collect();
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            let stages = format!(
                "[{{$setWindowFields: {{sortBy: {{v: 1}}, output: {{r: {output}}}}}}}, {{$project: {{_id: 0, r: 1}}}}]"
            );
            check(&stages, &documents, &expected);
        };
        by_value("{$rank: {}}", ["1", "1", "3", "3", "5"]);
        by_value("{$denseRank: {}}", ["1", "1", "2", "2", "3"]);
        by_value("{$documentNumber: {}}", ["1", "2", "3", "4", "5"]);
        by_value(
            "{$shift: {output: '$v', by: 2}}",
            ["2", "2", "5", "null", "null"],
        );
        by_value(
            "{$shift: {output: '$v', by: -1, default: {$add: [1, 2]}}}",
            ["3", "1", "1", "2", "2"],
        );
    }

    #[test]
    fn gaps_averages_and_slopes() {
        let gaps = ["", "1", "null", "", "4", ""];
        check_values("{$locf: '$v'}", &gaps, &["null", "1", "1", "1", "4", "4"]);
        check_values(
            "{$linearFill: '$v'}",
            &gaps,
            &["null", "1", "2.0", "3.0", "4", "null"],
        );
        check_values(
            "{$expMovingAvg: {input: '$v', N: 3}}",
            &["2", "4", "'x'", "8"],
            &["2.0", "3.0", "null", "5.5"],
        );
        check_values(
            "{$expMovingAvg: {input: '$v', alpha: 0.25m}}",
            &["4", "8", "8m"],
            &["4.0", "5.0", "5.7500m"],
        );
        check_values(
            "{$derivative: {input: '$v'}, window: {documents: [-1, 0]}}",
            &["1", "3", "2.5", "null"],
            &["null", "2.0", "-0.5", "null"],
        );
        check_values(
            "{$integral: {input: '$v'}, window: {documents: ['unbounded', 'current']}}",
            &["0", "2", "4"],
            &["0.0", "1.0", "4.0"],
        );
        check_values(
            "{$integral: {input: '$v'}, window: {documents: [-1, 0]}}",
            &["0", "2", "4"],
            &["0.0", "1.0", "3.0"],
        );
        check_values(
            "{$minMaxScaler: {input: '$v'}}",
            &["1", "2", "5"],
            &["0.0", "0.25", "1.0"],
        );
        check_values(
            "{$minMaxScaler: {input: '$v', min: 10, max: 20}, window: {documents: ['unbounded', 'current']}}",
            &["1", "2", "1.5"],
            &["10", "20.0", "15.0"],
        );
        check_values(
            "{$covarianceSamp: ['$v', '$_id'], window: {documents: [-1, 0]}}",
            &["2", "4", "9"],
            &["null", "1.0", "2.5"],
        );
    }

    #[test]
    fn partitions_come_in_their_order() {
        check(
            "[{$setWindowFields: {partitionBy: '$p', sortBy: {v: -1}, output: {'a.n': {$documentNumber: {}}}}}]",
            &[
                "{p: 2, v: 1}",
                "{v: 5}",
                "{p: 1, v: 3}",
                "{p: 2.0, v: 2}",
                "{p: null, v: 6, a: 1}",
            ],
            &[
                "{p: null, v: 6, a: {n: 1}}",
                "{v: 5, a: {n: 2}}",
                "{p: 1, v: 3, a: {n: 1}}",
                "{p: 2.0, v: 2, a: {n: 1}}",
                "{p: 2, v: 1, a: {n: 2}}",
            ],
        );
        check_error(
            "[{$setWindowFields: {partitionBy: '$p', output: {n: {$sum: 1}}}}]",
            &["{p: [1]}"],
            14,
        );
    }

    #[test]
    fn bad_specifications_are_refused() {
        let whole = |body: &str, code| {
            check_error(
                &format!("[{{$setWindowFields: {body}}}]"),
                &["{_id: 1, v: 1}"],
                code,
            )
        };
        let check = |output: &str, code| {
            whole(
                &format!("{{sortBy: {{_id: 1}}, output: {{r: {output}}}}}"),
                code,
            );
        };
        whole("1", 9);
        whole("{}", 40414);
        whole("{output: 1}", 14);
        whole("{sortBy: 1, output: {}}", 14);
        whole("{output: {}, x: 1}", 40415);
        whole("{output: {a: {$sum: 1}, 'a.b': {$sum: 1}}}", 40176);
        whole(
            "{output: {r: {$sum: 1, window: {documents: [0, 0]}}}}",
            5_339_901,
        );
        whole(
            "{output: {r: {$sum: 1, window: {range: [0, 0]}}}}",
            5_339_902,
        );
        whole(
            "{sortBy: {_id: -1}, output: {r: {$sum: 1, window: {range: [0, 0]}}}}",
            5_339_902,
        );
        whole("{output: {r: {$rank: {}}}}", 5_371_602);
        check("1", 9);
        check("{}", 9);
        check("{$nope: 1}", 9);
        check("{$sum: 1, $avg: 1}", 9);
        check("{$sum: 1, x: 1}", 9);
        check("{$sum: 1, window: 1}", 9);
        check("{$sum: 1, window: {x: 1}}", 9);
        check("{$sum: 1, window: {documents: 1}}", 9);
        check("{$sum: 1, window: {documents: [1]}}", 9);
        check("{$sum: 1, window: {documents: [0.5, 1]}}", 9);
        check("{$sum: 1, window: {documents: ['x', 1]}}", 9);
        check("{$sum: 1, window: {documents: [1, 0]}}", 5_339_900);
        check("{$sum: 1, window: {range: [1, 0]}}", 5_339_900);
        check("{$sum: 1, window: {documents: [0, 1], range: [0, 1]}}", 9);
        check("{$sum: 1, window: {documents: [0, 1], unit: 'day'}}", 9);
        check("{$sum: 1, window: {range: [0, 1], unit: 'era'}}", 9);
        check("{$sum: 1, window: {range: [0.5, 1], unit: 'day'}}", 9);
        check("{$rank: 1}", 5_371_603);
        check("{$rank: {}, window: {documents: [0, 1]}}", 5_371_601);
        check("{$shift: {output: '$v', by: 0.5}}", 9);
        check("{$shift: {output: '$v', by: 1, default: '$v'}}", 9);
        check(
            "{$shift: {output: '$v', by: 1}, window: {documents: [0, 1]}}",
            9,
        );
        check("{$expMovingAvg: {input: '$v'}}", 9);
        check("{$expMovingAvg: {input: '$v', N: 0}}", 9);
        check("{$expMovingAvg: {input: '$v', alpha: 1}}", 9);
        check("{$expMovingAvg: {input: '$v', alpha: 0.5, N: 2}}", 9);
        check("{$derivative: {input: '$v'}}", 9);
        check(
            "{$derivative: {input: '$v', unit: 'month'}, window: {documents: [0, 1]}}",
            5_490_704,
        );
        check(
            "{$derivative: {input: '$v', unit: 'day'}, window: {documents: [0, 1]}}",
            5_624_900,
        );
    }
}
