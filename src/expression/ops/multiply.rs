//! `$multiply`: the product of numbers.

use crate::error::Error;
use crate::expression::number::Number;
use crate::expression::{Call, Outcome, Scope};
use crate::value::Value;

/// Errors: `TypeMismatch` (14).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    if let [one, two] = call.arguments()
        && let (Some(Some(one)), Some(Some(two))) = (one.at_hand(scope), two.at_hand(scope))
        && let (Some(one), Some(two)) = (Number::of(one.as_ref()), Number::of(two.as_ref()))
    {
        return Ok(Some(one.times(two).value()));
    }
    let mut product: Option<Number> = None;
    let mut only_ints = true;
    for argument in call.arguments() {
        let computed;
        let value = match argument.at_hand(scope) {
            Some(value) => value,
            None => {
                computed = argument.evaluate(scope)?;
                computed.as_ref()
            }
        };
        let Some(value) = value else {
            return Ok(Some(Value::NULL));
        };
        let value = value.as_ref();
        let Some(number) = Number::of(value) else {
            if value.is_nullish() {
                return Ok(Some(Value::NULL));
            }
            return Err(Error::type_mismatch(format_args!(
                "{} only supports numeric types, not {}",
                call.name(),
                value.kind().alias()
            )));
        };
        only_ints &= number.is_int();
        product = Some(match product {
            Some(product) => product.times(number),
            None => number,
        });
    }
    Ok(Some(match product {
        None => Number::Int(1).value(),
        // Ints alone are narrowed again at the end.
        Some(Number::Long(product)) if only_ints => Number::int_or_long(product).value(),
        Some(product) => product.value(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn products_widen() {
        check("{$multiply: []}", "{}", "1");
        check("{$multiply: ['$a', 2]}", "{a: 2147483647}", "4294967294L");
        check(
            "{$multiply: [9223372036854775807L, 2]}",
            "{}",
            "18446744073709551616.0",
        );
        check("{$multiply: [1.5, 2.0m]}", "{}", "3.000000000000000m");
        check("{$multiply: [1, '$a']}", "{}", "null");
        check_error("{$multiply: [1, true]}", "{}", 14);
    }
}
