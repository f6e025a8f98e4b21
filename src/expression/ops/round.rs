//! `$round` (halves to even) and `$trunc` (toward zero), to a place after or before the point.

use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::{Decimal128, Rounding, Value, ValueRef};

pub fn round<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    run(call, scope, Rounding::HalfEven)
}

pub fn trunc<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    run(call, scope, Rounding::TowardZero)
}

/// Errors: 51081 (not a number), 16004 (place not a number), 51082 (place not whole),
/// 31109 (place infinite or NaN), 51083 (place not in -20..=100), 51080 (a long overflows).
fn run<'a>(call: &Call, scope: &Scope<'a, '_>, rounding: Rounding) -> Outcome<'a> {
    let Some(value) = call.evaluate(0, scope)? else {
        return Ok(Some(Value::NULL));
    };
    let value = value.as_ref();
    let Some(number) = Number::of(value) else {
        if value.is_nullish() {
            return Ok(Some(Value::NULL));
        }
        let alias = value.kind().alias();
        return Err(Error::new(
            51081,
            format_args!("{} only supports numeric types, not {alias}", call.name()),
        ));
    };
    let place = if call.len() > 1 {
        match call.evaluate(1, scope)? {
            Some(place) => read_place(call.name(), place.as_ref())?,
            None => None,
        }
    } else {
        Some(0)
    };
    let Some(place) = place else {
        return Ok(Some(Value::NULL));
    };
    Ok(Some(match number {
        Number::Int(_) | Number::Long(_) if place >= 0 => number.value(),
        Number::Int(number) => {
            Number::int_or_long(round_integer(call, i64::from(number), place, rounding)?).value()
        }
        Number::Long(number) => Number::Long(round_integer(call, number, place, rounding)?).value(),
        Number::Double(number) => Number::Double(round_double(number, place, rounding)).value(),
        Number::Decimal(number) if number.is_infinite() => Number::Decimal(number).value(),
        Number::Decimal(number) => Number::Decimal(number.quantize(-place, rounding)).value(),
    }))
}

/// The place, or `None` for null.
fn read_place(name: &str, place: ValueRef<'_>) -> Result<Option<i32>> {
    if place.is_nullish() {
        return Ok(None);
    }
    if !place.is_number() {
        let alias = place.kind().alias();
        return Err(Error::new(
            16004,
            format_args!("{name} requires a number as its second argument, not {alias}"),
        ));
    }
    if let ValueRef::Double(number) = place
        && !number.is_finite()
    {
        return Err(Error::new(
            31109,
            format_args!("{name} requires a finite precision"),
        ));
    }
    let Some(whole) = place.to_i64_exact() else {
        return Err(Error::new(
            51082,
            format_args!("precision argument to {name} must be an integral value"),
        ));
    };
    match i32::try_from(whole) {
        Ok(whole) if (-20..=100).contains(&whole) => Ok(Some(whole)),
        _ => Err(Error::new(
            51083,
            format_args!(
                "cannot apply {name} with precision value {whole}, value must be in [-20, 100]"
            ),
        )),
    }
}

fn round_integer(call: &Call, number: i64, place: i32, rounding: Rounding) -> Result<i64> {
    let rounded = Decimal128::from(number).quantize(-place, rounding);
    rounded.to_i64_exact().ok_or_else(|| {
        Error::new(
            51080,
            format_args!("{} gives a number that does not fit a long", call.name()),
        )
    })
}

fn round_double(number: f64, place: i32, rounding: Rounding) -> f64 {
    if !number.is_finite() {
        return number;
    }
    match (place, rounding) {
        (0, Rounding::HalfEven) => number.round_ties_even(),
        (0, _) => number.trunc(),
        _ => {
            let rounded = Decimal128::from_f64_full(number).quantize(-place, rounding);
            // Too many digits for a decimal: the place is beyond what a double holds.
            if rounded.is_nan() {
                number
            } else {
                rounded.to_f64()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn halves_go_to_even() {
        check("{$round: 2.5}", "{}", "2.0");
        check("{$round: -0.5}", "{}", "-0.0");
        check("{$round: [15, -1]}", "{}", "20");
        check("{$round: [2147483647, -1]}", "{}", "2147483650L");
        check("{$round: [1.005, 2]}", "{}", "1.0");
        check("{$round: [0.65m, 1]}", "{}", "0.6m");
        check("{$round: [5.7, null]}", "{}", "null");
        check("{$trunc: [1.99, 1]}", "{}", "1.9");
        check("{$trunc: -0.5}", "{}", "-0.0");
        check_error("{$round: 'x'}", "{}", 51081);
        check_error("{$round: [1, 'x']}", "{}", 16004);
        check_error("{$round: [1, 1.5]}", "{}", 51082);
        check_error("{$round: [1, 101]}", "{}", 51083);
        check_error("{$round: [9223372036854775807L, -1]}", "{}", 51080);
    }
}
