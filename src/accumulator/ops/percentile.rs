//! `$median` and `$percentile`: of what is a number, as doubles.
//!
//! The method `approximate` gives an element of the group: the smallest that at least the
//! share `p` of all does not exceed.

use crate::accumulator::accumulate::Start;
use crate::accumulator::{Accumulate, Accumulator};
use crate::error::{Error, Result};
use crate::expression::statistics::percentile;
use crate::expression::{Expression, ParseScope, parse_percentile_argument};
use crate::sorting::sort_by;
use crate::value::{ArrayBuf, Value, ValueRef};

struct Percentiles {
    numbers: Vec<f64>,
    /// The shares; one without a list for `$median`.
    shares: Vec<f64>,
    is_list: bool,
}

pub fn parse_median(
    name: &'static str,
    argument: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Accumulator> {
    let (input, _) = parse_percentile_argument(name, argument, scope, false)?;
    Ok(accumulator(name, input, vec![0.5], false))
}

pub fn parse_percentile(
    name: &'static str,
    argument: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Accumulator> {
    let (input, shares) = parse_percentile_argument(name, argument, scope, true)?;
    if shares.is_empty() {
        return Err(Error::bad_value(format_args!(
            "{name}: 'p' cannot be an empty array"
        )));
    }
    Ok(accumulator(name, input, shares, true))
}

fn accumulator(
    name: &'static str,
    input: Expression,
    shares: Vec<f64>,
    is_list: bool,
) -> Accumulator {
    Accumulator {
        name,
        input,
        start: Start::With(Box::new(move || {
            Box::new(Percentiles {
                numbers: Vec::new(),
                shares: shares.clone(),
                is_list,
            })
        })),
    }
}

impl Accumulate for Percentiles {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        if let Some(number) = value.and_then(|value| value.to_f64())
            && !number.is_nan()
        {
            self.numbers.push(number);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        sort_by(&mut self.numbers, f64::total_cmp);
        let at = |share: &f64| {
            percentile(&self.numbers, *share).map_or(ValueRef::Null, ValueRef::Double)
        };
        let mut values = self.shares.iter().map(at);
        Ok(Some(if self.is_list {
            Value::array(values.collect::<ArrayBuf>())
        } else {
            values.next().map_or(Value::NULL, Value::Ref)
        }))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Percentiles>() + self.numbers.capacity() * size_of::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::{check, check_error};

    #[test]
    fn medians_and_percentiles() {
        let documents = "[{v: 10}, {v: 30}, {v: 20}, {v: 'x'}]";
        check(
            "{$median: {input: '$v', method: 'approximate'}}",
            documents,
            "20.0",
        );
        check(
            "{$percentile: {input: '$v', p: [0, 1], method: 'approximate'}}",
            documents,
            "[10.0, 30.0]",
        );
        check(
            "{$median: {input: '$v', method: 'approximate'}}",
            "[]",
            "null",
        );
        check_error("{$median: {input: '$v', method: 'other'}}", 2);
    }
}
