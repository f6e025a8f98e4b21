//! Which documents a window holds: by their number, or by the value they are sorted by.

use super::{Partition, Setting};
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{TimeUnit, move_date};
use crate::index::IndexField;
use crate::value::{DocumentRef, ValueRef, compare};
use std::cmp::Ordering;

/// A window of documents, from `start` to before `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    pub start: usize,
    pub end: usize,
}

/// One end of a window.
#[derive(Clone, Copy)]
enum Edge<T> {
    Unbounded,
    /// So far from the document itself.
    Offset(T),
}

/// How windows are found.
pub enum Bounds {
    Documents(Edges<i64>),
    Range {
        edges: Edges<Number>,
        unit: Option<TimeUnit>,
        field: IndexField,
    },
}

/// Both ends of a window.
pub struct Edges<T> {
    lower: Edge<T>,
    upper: Edge<T>,
}

impl Bounds {
    /// The whole partition.
    pub fn all() -> Bounds {
        Bounds::Documents(Edges {
            lower: Edge::Unbounded,
            upper: Edge::Unbounded,
        })
    }

    /// Reads `{documents: [lower, upper]}` or `{range: [lower, upper], unit: ...}`.
    ///
    /// Errors: `FailedToParse` (9) for what cannot be read, 5339900 (the lower bound is beyond the
    /// upper), 5339901 (`documents` without `sortBy`), 5339902 (`range` without one ascending field).
    pub fn parse(window: ValueRef<'_>, setting: &Setting<'_>) -> Result<Bounds> {
        let Some(window) = window.as_document() else {
            return Err(malformed("'window' must be an object"));
        };
        let (mut documents, mut range, mut unit) = (None, None, None);
        for (name, value) in window.iter() {
            match name {
                "documents" => documents = Some(value),
                "range" => range = Some(value),
                "unit" => unit = Some(value),
                other => {
                    return Err(Error::failed_to_parse(format_args!(
                        "'window' has the unknown field '{other}'"
                    )));
                }
            }
        }
        match (documents, range) {
            (Some(_), Some(_)) => Err(malformed(
                "'window' takes either 'documents' or 'range', not both",
            )),
            (Some(_), None) if unit.is_some() => {
                Err(malformed("'unit' goes with 'range', not with 'documents'"))
            }
            (Some(list), None) => Bounds::of_documents(list, setting),
            (None, Some(list)) => Bounds::of_range(list, unit, setting),
            (None, None) if unit.is_some() => Err(malformed("'unit' needs a 'range'")),
            (None, None) => Ok(Bounds::all()),
        }
    }

    fn of_documents(list: ValueRef<'_>, setting: &Setting<'_>) -> Result<Bounds> {
        let edges = Edges::parse(list, 0, |value| {
            let whole = value.to_i64_exact();
            let small = whole.filter(|whole| i32::try_from(*whole).is_ok());
            small.ok_or_else(|| {
                malformed("a bound of 'documents' must be an int, 'unbounded' or 'current'")
            })
        })?;
        if let (Edge::Offset(lower), Edge::Offset(upper)) = (edges.lower, edges.upper)
            && lower > upper
        {
            return Err(inverted());
        }
        if setting.sort.is_none() && !edges.is_all() {
            return Err(Error::new(
                5_339_901,
                "bounds of 'documents' require a sortBy",
            ));
        }
        Ok(Bounds::Documents(edges))
    }

    fn of_range(
        list: ValueRef<'_>,
        unit: Option<ValueRef<'_>>,
        setting: &Setting<'_>,
    ) -> Result<Bounds> {
        let unit = match unit {
            Some(ValueRef::String(_)) => Some(TimeUnit::read(
                "$setWindowFields",
                unit.unwrap_or(ValueRef::Null),
            )?),
            Some(_) => return Err(malformed("'unit' must be a string")),
            None => None,
        };
        let edges = Edges::parse(list, Number::Int(0), |value| {
            let number = Number::of(value).ok_or_else(|| {
                malformed("a bound of 'range' must be a number, 'unbounded' or 'current'")
            })?;
            if unit.is_some() && value.to_i64_exact().is_none() {
                return Err(malformed(
                    "with 'unit', a bound of 'range' must be an integer",
                ));
            }
            Ok(number)
        })?;
        if let (Edge::Offset(lower), Edge::Offset(upper)) = (edges.lower, edges.upper)
            && compare(lower.value().as_ref(), upper.value().as_ref()) == Ordering::Greater
        {
            return Err(inverted());
        }
        let one = match setting.sort.map(|sort| sort.fields.as_slice()) {
            Some([field]) if !field.descending => field.clone(),
            _ => {
                return Err(Error::new(
                    5_339_902,
                    "bounds of 'range' require a sortBy of one ascending field",
                ));
            }
        };
        Ok(Bounds::Range {
            edges,
            unit,
            field: one,
        })
    }

    /// True if every window begins with the partition: nothing ever leaves it.
    pub fn is_growing(&self) -> bool {
        match self {
            Bounds::Documents(edges) => matches!(edges.lower, Edge::Unbounded),
            Bounds::Range { edges, .. } => matches!(edges.lower, Edge::Unbounded),
        }
    }

    /// The window of every document. Both ends only ever move forward.
    ///
    /// Errors: 5429513 (a sort value is no date though there is a unit), 5429413 (one is a date and
    /// there is none), 5429414 (no number).
    pub fn frames(&self, partition: &Partition<'_>) -> Result<Vec<Frame>> {
        let count = partition.len();
        match self {
            Bounds::Documents(edges) => Ok((0..count)
                .map(|at| {
                    let clamp = |offset: i64, more: i64| {
                        let place = (at as i64).saturating_add(offset).saturating_add(more);
                        place.clamp(0, count as i64) as usize
                    };
                    let start = match edges.lower {
                        Edge::Unbounded => 0,
                        Edge::Offset(offset) => clamp(offset, 0),
                    };
                    let end = match edges.upper {
                        Edge::Unbounded => count,
                        Edge::Offset(offset) => clamp(offset, 1),
                    };
                    Frame {
                        start,
                        end: end.max(start),
                    }
                })
                .collect()),
            Bounds::Range { edges, unit, field } => range_frames(partition, edges, *unit, field),
        }
    }
}

fn range_frames(
    partition: &Partition<'_>,
    edges: &Edges<Number>,
    unit: Option<TimeUnit>,
    field: &IndexField,
) -> Result<Vec<Frame>> {
    let count = partition.len();
    let mut places = Vec::with_capacity(count);
    for at in 0..count {
        places.push(place(partition.sort_value(at, field), unit)?);
    }
    let moved = |from: Number, by: Number| match unit {
        Some(unit) => {
            let (date, amount) = (from.integer().unwrap_or(0), by.value());
            let amount = amount.as_ref().to_i64_exact().unwrap_or(0);
            // Beyond what a date can be is beyond every document.
            let date = move_date(date, unit, amount).unwrap_or(if amount < 0 {
                i64::MIN
            } else {
                i64::MAX
            });
            Number::Long(date)
        }
        None => from.plus(by),
    };
    let is_before = |one: Number, other: Number| {
        compare(one.value().as_ref(), other.value().as_ref()) == Ordering::Less
    };
    let mut frames = Vec::with_capacity(count);
    let (mut start, mut end) = (0, 0);
    for &own in &places {
        partition.context.step()?;
        if let Edge::Offset(offset) = edges.lower {
            let first = moved(own, offset);
            while places
                .get(start)
                .is_some_and(|&place| is_before(place, first))
            {
                start += 1;
            }
        }
        match edges.upper {
            Edge::Unbounded => end = count,
            Edge::Offset(offset) => {
                let last = moved(own, offset);
                while places
                    .get(end)
                    .is_some_and(|&place| !is_before(last, place))
                {
                    end += 1;
                }
            }
        }
        frames.push(Frame {
            start,
            end: end.max(start),
        });
    }
    Ok(frames)
}

/// A sort value as a number: of milliseconds if there is a unit.
fn place(value: Option<ValueRef<'_>>, unit: Option<TimeUnit>) -> Result<Number> {
    let alias = || value.map_or("missing", |value| value.kind().alias());
    match (value, unit) {
        (Some(ValueRef::Date(millis)), Some(_)) => Ok(Number::Long(millis)),
        (_, Some(_)) => Err(Error::new(
            5_429_513,
            format_args!(
                "Invalid range: expected the sortBy field to be a Date, but it was {}",
                alias()
            ),
        )),
        (Some(ValueRef::Date(_)), None) => {
            Err(Error::new(5_429_413, "a range over dates must have a unit"))
        }
        (value, None) => value.and_then(Number::of).ok_or_else(|| {
            Error::new(
                5_429_414,
                format_args!(
                    "Invalid range: expected the sortBy field to be a number, but it was {}",
                    alias()
                ),
            )
        }),
    }
}

impl<T> Edges<T> {
    fn parse(
        list: ValueRef<'_>,
        zero: T,
        read: impl Fn(ValueRef<'_>) -> Result<T>,
    ) -> Result<Edges<T>>
    where
        T: Copy,
    {
        let pair = list.as_array().filter(|list| list.count() == 2);
        let Some(pair) = pair else {
            return Err(malformed("window bounds must be an array of two elements"));
        };
        let edge = |value: ValueRef<'_>| match value {
            ValueRef::String("unbounded") => Ok(Edge::Unbounded),
            ValueRef::String("current") => Ok(Edge::Offset(zero)),
            other => read(other).map(Edge::Offset),
        };
        let mut values = pair.iter();
        let mut next = || edge(values.next().unwrap_or(ValueRef::Null));
        Ok(Edges {
            lower: next()?,
            upper: next()?,
        })
    }

    fn is_all(&self) -> bool {
        matches!(
            (&self.lower, &self.upper),
            (Edge::Unbounded, Edge::Unbounded)
        )
    }
}

/// The fields of an argument that is an object.
///
/// Errors: `FailedToParse` (9) for no object and for a field that is not in `known`.
pub(super) fn fields<'v>(
    name: &str,
    argument: ValueRef<'v>,
    known: &[&str],
) -> Result<DocumentRef<'v>> {
    let Some(document) = argument.as_document() else {
        return Err(Error::failed_to_parse(format_args!(
            "{name} expects an object"
        )));
    };
    match document.iter().find(|(field, _)| !known.contains(field)) {
        Some((field, _)) => Err(Error::failed_to_parse(format_args!(
            "{name} got the unexpected argument '{field}'"
        ))),
        None => Ok(document),
    }
}

#[cold]
fn malformed(message: &str) -> Error {
    Error::failed_to_parse(message)
}

#[cold]
fn inverted() -> Error {
    Error::new(5_339_900, "the lower bound must not be beyond the upper")
}
