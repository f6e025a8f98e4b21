//! `$firstN`, `$lastN`, `$minN`, `$maxN` as expressions over an array.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::sorting::sort_by;
use crate::value::{ArrayBuf, Value, ValueRef};

use super::super::call::fold_if_constant;

struct NElements {
    name: &'static str,
    count: Expression,
    input: Expression,
    pick: Pick,
}

type Pick = fn(&mut Vec<ValueRef<'_>>, usize, &Scope<'_, '_>);

pub fn first_n(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, |elements, count, _| {
        elements.truncate(count)
    })
}

pub fn last_n(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, |elements, count, _| {
        elements.drain(..elements.len().saturating_sub(count));
    })
}

pub fn min_n(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, |elements, count, scope| {
        elements.retain(|element| !element.is_nullish());
        sort_by(elements, |one, two| scope.compare(Some(*one), Some(*two)));
        elements.truncate(count);
    })
}

pub fn max_n(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, |elements, count, scope| {
        elements.retain(|element| !element.is_nullish());
        sort_by(elements, |one, two| scope.compare(Some(*two), Some(*one)));
        elements.truncate(count);
    })
}

/// Errors: 5787900 (not an object), 5787901 (another field), 5787906 (no `n`), 5787907 (no
/// `input`).
fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
    pick: Pick,
) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            5_787_900,
            format_args!(
                "specification must be an object; found {name}: {}",
                value.kind().alias()
            ),
        ));
    };
    let (mut input, mut count) = (None, None);
    for (field, value) in document.iter() {
        match field {
            "input" => input = Some(Expression::parse(value, scope)?),
            "n" => count = Some(Expression::parse(value, scope)?),
            other => {
                return Err(Error::new(
                    5_787_901,
                    format_args!("Unknown argument for 'n' operator: {other} in {name}"),
                ));
            }
        }
    }
    let missing =
        |code, field| Error::new(code, format_args!("Missing value for '{field}' in {name}"));
    fold_if_constant(Expression::operator(NElements {
        name,
        count: count.ok_or_else(|| missing(5_787_906, "n"))?,
        input: input.ok_or_else(|| missing(5_787_907, "input"))?,
        pick,
    }))
}

impl NElements {
    /// Errors: 5787902 (not a number), 5787903 (not whole), 5787908 (not positive).
    fn count(&self, scope: &Scope<'_, '_>) -> Result<usize> {
        let value = self.count.evaluate(scope)?;
        let value = value.as_ref().map(Value::as_ref);
        let Some(number) = value.filter(ValueRef::is_number) else {
            let alias = value.map_or("missing", |value| value.kind().alias());
            return Err(Error::new(
                5_787_902,
                format_args!(
                    "Value for 'n' must be of integral type, but found {alias} in {}",
                    self.name
                ),
            ));
        };
        let Some(whole) = number.to_i64_exact() else {
            return Err(Error::new(
                5_787_903,
                format_args!("Value for 'n' must be of integral type in {}", self.name),
            ));
        };
        match whole {
            1.. => Ok(usize::try_from(whole).unwrap_or(usize::MAX)),
            _ => Err(Error::new(
                5_787_908,
                format_args!("'n' must be greater than 0, found {whole} in {}", self.name),
            )),
        }
    }
}

impl Evaluate for NElements {
    /// Errors: 5788200 (the input is no array), those of the count.
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let count = self.count(scope)?;
        let input = self.input.evaluate(scope)?;
        let Some(ValueRef::Array(array)) = input.as_ref().map(Value::as_ref) else {
            let alias = input.map_or("missing", |input| input.kind().alias());
            return Err(Error::new(
                5_788_200,
                format_args!("Input must be an array in {}, found {alias}", self.name),
            ));
        };
        let mut elements: Vec<ValueRef<'_>> = array.iter().collect();
        (self.pick)(&mut elements, count, scope);
        Ok(Some(Value::array(
            elements.into_iter().collect::<ArrayBuf>(),
        )))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.count);
        see(&self.input);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn picks_elements() {
        check(
            "{$firstN: {n: 2, input: '$a'}}",
            "{a: [1, null, 3]}",
            "[1, null]",
        );
        check(
            "{$lastN: {n: 2, input: '$a'}}",
            "{a: [1, null, 3]}",
            "[null, 3]",
        );
        check(
            "{$minN: {n: 2, input: '$a'}}",
            "{a: [3, null, 2, 1]}",
            "[1, 2]",
        );
        check(
            "{$maxN: {n: 2, input: '$a'}}",
            "{a: [3, null, 2, 1]}",
            "[3, 2]",
        );
        check_error("{$firstN: {n: 2, input: '$a'}}", "{}", 5_788_200);
        check_error("{$firstN: {n: 0, input: []}}", "{}", 5_787_908);
        check_error("{$firstN: {n: 1.5, input: []}}", "{}", 5_787_903);
    }
}
