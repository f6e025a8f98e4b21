//! $densify: documents for the values that are missing in a sequence.
//!
//! Source: the manual, "$densify (aggregation)". The documents come out by partition and, in each, by
//! the field; those without a value of the field come first.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::aggregate::registry::Parsed;
use crate::aggregate::set_field::with_field;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Stage};
use crate::error::{Error, Result, codes};
use crate::expression::number::Number;
use crate::expression::{Context, Dependencies, TimeUnit, move_date};
use crate::keystring::KeyWriter;
use crate::limits;
use crate::plan::{BoxStream, Document, Row};
use crate::sorting::sort_by;
use crate::value::{DocumentBuf, FieldPath, Value, ValueRef, compare};

/// The sequence to fill up. Cheap to clone.
#[derive(Clone)]
pub struct Densify(Rc<Specification>);

struct Specification {
    field: FieldPath,
    partition: Vec<FieldPath>,
    step: Number,
    unit: Option<TimeUnit>,
    bounds: Bounds,
}

#[derive(Clone, Copy)]
enum Bounds {
    /// From the smallest to the largest value of all documents.
    Full,
    /// From the smallest to the largest value of the partition.
    Partition,
    /// From the first to before the second.
    Between(Number, Number),
}

/// Errors: `FailedToParse` (9: no document), 40414 (a field that is missing), 40415 (another one),
/// `TypeMismatch` (14), 5733401 (the step is not positive), 5733505 (a step of dates that is not
/// whole), 5733402 and 5733406 (bounds), 5733407 (the lower bound is beyond the upper), 5733409 (a
/// unit and numbers), 8993000 (the field is a part of the partition).
pub fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    _scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::failed_to_parse(format_args!(
            "The {name} stage specification must be an object"
        )));
    };
    let (mut field, mut partition, mut range) = (None, Vec::new(), None);
    for (option, value) in document.iter() {
        match (option, value) {
            ("field", ValueRef::String(text)) => field = Some(FieldPath::parse_strict(text)?),
            ("partitionByFields", ValueRef::Array(list)) => {
                for path in list.iter() {
                    let path = path.as_str().ok_or_else(|| wrong(name, option, path))?;
                    partition.push(FieldPath::parse_strict(path)?);
                }
            }
            ("range", ValueRef::Document(fields)) => range = Some(fields),
            // Null is as good as nothing where one type is asked for.
            ("field" | "partitionByFields" | "range", other) if other.is_nullish() => {}
            ("field" | "partitionByFields" | "range", other) => {
                return Err(wrong(name, option, other));
            }
            _ => return Err(unknown(name, option)),
        }
    }
    let field = field.ok_or_else(|| missing(name, "field"))?;
    let range = range.ok_or_else(|| missing(name, "range"))?;
    let collides = |path: &FieldPath| path.is_prefix_of(&field) || field.is_prefix_of(path);
    if partition.iter().any(collides) {
        return Err(Error::new(
            8_993_000,
            "the field of $densify and the fields it is partitioned by cannot hold one another",
        ));
    }
    let (mut step, mut unit, mut bounds) = (None, None, None);
    for (option, value) in range.iter() {
        match (option, value) {
            ("step" | "unit", value) if value.is_nullish() => {}
            ("step", value) => {
                step = Some(Number::of(value).ok_or_else(|| wrong(name, "range.step", value))?);
            }
            ("unit", ValueRef::String(_)) => unit = Some(TimeUnit::read(name, value)?),
            ("unit", other) => return Err(wrong(name, "range.unit", other)),
            ("bounds", value) => bounds = Some(value),
            _ => return Err(unknown(name, option)),
        }
    }
    let step = step.ok_or_else(|| missing(name, "range.step"))?;
    if step.to_f64().is_nan() || step.to_f64() <= 0.0 {
        return Err(Error::new(
            5_733_401,
            "the step of $densify must be a positive number",
        ));
    }
    if unit.is_some() && step.value().as_ref().to_i64_exact().is_none() {
        return Err(Error::new(
            5_733_505,
            "the step of $densify must be a whole number when it has a unit",
        ));
    }
    let bounds = read_bounds(bounds.ok_or_else(|| missing(name, "range.bounds"))?, unit)?;
    let body = Densify(Rc::new(Specification {
        field,
        partition,
        step,
        unit,
        bounds,
    }));
    Ok(PipelineStage::new(name, document, body).into())
}

fn read_bounds(bounds: ValueRef<'_>, unit: Option<TimeUnit>) -> Result<Bounds> {
    let list = match bounds {
        ValueRef::String("full") => return Ok(Bounds::Full),
        ValueRef::String("partition") => return Ok(Bounds::Partition),
        ValueRef::Array(list) => list,
        _ => {
            return Err(Error::new(
                5_733_402,
                "the bounds of $densify must be 'full', 'partition' or an array of two values",
            ));
        }
    };
    if list.count() != 2 {
        return Err(Error::new(
            5_733_406,
            "an array of bounds of $densify must have exactly two elements",
        ));
    }
    let mut ends = list.iter().map(|end| match (end, unit) {
        (ValueRef::Date(millis), Some(_)) => Ok(Number::Long(millis)),
        (ValueRef::Date(_), None) => Err(Error::new(
            5_733_402,
            "bounds of $densify that are dates need a 'unit'",
        )),
        (end, _) => match (Number::of(end), unit) {
            (Some(_), Some(_)) => Err(Error::new(
                5_733_409,
                "bounds of $densify that are numbers take no 'unit'",
            )),
            (Some(number), None) => Ok(number),
            (None, _) => Err(Error::new(
                5_733_402,
                "the bounds of $densify must be numbers or dates",
            )),
        },
    });
    let mut next = || ends.next().unwrap_or(Ok(Number::Int(0)));
    let (lower, upper) = (next()?, next()?);
    if order(lower, upper) == Ordering::Greater {
        return Err(Error::new(
            5_733_407,
            "the lower bound of $densify must not be beyond the upper",
        ));
    }
    Ok(Bounds::Between(lower, upper))
}

fn order(one: Number, other: Number) -> Ordering {
    compare(one.value().as_ref(), other.value().as_ref())
}

#[cold]
fn wrong(stage: &str, option: &str, value: ValueRef<'_>) -> Error {
    Error::type_mismatch(format_args!(
        "BSON field '{stage}.{option}' has the wrong type '{}'",
        value.kind().alias()
    ))
}

#[cold]
fn unknown(stage: &str, option: &str) -> Error {
    Error::new(
        40415,
        format_args!("BSON field '{stage}.{option}' is an unknown field."),
    )
}

#[cold]
fn missing(stage: &str, option: &str) -> Error {
    Error::new(
        40414,
        format_args!("BSON field '{stage}.{option}' is missing but a required field"),
    )
}

impl Stage for Densify {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            stage: self.clone(),
            entries: Vec::new(),
            bytes: 0,
            is_loaded: false,
            ends: None,
            at: 0,
            ready: Vec::new().into_iter(),
            made: 0,
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        found.add(&self.0.field);
        self.0.partition.iter().for_each(|path| found.add(path));
        Passes::Everything
    }
}

/// A document with its partition and its place in the sequence.
struct Entry {
    partition: Vec<u8>,
    value: Option<Number>,
    document: Document,
}

struct Running {
    stage: Densify,
    entries: Vec<Entry>,
    bytes: usize,
    is_loaded: bool,
    /// The smallest and the largest value of all.
    ends: Option<(Number, Number)>,
    /// Where the next partition begins.
    at: usize,
    ready: std::vec::IntoIter<Row>,
    made: usize,
}

impl Running {
    /// Reads all input; goes on where it was when a page was missing.
    fn load(&mut self, input: &mut BoxStream, context: &Context) -> Result<()> {
        let mut writer = KeyWriter::new();
        while let Some(row) = input.next(context)? {
            let specification = &self.stage.0;
            let document = row.document.as_ref();
            writer.clear();
            for path in &specification.partition {
                let value = path.evaluate(document);
                writer.append(value.as_ref().map_or(ValueRef::Null, Value::as_ref), false);
            }
            let value = path_value(&specification.field, &row.document, specification.unit)?;
            if let Some(value) = value {
                self.ends = Some(match self.ends {
                    None => (value, value),
                    Some((low, high)) => (
                        if order(value, low).is_lt() {
                            value
                        } else {
                            low
                        },
                        if order(value, high).is_gt() {
                            value
                        } else {
                            high
                        },
                    ),
                });
            }
            let partition = writer.bytes().to_vec();
            self.bytes += row.document.owned_bytes() + partition.len() + size_of::<Entry>();
            if self.bytes > limits::STAGE_MEMORY_BYTES_MAX {
                return Err(Error::new(
                    codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                    "Exceeded memory limit for $densify, and there is no disk to use",
                ));
            }
            self.entries.push(Entry {
                partition,
                value,
                document: row.document,
            });
        }
        sort_by(&mut self.entries, |one, two| {
            let by_value = || match (one.value, two.value) {
                (Some(one), Some(two)) => order(one, two),
                (one, two) => one.is_some().cmp(&two.is_some()),
            };
            one.partition.cmp(&two.partition).then_with(by_value)
        });
        self.is_loaded = true;
        Ok(())
    }

    /// Makes the rows of the next partition; false if there is none.
    fn advance(&mut self, context: &Context) -> Result<bool> {
        let specification = self.stage.0.clone();
        let rest = self.entries.get(self.at..).unwrap_or_default();
        let Some(first) = rest.first() else {
            // Without any document there is still the sequence between two bounds.
            if self.at > 0 || !specification.partition.is_empty() {
                return Ok(false);
            }
            self.at = 1;
            return match specification.bounds {
                Bounds::Between(..) => self.fill(&specification, 0..0, context).map(|()| true),
                _ => Ok(false),
            };
        };
        let end = rest
            .iter()
            .position(|entry| entry.partition != first.partition)
            .map_or(self.entries.len(), |count| self.at + count);
        let range = self.at..end;
        self.at = end;
        self.fill(&specification, range, context)?;
        Ok(true)
    }

    fn fill(
        &mut self,
        specification: &Specification,
        range: std::ops::Range<usize>,
        context: &Context,
    ) -> Result<()> {
        let entries = self.entries.get(range).unwrap_or_default();
        let mut values = entries.iter().filter_map(|entry| entry.value);
        let first = values.next();
        let last = values.next_back().or(first);
        // The sequence begins here and goes on as long as this holds.
        let (from, upper, includes_upper) = match specification.bounds {
            Bounds::Full => match self.ends.filter(|_| first.is_some()) {
                Some((low, high)) => (Some(low), high, true),
                None => (None, Number::Int(0), true),
            },
            Bounds::Partition => (first, last.unwrap_or(Number::Int(0)), true),
            Bounds::Between(low, high) => (Some(low), high, false),
        };
        let mut base = DocumentBuf::new();
        if let Some(entry) = entries.first() {
            for path in &specification.partition {
                if let Some(value) = path.evaluate(entry.document.as_ref()) {
                    base = with_field(base.as_ref(), path, value.as_ref());
                }
            }
        }
        let mut rows: Vec<Row> = Vec::new();
        let mut count: i64 = 0;
        let mut next = from;
        let mut made = self.made;
        // Gives the sequence's values that come before a value, or all that are left.
        let mut up_to = |limit: Option<Number>, rows: &mut Vec<Row>| -> Result<()> {
            while let Some(value) = next {
                let place = order(value, upper);
                if place.is_gt() || (place.is_eq() && !includes_upper) {
                    next = None;
                    break;
                }
                let against = limit.map(|limit| order(value, limit));
                if against.is_some_and(Ordering::is_gt) {
                    break;
                }
                context.step()?;
                // A document that is there stands for its value.
                if against.is_none_or(Ordering::is_lt) {
                    made += 1;
                    if made > limits::DENSIFY_DOCUMENTS_MAX {
                        return Err(Error::new(
                            5_897_900,
                            "$densify would generate more than 500000 documents",
                        ));
                    }
                    let shown = shown(value, specification.unit);
                    let row = with_field(base.as_ref(), &specification.field, shown.as_ref());
                    rows.push(row.into());
                }
                count += 1;
                next = from.and_then(|from| specification.moved(from, count));
            }
            Ok(())
        };
        for entry in entries {
            if let Some(value) = entry.value {
                up_to(Some(value), &mut rows)?;
            }
            rows.push(entry.document.clone().into());
        }
        up_to(None, &mut rows)?;
        self.made = made;
        self.ready = rows.into_iter();
        Ok(())
    }
}

impl Specification {
    /// So many steps further; `None` beyond what a date can be.
    fn moved(&self, from: Number, count: i64) -> Option<Number> {
        match self.unit {
            None => Some(from.plus(self.step.times(Number::int_or_long(count)))),
            Some(unit) => {
                let step = self.step.value().as_ref().to_i64_exact()?;
                let date = move_date(from.integer()?, unit, step.checked_mul(count)?)?;
                Some(Number::Long(date))
            }
        }
    }
}

/// A value of the sequence as a document holds it.
fn shown(value: Number, unit: Option<TimeUnit>) -> Value<'static> {
    match (value, unit) {
        (Number::Long(millis), Some(_)) => ValueRef::Date(millis).into(),
        _ => value.value(),
    }
}

/// The field's value; `None` for null and missing.
///
/// Errors: 5733201 for what is neither number nor date, 6053600 for a date without a unit and for a
/// number with one.
fn path_value(
    path: &FieldPath,
    document: &Document,
    unit: Option<TimeUnit>,
) -> Result<Option<Number>> {
    let value = path.evaluate(document.as_ref());
    let value = value.as_ref().map_or(ValueRef::Null, Value::as_ref);
    match (value, unit) {
        (value, _) if value.is_nullish() => Ok(None),
        (ValueRef::Date(millis), Some(_)) => Ok(Some(Number::Long(millis))),
        (ValueRef::Date(_), None) => Err(Error::new(
            6_053_600,
            "$densify met a date, and its step has no 'unit'",
        )),
        (value, unit) => match (Number::of(value), unit) {
            (Some(number), None) => Ok(Some(number)),
            (Some(_), Some(_)) => Err(Error::new(
                6_053_600,
                "$densify met a number, and its step has a 'unit'",
            )),
            (None, _) => Err(Error::new(
                5_733_201,
                "the field of $densify must hold numbers or dates",
            )),
        },
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        if !self.is_loaded {
            self.load(input, context)?;
        }
        loop {
            if let Some(row) = self.ready.next() {
                return Ok(Some(row));
            }
            if !self.advance(context)? {
                return Ok(None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    fn with_range(range: &str) -> String {
        format!("[{{$densify: {{field: 'v', range: {range}}}}}]")
    }

    #[test]
    fn numbers_between_the_ends_and_between_bounds() {
        let documents = ["{v: 4, a: 1}", "{v: 0}", "{x: 1}", "{v: 1.5}"];
        check(
            &with_range("{step: 2, bounds: 'full'}"),
            &documents,
            &["{x: 1}", "{v: 0}", "{v: 1.5}", "{v: 2}", "{v: 4, a: 1}"],
        );
        check(
            &with_range("{step: 2, bounds: [-3, 3]}"),
            &documents,
            &[
                "{x: 1}",
                "{v: -3}",
                "{v: -1}",
                "{v: 0}",
                "{v: 1}",
                "{v: 1.5}",
                "{v: 4, a: 1}",
            ],
        );
        check(
            &with_range("{step: 2.5, bounds: [0, 5]}"),
            &[],
            &["{v: 0}", "{v: 2.5}"],
        );
        check(&with_range("{step: 1, bounds: 'full'}"), &[], &[]);
        check(
            &with_range("{step: 1, bounds: [1, 1]}"),
            &["{v: 5}"],
            &["{v: 5}"],
        );
    }

    #[test]
    fn partitions_and_dates() {
        let documents = [
            "{p: 'a', v: 1}",
            "{p: 'b', v: 2}",
            "{p: 'a', v: 3}",
            "{p: 'b', v: 4}",
        ];
        let stage = |bounds: &str| {
            format!(
                "[{{$densify: {{field: 'v', partitionByFields: ['p'], range: {{step: 1, bounds: {bounds}}}}}}}]"
            )
        };
        check(
            &stage("'partition'"),
            &documents,
            &[
                "{p: 'a', v: 1}",
                "{p: 'a', v: 2}",
                "{p: 'a', v: 3}",
                "{p: 'b', v: 2}",
                "{p: 'b', v: 3}",
                "{p: 'b', v: 4}",
            ],
        );
        check(
            &stage("'full'"),
            &documents,
            &[
                "{p: 'a', v: 1}",
                "{p: 'a', v: 2}",
                "{p: 'a', v: 3}",
                "{p: 'a', v: 4}",
                "{p: 'b', v: 1}",
                "{p: 'b', v: 2}",
                "{p: 'b', v: 3}",
                "{p: 'b', v: 4}",
            ],
        );
        // From the end of January by months: the day is that of the beginning where there is one.
        check(
            &with_range("{step: 1, unit: 'month', bounds: [date(2592000000), date(8000000000)]}"),
            &["{v: date(2592000000)}"],
            &[
                "{v: date(2592000000)}",
                "{v: date(5011200000)}",
                "{v: date(7689600000)}",
            ],
        );
    }

    #[test]
    fn bad_specifications_and_values_are_refused() {
        let check =
            |body: &str, code| check_error(&format!("[{{$densify: {body}}}]"), &["{v: 1}"], code);
        check("1", 9);
        check("{}", 40414);
        check("{field: 'v'}", 40414);
        check("{field: 1, range: {step: 1, bounds: 'full'}}", 14);
        check("{field: '$v', range: {step: 1, bounds: 'full'}}", 16410);
        check(
            "{field: 'v', range: {step: 1, bounds: 'full'}, x: 1}",
            40415,
        );
        check(
            "{field: 'v', partitionByFields: ['v.a'], range: {step: 1, bounds: 'full'}}",
            8_993_000,
        );
        let range = |range: &str, code| check(&format!("{{field: 'v', range: {range}}}"), code);
        range("{bounds: 'full'}", 40414);
        range("{step: 1}", 40414);
        range("{step: 'x', bounds: 'full'}", 14);
        range("{step: 0, bounds: 'full'}", 5_733_401);
        range("{step: -1, bounds: 'full'}", 5_733_401);
        range("{step: 1, bounds: 'x'}", 5_733_402);
        range("{step: 1, bounds: 1}", 5_733_402);
        range("{step: 1, bounds: [1]}", 5_733_406);
        range("{step: 1, bounds: ['a', 2]}", 5_733_402);
        range("{step: 1, bounds: [2, 1]}", 5_733_407);
        range("{step: 1, unit: 'day', bounds: [1, 2]}", 5_733_409);
        range("{step: 1.5, unit: 'day', bounds: 'full'}", 5_733_505);
        range("{step: 1, unit: 'day', bounds: 'full'}", 6_053_600);
        range("{step: 0.000001, bounds: [0, 1]}", 5_897_900);
        check_error(
            &with_range("{step: 1, bounds: 'full'}"),
            &["{v: 'a'}"],
            5_733_201,
        );
        check_error(
            &with_range("{step: 1, bounds: 'full'}"),
            &["{v: date(1)}"],
            6_053_600,
        );
    }
}
