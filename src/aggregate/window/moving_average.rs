//! `$expMovingAvg`: each number counts, the more recent the more.

use super::Partition;
use super::bounds::fields;
use super::functions::{Arguments, Results, WindowFunction};
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Dependencies, Expression};
use crate::value::{Decimal128, Value};

struct MovingAverage {
    input: Expression,
    /// What the newest number weighs, between zero and one.
    alpha: Decimal128,
}

/// Errors: `FailedToParse` (9).
pub(super) fn parse(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    let name = arguments.name;
    let refuse = |why: &str| Err(Error::failed_to_parse(format_args!("{name} {why}")));
    let argument = fields(name, arguments.argument, &["input", "N", "alpha"])?;
    if arguments.setting.sort.is_none() {
        return refuse("requires an explicit 'sortBy'");
    }
    let Some(input) = argument.get("input") else {
        return refuse("requires 'input'");
    };
    let alpha = match (argument.get("N"), argument.get("alpha")) {
        (Some(count), None) => match count.to_i64_exact().filter(|_| count.is_number()) {
            Some(count @ 1..) => {
                let two = Decimal128::from(2);
                two.divided_by(Decimal128::from(count.saturating_add(1)))
            }
            _ => return refuse("requires 'N' to be an integer greater than zero"),
        },
        (None, Some(alpha)) => match Number::of(alpha).map(|alpha| (alpha, alpha.to_f64())) {
            Some((alpha, double)) if double > 0.0 && double < 1.0 => alpha.to_decimal(),
            _ => return refuse("requires 'alpha' to be a number between 0 and 1, both exclusive"),
        },
        _ => return refuse("requires either 'N' or 'alpha', and not both"),
    };
    Ok(Box::new(MovingAverage {
        input: Expression::parse(input, arguments.scope)?,
        alpha,
    }))
}

impl WindowFunction for MovingAverage {
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let (mut average, mut has_decimal) = (None, false);
        let old_weighs = Decimal128::from(1).minus(self.alpha);
        let mut results = Vec::with_capacity(partition.len());
        for value in partition.values(&self.input)? {
            let number = value.as_ref().and_then(|value| Number::of(value.as_ref()));
            let Some(number) = number else {
                results.push(Some(Value::NULL));
                continue;
            };
            has_decimal |= number.is_decimal();
            let number = number.to_decimal();
            let new = match average {
                None => number,
                Some(old) => number.times(self.alpha).plus(old_weighs.times(old)),
            };
            average = Some(new);
            results.push(Some(match has_decimal {
                true => Number::Decimal(new).value(),
                false => Value::from(new.to_f64()),
            }));
        }
        Ok(results)
    }

    fn dependencies(&self, into: &mut Dependencies) {
        self.input.dependencies(into);
    }
}
