//! `$inc` and `$mul`: arithmetic that keeps and widens types.
//!
//! Manual: "$inc", "$mul". An int that overflows becomes a long; a long that overflows is an
//! error; any double makes a double, any decimal a decimal. A missing field counts as nothing
//! for `$inc` and as zero for `$mul`.

use super::super::Run;
use super::super::operators::{Operator, Outcome};
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::value::{Decimal128, Value, ValueRef};

#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    verb: &'static str,
    integers: fn(i64, i64) -> Option<i64>,
    doubles: fn(f64, f64) -> f64,
    decimals: fn(Decimal128, Decimal128) -> Decimal128,
    /// What a missing field counts as.
    initial: Option<i32>,
}

const INC: Kind = Kind {
    name: "$inc",
    verb: "increment",
    integers: i64::checked_add,
    doubles: |one, two| one + two,
    decimals: Decimal128::plus,
    initial: None,
};

const MUL: Kind = Kind {
    name: "$mul",
    verb: "multiply",
    integers: i64::checked_mul,
    doubles: |one, two| one * two,
    decimals: Decimal128::times,
    initial: Some(0),
};

struct Arithmetic {
    kind: Kind,
    operand: Value<'static>,
    path: Box<str>,
}

pub(in crate::update) fn parse_inc(
    operand: ValueRef<'_>,
    path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    parse(INC, operand, path)
}

pub(in crate::update) fn parse_mul(
    operand: ValueRef<'_>,
    path: &str,
    _scope: &ParseScope,
) -> Result<Box<dyn Operator>> {
    parse(MUL, operand, path)
}

/// Errors: `TypeMismatch` (14) for what is no number.
fn parse(kind: Kind, operand: ValueRef<'_>, path: &str) -> Result<Box<dyn Operator>> {
    if !operand.is_number() {
        return Err(Error::type_mismatch(format_args!(
            "Cannot {} with non-numeric argument: {{{path}: {operand}}}",
            kind.verb
        )));
    }
    Ok(Box::new(Arithmetic {
        kind,
        operand: Value::copy_of(operand),
        path: path.into(),
    }))
}

impl Operator for Arithmetic {
    fn apply(&self, found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        let operand = self.operand.as_ref();
        let found = match (found, self.kind.initial) {
            (Some(found), _) => found,
            (None, None) => return Ok(Outcome::Set(self.operand.clone())),
            (None, Some(initial)) => ValueRef::Int32(initial),
        };
        if !found.is_number() {
            return Err(Error::type_mismatch(format_args!(
                "Cannot apply {} to a value of non-numeric type. The field '{}' has non-numeric type {}",
                self.kind.name,
                self.path,
                found.kind().alias()
            )));
        }
        self.combine(found, operand).map(Outcome::Set)
    }
}

impl Arithmetic {
    fn combine(&self, one: ValueRef<'_>, two: ValueRef<'_>) -> Result<Value<'static>> {
        use ValueRef::{Decimal128 as Decimal, Double, Int32, Int64};
        if matches!(one, Decimal(_)) || matches!(two, Decimal(_)) {
            let (one, two) = (decimal(one), decimal(two));
            return Ok((self.kind.decimals)(one, two).into());
        }
        if matches!(one, Double(_)) || matches!(two, Double(_)) {
            let (one, two) = (one.to_f64().unwrap_or(0.0), two.to_f64().unwrap_or(0.0));
            return Ok(Double((self.kind.doubles)(one, two)).into());
        }
        let integers = (
            one.to_i64_truncated().unwrap_or(0),
            two.to_i64_truncated().unwrap_or(0),
        );
        let result = (self.kind.integers)(integers.0, integers.1).ok_or_else(|| {
            Error::bad_value(format_args!(
                "Failed to apply {} operations to current value (({one}) {}) for document, '{}' overflows 64 bits",
                self.kind.name,
                one.kind().alias(),
                self.path
            ))
        })?;
        let both_small = matches!(one, Int32(_)) && matches!(two, Int32(_));
        Ok(match i32::try_from(result) {
            Ok(small) if both_small => Int32(small).into(),
            _ => Int64(result).into(),
        })
    }
}

fn decimal(value: ValueRef<'_>) -> Decimal128 {
    match value {
        ValueRef::Decimal128(number) => *number,
        ValueRef::Double(number) => Decimal128::from_f64(number),
        other => Decimal128::from(other.to_i64_truncated().unwrap_or(0)),
    }
}
