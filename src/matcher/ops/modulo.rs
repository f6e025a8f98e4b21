//! `$mod`: the number divided by one number leaves another.
//!
//! Manual: "$mod". Field, divisor and remainder are cut toward zero.

use super::Operand;
use crate::error::{Error, Result};
use crate::matcher::{Node, Predicate, Run, Shape};
use crate::value::ValueRef;

struct Modulo {
    divisor: i64,
    remainder: i64,
}

pub(super) fn parse(operand: &Operand<'_>) -> Result<Node> {
    let ValueRef::Array(operands) = operand.value else {
        return Err(malformed("needs to be an array"));
    };
    let mut operands = operands.iter();
    let (Some(divisor), Some(remainder)) = (operands.next(), operands.next()) else {
        return Err(malformed("not enough elements"));
    };
    if operands.next().is_some() {
        return Err(malformed("too many elements"));
    }
    let divisor = whole(divisor).ok_or_else(|| malformed("divisor is not a number"))?;
    let remainder = whole(remainder).ok_or_else(|| malformed("remainder is not a number"))?;
    if divisor == 0 {
        return Err(Error::bad_value("divisor cannot be 0"));
    }
    let modulo = Modulo { divisor, remainder };
    Ok(Node::field(operand.path, modulo))
}

#[cold]
fn malformed(what: &str) -> Error {
    Error::bad_value(format_args!("malformed mod, {what}"))
}

/// The number cut toward zero, if that is a 64-bit integer.
fn whole(value: ValueRef<'_>) -> Option<i64> {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    let in_range = match value {
        ValueRef::Double(number) => (-TWO_63..TWO_63).contains(&number),
        ValueRef::Decimal128(number) => {
            !number.is_nan()
                && number.compare_f64(TWO_63).is_lt()
                && number.compare_f64(-TWO_63).is_ge()
        }
        _ => true,
    };
    value.to_i64_truncated().filter(|_| in_range)
}

impl Predicate for Modulo {
    fn test(&self, value: Option<ValueRef<'_>>, _: Run<'_>) -> Result<bool> {
        let number = value.and_then(whole);
        Ok(number.is_some_and(|number| number.wrapping_rem(self.divisor) == self.remainder))
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Number
    }

    fn cost(&self) -> u32 {
        2
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn remainders() {
        check("{a: {$mod: [4.5, 0]}}", "{a: 4.9}", true);
        check("{a: {$mod: [3, -2]}}", "{a: -5}", true);
        check("{a: {$mod: [3, 0]}}", "{a: NaN}", false);
        check("{a: {$mod: [3, 0]}}", "{a: 9m}", true);
        check("{a: {$mod: [-1, 0]}}", "{a: -9223372036854775808L}", true);
        check("{a: {$mod: [3, 0]}}", "{a: 1e300}", false);
    }

    #[test]
    fn errors() {
        check_error("{a: {$mod: 3}}", 2);
        check_error("{a: {$mod: [3]}}", 2);
        check_error("{a: {$mod: [3, 1, 1]}}", 2);
        check_error("{a: {$mod: [0.5, 1]}}", 2);
        check_error("{a: {$mod: [3, 'x']}}", 2);
        check_error("{a: {$mod: [NaN, 1]}}", 2);
    }
}
