//! Accumulators over windows: as a group takes documents in where windows only grow, by structures
//! that can let go where they can, else anew for every window.

use super::Partition;
use super::bounds::{Bounds, Frame};
use super::functions::{Results, WindowFunction};
use super::sliding::{Extremes, Totals};
use crate::accumulator::Accumulator;
use crate::error::{Error, Result, codes};
use crate::expression::{Dependencies, Scope};
use crate::limits;
use crate::value::{DocumentRef, Value, ValueRef};

struct Accumulated {
    accumulator: Accumulator,
    bounds: Bounds,
}

/// An accumulator as a window function.
pub(super) fn over(accumulator: Accumulator, bounds: Bounds) -> Box<dyn WindowFunction> {
    Box::new(Accumulated {
        accumulator,
        bounds,
    })
}

impl WindowFunction for Accumulated {
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let frames = self.bounds.frames(partition)?;
        let values = partition.values(self.accumulator.input())?;
        if !self.bounds.is_growing() {
            match self.accumulator.name() {
                "$sum" => return Totals::sums(&frames, &values),
                "$avg" => return Totals::averages(&frames, &values),
                "$min" => return Extremes::over(&frames, &values, false),
                "$max" => return Extremes::over(&frames, &values, true),
                _ => {}
            }
        }
        self.one_by_one(partition, &frames, &values)
    }

    fn dependencies(&self, into: &mut Dependencies) {
        self.accumulator.dependencies(into);
    }
}

impl Accumulated {
    /// Adds what comes into a window; begins anew when something leaves it.
    fn one_by_one(
        &self,
        partition: &Partition<'_>,
        frames: &[Frame],
        values: &[Option<Value<'_>>],
    ) -> Result<Results> {
        let is_deviation = matches!(self.accumulator.name(), "$stdDevPop" | "$stdDevSamp");
        let slides = !self.bounds.is_growing();
        let scope = Scope::new(DocumentRef::EMPTY, partition.context);
        let mut state = self.accumulator.start(&scope)?;
        let mut held = Frame { start: 0, end: 0 };
        let mut results: Results = Vec::with_capacity(frames.len());
        let mut bytes = 0;
        for (at, &frame) in frames.iter().enumerate() {
            if at > 0 && frame == held {
                results.push(results.last().cloned().flatten());
                continue;
            }
            let only_lets_go = frame.end == held.end;
            if frame.start != held.start {
                state = self.accumulator.start(&scope)?;
                held = Frame {
                    start: frame.start,
                    end: frame.start,
                };
            }
            for value in values.get(held.end..frame.end).unwrap_or_default() {
                partition.context.step()?;
                state.add(value.as_ref().map(Value::as_ref))?;
            }
            held = frame;
            let inside = values.get(frame.start..frame.end).unwrap_or_default();
            let result = match is_deviation && slides {
                true => deviation(inside, only_lets_go, state.finish()?),
                false => state.finish()?,
            };
            bytes += result.as_ref().map_or(0, Value::owned_bytes);
            check_memory(bytes + state.memory_bytes())?;
            results.push(Some(result.unwrap_or(Value::NULL)));
        }
        Ok(results)
    }
}

/// Errors: `QueryExceededMemoryLimitNoDiskUseAllowed` (292).
pub(super) fn check_memory(bytes: usize) -> Result<()> {
    if bytes <= limits::STAGE_MEMORY_BYTES_MAX {
        return Ok(());
    }
    Err(Error::new(
        codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
        "Exceeded memory limit for $setWindowFields, and there is no disk to use",
    ))
}

/// A deviation of a window that slides: null as long as it holds what is not finite, and the integer
/// zero once it has let go of all but one number.
fn deviation(
    inside: &[Option<Value<'_>>],
    only_lets_go: bool,
    result: Option<Value<'static>>,
) -> Option<Value<'static>> {
    let numbers = inside.iter().flatten().map(Value::as_ref);
    let numbers = numbers
        .filter(ValueRef::is_number)
        .filter_map(|n| n.to_f64());
    let (mut count, mut is_finite) = (0, true);
    for number in numbers {
        count += 1;
        is_finite &= number.is_finite();
    }
    let is_null = result
        .as_ref()
        .is_none_or(|result| result.as_ref().is_nullish());
    match (is_finite, count) {
        (false, _) => None,
        (true, 1) if only_lets_go && !is_null => Some(Value::from(0)),
        _ => result,
    }
}
