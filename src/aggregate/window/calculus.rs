//! `$derivative` and `$integral`: of a value over what the documents are sorted by.

use super::Partition;
use super::bounds::{Bounds, fields};
use super::functions::{Arguments, Results, WindowFunction};
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Dependencies, Expression, TimeUnit};
use crate::index::IndexField;
use crate::value::{Value, ValueRef};

struct Calculus {
    name: &'static str,
    is_integral: bool,
    input: Expression,
    /// Milliseconds of the unit that dates are measured in.
    unit_ms: Option<i64>,
    bounds: Bounds,
    field: IndexField,
}

const WEEK_MS: i64 = 7 * DAY_MS;
const DAY_MS: i64 = 86_400_000;

pub(super) fn parse_derivative(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    if arguments.window.is_none() {
        return Err(Error::failed_to_parse(
            "$derivative requires explicit window bounds",
        ));
    }
    parse(arguments, false)
}

pub(super) fn parse_integral(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    parse(arguments, true)
}

/// Errors: `FailedToParse` (9), 5490704 (a unit longer than a week).
fn parse(arguments: &Arguments<'_, '_>, is_integral: bool) -> Result<Box<dyn WindowFunction>> {
    let name = arguments.name;
    let argument = fields(name, arguments.argument, &["input", "unit"])?;
    let field = arguments.setting.single_sort(name, 9)?.clone();
    let Some(input) = argument.get("input") else {
        return Err(Error::failed_to_parse(format_args!(
            "{name} requires 'input'"
        )));
    };
    let unit_ms = match argument.get("unit") {
        None => None,
        Some(unit @ ValueRef::String(_)) => Some(unit_ms(TimeUnit::read(name, unit)?)?),
        Some(_) => {
            return Err(Error::failed_to_parse(format_args!(
                "{name} requires 'unit' to be a string"
            )));
        }
    };
    Ok(Box::new(Calculus {
        name,
        is_integral,
        input: Expression::parse(input, arguments.scope)?,
        unit_ms,
        bounds: arguments.bounds()?,
        field,
    }))
}

fn unit_ms(unit: TimeUnit) -> Result<i64> {
    match unit {
        TimeUnit::Week => Ok(WEEK_MS),
        TimeUnit::Day => Ok(DAY_MS),
        other => other
            .millis()
            .ok_or_else(|| Error::new(5_490_704, "'unit' must be 'week' or smaller")),
    }
}

/// A document's place on the axis and its value.
#[derive(Clone, Copy)]
struct Point {
    x: Number,
    y: Option<Number>,
}

impl Calculus {
    /// Errors: 5624900 and 5423901 (no dates though there is a unit), 5624901 and 5423902 (dates
    /// without a unit, or what is neither).
    fn place(&self, value: Option<ValueRef<'_>>) -> Result<Number> {
        let name = self.name;
        match (value, self.unit_ms) {
            (Some(ValueRef::Date(millis)), Some(_)) => Ok(Number::Long(millis)),
            (_, Some(_)) => Err(Error::new(
                if self.is_integral {
                    5_423_901
                } else {
                    5_624_900
                },
                format_args!("{name} with 'unit' expects the sortBy field to be a Date"),
            )),
            (Some(ValueRef::Date(_)), None) => Err(Error::new(
                if self.is_integral {
                    5_423_902
                } else {
                    5_624_901
                },
                format_args!("{name} where the sortBy is a Date requires a 'unit'"),
            )),
            (value, None) => value.and_then(Number::of).ok_or_else(|| {
                Error::new(
                    if self.is_integral {
                        5_423_902
                    } else {
                        5_624_902
                    },
                    format_args!("{name} expects the sortBy field to be numeric"),
                )
            }),
        }
    }

    fn points(&self, partition: &Partition<'_>) -> Result<Vec<Point>> {
        let mut points = Vec::with_capacity(partition.len());
        for (at, value) in partition.values(&self.input)?.iter().enumerate() {
            let x = self.place(partition.sort_value(at, &self.field))?;
            let y = value.as_ref().and_then(|value| Number::of(value.as_ref()));
            if y.is_none() && self.is_integral {
                return Err(Error::new(
                    5_423_900,
                    "the input value of $integral must be numeric",
                ));
            }
            points.push(Point { x, y });
        }
        Ok(points)
    }

    /// A distance on the axis, in units.
    fn units(&self, distance: Number) -> Number {
        match self.unit_ms {
            Some(unit) => Number::Double(distance.to_f64() / unit as f64),
            None => distance,
        }
    }

    fn derivative(&self, points: &[Point]) -> Value<'static> {
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return Value::NULL;
        };
        let (Some(from), Some(to)) = (first.y, last.y) else {
            return Value::NULL;
        };
        let run = self.units(last.x.minus(first.x));
        if points.len() < 2 || run.is_zero() {
            return Value::NULL;
        }
        divided(to.minus(from), run).value()
    }

    /// The area between two neighbours.
    fn area(&self, one: Point, two: Point) -> Number {
        let (Some(from), Some(to)) = (one.y, two.y) else {
            return Number::Int(0);
        };
        let height = from.plus(to);
        divided(height.times(self.units(two.x.minus(one.x))), Number::Int(2))
    }
}

fn divided(one: Number, by: Number) -> Number {
    match one.is_decimal() || by.is_decimal() {
        true => Number::Decimal(one.to_decimal().divided_by(by.to_decimal())),
        false => Number::Double(one.to_f64() / by.to_f64()),
    }
}

impl WindowFunction for Calculus {
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let frames = self.bounds.frames(partition)?;
        let points = self.points(partition)?;
        let mut results: Results = Vec::with_capacity(points.len());
        // The integral up to where the window begins is left out by beginning anew there.
        let (mut start, mut end, mut sum) = (0, 0, Number::Double(0.0));
        for frame in frames {
            let inside = points.get(frame.start..frame.end).unwrap_or_default();
            if !self.is_integral {
                results.push(Some(self.derivative(inside)));
                continue;
            }
            if frame.start != start || end == 0 {
                (start, end, sum) = (frame.start, frame.start + 1, Number::Double(0.0));
            }
            while end < frame.end {
                partition.context.step()?;
                if let Some(&[one, two]) = points.get(end - 1..=end) {
                    sum = sum.plus(self.area(one, two));
                }
                end += 1;
            }
            let result = match inside.is_empty() {
                true => Value::NULL,
                false => sum.value(),
            };
            results.push(Some(result));
        }
        Ok(results)
    }

    fn dependencies(&self, into: &mut Dependencies) {
        self.input.dependencies(into);
    }
}
