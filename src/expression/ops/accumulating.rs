//! `$sum`, `$avg`, `$min`, `$max`, `$stdDevPop`, `$stdDevSamp` as expressions: over their
//! arguments or, when there is one and it is an array, over its elements.

use std::cmp::Ordering;

use crate::error::Result;
use crate::expression::number::Number;
use crate::expression::statistics::{Deviation, Sum};
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

/// Shows every value that counts; missing ones are left out.
fn each(call: &Call, scope: &Scope<'_, '_>, mut see: impl FnMut(ValueRef<'_>)) -> Result<()> {
    if let [argument] = call.arguments() {
        if let Some(value) = argument.evaluate(scope)? {
            match value.as_ref() {
                ValueRef::Array(array) => array.iter().for_each(see),
                single => see(single),
            }
        }
        return Ok(());
    }
    for argument in call.arguments() {
        if let Some(value) = argument.evaluate(scope)? {
            see(value.as_ref());
        }
    }
    Ok(())
}

fn number_or_null<'a>(number: Option<Number>) -> Outcome<'a> {
    Ok(Some(number.map_or(Value::NULL, Number::value)))
}

pub fn sum<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut sum = Sum::default();
    each(call, scope, |value| sum.add(value))?;
    number_or_null(Some(sum.total()))
}

pub fn avg<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut sum = Sum::default();
    each(call, scope, |value| sum.add(value))?;
    number_or_null(sum.average())
}

pub fn std_dev_pop<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut deviation = Deviation::default();
    each(call, scope, |value| deviation.add(value))?;
    number_or_null(deviation.population().map(Number::Double))
}

pub fn std_dev_samp<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut deviation = Deviation::default();
    each(call, scope, |value| deviation.add(value))?;
    number_or_null(deviation.sample().map(Number::Double))
}

pub fn min<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    extreme(call, scope, Ordering::Less)
}

pub fn max<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    extreme(call, scope, Ordering::Greater)
}

fn extreme<'a>(call: &Call, scope: &Scope<'a, '_>, wanted: Ordering) -> Outcome<'a> {
    let mut best: Option<Value<'static>> = None;
    each(call, scope, |value| {
        if value.is_nullish() {
            return;
        }
        let order = best
            .as_ref()
            .map(|best| scope.compare(Some(value), Some(best.as_ref())));
        if order.is_none_or(|order| order == wanted) {
            best = Some(Value::copy_of(value));
        }
    })?;
    Ok(Some(best.unwrap_or(Value::NULL)))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::check;

    #[test]
    fn over_arguments_or_elements() {
        check("{$sum: '$a'}", "{a: [1, 2, 'x', [3]]}", "3");
        check("{$sum: ['$a', 2]}", "{a: [1, 2]}", "2");
        check("{$sum: '$a'}", "{}", "0");
        check("{$avg: ['$a', 2]}", "{a: 1}", "1.5");
        check("{$avg: '$a'}", "{}", "null");
        check("{$min: '$a'}", "{a: [3, null, 1]}", "1");
        check("{$max: ['$a', 3, '$b']}", "{a: 'x'}", "'x'");
        check("{$max: [[1], [2]]}", "{}", "[2]");
        check("{$stdDevPop: [1, 3]}", "{}", "1.0");
        check("{$stdDevSamp: [1]}", "{}", "null");
    }
}
