//! `$add`: the sum of numbers, or a date and milliseconds.

use crate::error::{Error, Result, codes};
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef};

/// Errors: `TypeMismatch` (14), 16612 (two dates), `Overflow` (15: a date out of range).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut sum = Sum::new();
    let mut arguments = call.arguments().iter();
    if let [left, right] = call.arguments() {
        // Two numbers, neither a decimal: what most sums are.
        let left = left.evaluate(scope)?;
        if let Some(number) = left.as_ref().and_then(|value| plain(value.as_ref())) {
            let right = right.evaluate(scope)?;
            if let Some(other) = right.as_ref().and_then(|value| plain(value.as_ref())) {
                return Ok(Some(number.plus(other).value()));
            }
            if sum.take(call, left)?.and(sum.take(call, right)?).is_none() {
                return Ok(Some(Value::NULL));
            }
            return sum.finish(call.name()).map(Some);
        }
        if sum.take(call, left)?.is_none() {
            return Ok(Some(Value::NULL));
        }
        arguments.next();
    }
    for argument in arguments {
        if sum.take(call, argument.evaluate(scope)?)?.is_none() {
            return Ok(Some(Value::NULL));
        }
    }
    sum.finish(call.name()).map(Some)
}

/// An int, long or double. Zero stands for minus zero: a sum begins with zero.
#[inline]
fn plain(value: ValueRef<'_>) -> Option<Number> {
    match value {
        ValueRef::Int32(number) => Some(Number::Int(number)),
        ValueRef::Int64(number) => Some(Number::Long(number)),
        ValueRef::Double(number) => Some(Number::Double(number + 0.0)),
        _ => None,
    }
}

/// Integers are summed in 64 bits and narrowed at the end; the first double, decimal or
/// overflow moves the sum on to that type.
struct Sum {
    integers: i64,
    has_long: bool,
    wide: Option<Number>,
    date: Option<i64>,
}

impl Sum {
    fn new() -> Sum {
        Sum {
            integers: 0,
            has_long: false,
            wide: None,
            date: None,
        }
    }

    /// Adds an argument's value; `None` when it is null or missing, which makes null.
    fn take(&mut self, call: &Call, value: Option<Value<'_>>) -> Result<Option<()>> {
        let Some(value) = value else {
            return Ok(None);
        };
        match value.as_ref() {
            ValueRef::Int32(number) => self.add_integer(i64::from(number), false),
            ValueRef::Int64(number) => self.add_integer(number, true),
            ValueRef::Double(number) => self.add(Number::Double(number)),
            ValueRef::Decimal128(number) => self.add(Number::Decimal(*number)),
            ValueRef::Date(_) if self.date.is_some() => {
                return Err(Error::new(
                    16612,
                    format_args!("only one date allowed in an {} expression", call.name()),
                ));
            }
            ValueRef::Date(millis) => self.date = Some(millis),
            ValueRef::Null | ValueRef::Undefined => return Ok(None),
            other => {
                return Err(Error::type_mismatch(format_args!(
                    "{} only supports numeric or date types, not {}",
                    call.name(),
                    other.kind().alias()
                )));
            }
        }
        Ok(Some(()))
    }

    #[inline]
    fn add_integer(&mut self, number: i64, is_long: bool) {
        self.has_long |= is_long;
        match (&mut self.wide, self.integers.checked_add(number)) {
            (Some(wide), _) => *wide = wide.plus(Number::Long(number)),
            (None, Some(sum)) => self.integers = sum,
            (None, None) => {
                self.wide = Some(Number::Double(self.integers as f64 + number as f64));
            }
        }
    }

    #[inline]
    fn add(&mut self, number: Number) {
        let so_far = match self.wide {
            Some(wide) => wide,
            // Zero as an int has no sign and no digits that the sum would show.
            None if self.integers == 0 => {
                self.wide = Some(match number {
                    Number::Double(number) => Number::Double(0.0 + number),
                    Number::Decimal(number) => {
                        Number::Decimal(crate::value::Decimal128::ZERO.plus(number))
                    }
                    other => other,
                });
                return;
            }
            None => Number::Long(self.integers),
        };
        self.wide = Some(so_far.plus(number));
    }

    fn finish(self, name: &str) -> Result<Value<'static>> {
        if let Some(date) = self.date {
            let millis = match self.wide {
                Some(number) => whole_millis(number),
                None => Some(self.integers),
            };
            let moved = millis.and_then(|millis| date.checked_add(millis));
            return match moved {
                Some(date) => Ok(Value::Ref(ValueRef::Date(date))),
                None => Err(Error::new(
                    codes::OVERFLOW,
                    format_args!("date overflow in {name}"),
                )),
            };
        }
        Ok(match self.wide {
            Some(number) => number.value(),
            None if self.has_long => Number::Long(self.integers).value(),
            None => Number::int_or_long(self.integers).value(),
        })
    }
}

/// Milliseconds to add to a date: doubles rounded half away from zero, decimals half to
/// even; `None` when it is no 64-bit number.
pub fn whole_millis(number: Number) -> Option<i64> {
    match number {
        Number::Int(number) => Some(i64::from(number)),
        Number::Long(number) => Some(number),
        Number::Double(number) => ValueRef::Double(number.round()).to_i64_exact(),
        Number::Decimal(number) => number.to_i64_rounded(),
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn sums_widen() {
        check("{$add: [1, 2]}", "{}", "3");
        check("{$add: ['$a', 1]}", "{a: 2147483647}", "2147483648L");
        check("{$add: [1, 2L]}", "{}", "3L");
        check(
            "{$add: [9223372036854775807L, 1]}",
            "{}",
            "9223372036854775808.0",
        );
        check("{$add: [1, 2.5]}", "{}", "3.5");
        check("{$add: [1.5, 1m]}", "{}", "2.50000000000000m");
        check("{$add: []}", "{}", "0");
        check("{$add: ['$a', 'x']}", "{}", "null");
        check("{$add: ['x', '$a']}", "{}", "null");
        check_error("{$add: ['x', '$a', 1]}", "{}", 14);
    }

    #[test]
    fn dates_take_milliseconds() {
        check("{$add: [1.5, date(10)]}", "{}", "date(12)");
        check("{$add: [date(10), -0.5]}", "{}", "date(9)");
        check("{$add: [date(10), 2.5m]}", "{}", "date(12)");
        check_error("{$add: [date(1), date(1)]}", "{}", 16612);
        check_error("{$add: [date(1), NaN]}", "{}", 15);
    }
}
