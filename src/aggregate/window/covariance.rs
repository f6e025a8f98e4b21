//! `$covariancePop` and `$covarianceSamp`: of pairs of numbers; other pairs are left out.

use super::Partition;
use super::bounds::{Bounds, Frame};
use super::functions::{Arguments, Results, WindowFunction};
use crate::error::Result;
use crate::expression::number::Number;
use crate::expression::statistics::Sum;
use crate::expression::{Dependencies, Expression};
use crate::value::{Decimal128, Value};

struct Covariance {
    pair: Expression,
    bounds: Bounds,
    /// One for a sample, zero for a population.
    less: u64,
}

pub(super) fn parse_population(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    parse(arguments, 0)
}

pub(super) fn parse_sample(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    parse(arguments, 1)
}

fn parse(arguments: &Arguments<'_, '_>, less: u64) -> Result<Box<dyn WindowFunction>> {
    Ok(Box::new(Covariance {
        pair: Expression::parse(arguments.argument, arguments.scope)?,
        bounds: arguments.bounds()?,
        less,
    }))
}

/// The running covariance, in the order in which pairs come (Welford's way).
#[derive(Default)]
struct Running {
    count: u64,
    x: Sum,
    y: Sum,
    products: Sum,
    not_finite: u64,
    has_decimal: bool,
}

impl Running {
    fn add(&mut self, value: Option<&Value<'_>>) {
        let pair = value.and_then(|value| value.as_ref().as_array());
        let Some(pair) = pair.filter(|pair| pair.count() == 2) else {
            return;
        };
        let mut numbers = pair.iter().map(Number::of);
        let (Some(Some(x)), Some(Some(y))) = (numbers.next(), numbers.next()) else {
            return;
        };
        if [x, y].iter().any(|number| !is_finite(*number)) {
            self.not_finite += 1;
            return;
        }
        self.has_decimal |= x.is_decimal() || y.is_decimal();
        let off_x = x.minus(self.x.average().unwrap_or(Number::Int(0)));
        self.count += 1;
        self.x.add(x.value().as_ref());
        self.y.add(y.value().as_ref());
        let off_y = y.minus(self.y.average().unwrap_or(Number::Int(0)));
        self.products.add(off_x.times(off_y).value().as_ref());
    }

    fn result(&self, less: u64) -> Value<'static> {
        if self.not_finite > 0 {
            return Value::from(f64::NAN);
        }
        if self.count <= less {
            return Value::NULL;
        }
        // One pair varies by nothing, whatever its type.
        if self.count == 1 {
            return Value::from(0.0);
        }
        let count = (self.count - less) as f64;
        match self.products.total() {
            Number::Decimal(sum) => {
                Number::Decimal(sum.divided_by(Decimal128::from_f64(count))).value()
            }
            sum if self.has_decimal => {
                let sum = sum.to_decimal();
                Number::Decimal(sum.divided_by(Decimal128::from_f64(count))).value()
            }
            sum => Value::from(sum.to_f64() / count),
        }
    }
}

fn is_finite(number: Number) -> bool {
    match number {
        Number::Double(number) => number.is_finite(),
        Number::Decimal(number) => !number.is_nan() && !number.is_infinite(),
        _ => true,
    }
}

impl WindowFunction for Covariance {
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let frames = self.bounds.frames(partition)?;
        let pairs = partition.values(&self.pair)?;
        let mut running = Running::default();
        let mut held = Frame { start: 0, end: 0 };
        let mut results: Results = Vec::with_capacity(frames.len());
        for frame in frames {
            if frame.start != held.start {
                running = Running::default();
                held = Frame {
                    start: frame.start,
                    end: frame.start,
                };
            }
            for pair in pairs.get(held.end..frame.end).unwrap_or_default() {
                partition.context.step()?;
                running.add(pair.as_ref());
            }
            held = frame;
            results.push(Some(running.result(self.less)));
        }
        Ok(results)
    }

    fn dependencies(&self, into: &mut Dependencies) {
        self.pair.dependencies(into);
    }
}
