//! `$median` and `$percentile` as expressions over an array or one number.

use crate::error::{Error, Result, codes};
use crate::expression::statistics::percentile;
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::sorting::sort_by;
use crate::value::{ArrayBuf, Value, ValueRef};

struct Percentile {
    input: Expression,
    shares: Vec<f64>,
    is_list: bool,
}

pub fn parse_median(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    let (input, _) = parse_percentile_argument(name, value, scope, false)?;
    Ok(Expression::operator(Percentile {
        input,
        shares: vec![0.5],
        is_list: false,
    }))
}

pub fn parse_percentile(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    let (input, shares) = parse_percentile_argument(name, value, scope, true)?;
    Ok(Expression::operator(Percentile {
        input,
        shares,
        is_list: true,
    }))
}

/// The input and the shares of `{input, p, method}` (without `p` for a median).
///
/// Errors: 7436100 and 7436200 (not an object), 40415 (another field), 40414 (a field
/// missing), 2 (method), 7750300..7750303 (`p`).
pub fn parse_percentile_argument(
    name: &str,
    value: ValueRef<'_>,
    scope: &ParseScope,
    with_shares: bool,
) -> Result<(Expression, Vec<f64>)> {
    let ValueRef::Document(document) = value else {
        let code = if with_shares { 7_429_703 } else { 7_436_100 };
        return Err(Error::new(
            code,
            format_args!(
                "specification must be an object; found {name}: {}",
                value.kind().alias()
            ),
        ));
    };
    let (mut input, mut shares, mut has_method) = (None, None, false);
    for (field, value) in document.iter() {
        match (field, value) {
            ("input", value) => input = Some(Expression::parse(value, scope)?),
            ("p", value) if with_shares => shares = Some(parse_shares(name, value, scope)?),
            ("method", ValueRef::String("approximate")) => has_method = true,
            ("method", ValueRef::String(_)) => {
                return Err(Error::bad_value(format_args!(
                    "Currently only 'approximate' can be used as percentile 'method' in {name}"
                )));
            }
            ("method", other) if other.is_nullish() => {}
            ("method", other) => {
                let alias = other.kind().alias();
                return Err(Error::type_mismatch(format_args!(
                    "'method' of {name} must be a string, found {alias}"
                )));
            }
            (other, _) => {
                return Err(Error::new(
                    codes::IDL_UNKNOWN_FIELD,
                    format_args!("BSON field '{name}.{other}' is an unknown field."),
                ));
            }
        }
    }
    let missing = |field| {
        Error::new(
            codes::IDL_FAILED_TO_PARSE,
            format_args!("BSON field '{name}.{field}' is missing but a required field"),
        )
    };
    if with_shares && shares.is_none() {
        return Err(missing("p"));
    }
    if !has_method {
        return Err(missing("method"));
    }
    Ok((
        input.ok_or_else(|| missing("input"))?,
        shares.unwrap_or_default(),
    ))
}

fn parse_shares(name: &str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Vec<f64>> {
    let expression = Expression::parse(value, scope)?;
    let Some(constant) = expression.as_constant() else {
        return Err(Error::new(
            7_750_300,
            format_args!("The {name} 'p' field must be an array of constant values"),
        ));
    };
    let Some(array) = constant.as_array().filter(|array| !array.is_empty()) else {
        return Err(Error::new(
            7_750_301,
            format_args!("The {name} 'p' field must be an array of numbers from [0.0, 1.0]"),
        ));
    };
    let mut shares = Vec::new();
    for share in array.iter() {
        let Some(share) = share.to_f64() else {
            return Err(Error::new(
                7_750_302,
                format_args!("The {name} 'p' field must be an array of numbers from [0.0, 1.0]"),
            ));
        };
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::new(
                7_750_303,
                format_args!("The {name} 'p' field must hold numbers from [0.0, 1.0]"),
            ));
        }
        shares.push(share);
    }
    Ok(shares)
}

impl Evaluate for Percentile {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let input = self.input.evaluate(scope)?;
        let mut numbers: Vec<f64> = match input.as_ref().map(Value::as_ref) {
            Some(ValueRef::Array(array)) => {
                array.iter().filter_map(|value| value.to_f64()).collect()
            }
            Some(single) => single.to_f64().into_iter().collect(),
            None => Vec::new(),
        };
        numbers.retain(|number| !number.is_nan());
        sort_by(&mut numbers, f64::total_cmp);
        let at =
            |share: &f64| percentile(&numbers, *share).map_or(ValueRef::Null, ValueRef::Double);
        let mut values = self.shares.iter().map(at);
        Ok(Some(if self.is_list {
            Value::array(values.collect::<ArrayBuf>())
        } else {
            values.next().map_or(Value::NULL, Value::Ref)
        }))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn percentiles_of_arrays() {
        check(
            "{$median: {input: '$a', method: 'approximate'}}",
            "{a: [3, 1, 2]}",
            "2.0",
        );
        check(
            "{$median: {input: '$a', method: 'approximate'}}",
            "{}",
            "null",
        );
        check(
            "{$percentile: {input: '$a', p: [0.5, 1], method: 'approximate'}}",
            "{a: [3, 1, 2]}",
            "[2.0, 3.0]",
        );
        check_error(
            "{$percentile: {input: 1, p: [2], method: 'approximate'}}",
            "{}",
            7_750_303,
        );
        check_error("{$median: {input: 1}}", "{}", 40414);
    }
}
