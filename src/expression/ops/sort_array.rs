//! `$sortArray`: the elements in order, of themselves or by fields.

use crate::error::{Error, Result};
use crate::expression::sort_by::SortBy;
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::sorting::sort_by;
use crate::value::{ArrayBuf, FieldPath, Value, ValueRef};

use super::super::call::fold_if_constant;

struct SortArray {
    input: Expression,
    order: Order,
}

enum Order {
    Whole { descending: bool },
    Fields(SortBy),
}

/// Errors: 2942500 (not an object), 2942501 (another field), 2942502 (no `input`), 2942503
/// (no `sortBy`), 2942505..2942507 (`sortBy`).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            2_942_500,
            format_args!("{name} requires an object as an argument, found: {alias}"),
        ));
    };
    let (mut input, mut order) = (None, None);
    for (field, value) in document.iter() {
        match field {
            "input" => input = Some(Expression::parse(value, scope)?),
            "sortBy" => order = Some(parse_order(name, value)?),
            other => {
                return Err(Error::new(
                    2_942_501,
                    format_args!("{name} found an unknown argument: {other}"),
                ));
            }
        }
    }
    let missing = |code, field| {
        Error::new(
            code,
            format_args!("{name} requires '{field}' to be specified"),
        )
    };
    fold_if_constant(Expression::operator(SortArray {
        input: input.ok_or_else(|| missing(2_942_502, "input"))?,
        order: order.ok_or_else(|| missing(2_942_503, "sortBy"))?,
    }))
}

fn direction(value: ValueRef<'_>) -> Option<bool> {
    match value.to_f64()? {
        1.0 => Some(false),
        -1.0 => Some(true),
        _ => None,
    }
}

fn parse_order(name: &str, value: ValueRef<'_>) -> Result<Order> {
    if let ValueRef::Document(document) = value {
        let mut fields = Vec::new();
        for (path, value) in document.iter() {
            let Some(descending) = direction(value) else {
                return Err(Error::new(
                    2_942_505,
                    format_args!(
                        "{name}: sortBy of '{path}' must be 1 (ascending) or -1 (descending)"
                    ),
                ));
            };
            fields.push((FieldPath::parse_strict(path)?, descending));
        }
        if fields.is_empty() {
            return Err(Error::new(
                2_942_505,
                format_args!("{name}: sortBy must have at least one field"),
            ));
        }
        return Ok(Order::Fields(SortBy::new(fields)));
    }
    if !value.is_number() {
        return Err(Error::new(
            2_942_507,
            format_args!("{name}: sortBy must be an object, or 1 or -1"),
        ));
    }
    match direction(value) {
        Some(descending) => Ok(Order::Whole { descending }),
        None => Err(Error::new(
            2_942_506,
            format_args!("{name}: sortBy must be 1 (ascending) or -1 (descending)"),
        )),
    }
}

impl Evaluate for SortArray {
    /// Errors: 2942504 (the input is no array).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(input) = self.input.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let array = match input.as_ref() {
            ValueRef::Array(array) => array,
            other if other.is_nullish() => return Ok(Some(Value::NULL)),
            other => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    2_942_504,
                    format_args!(
                        "The input argument to $sortArray must be an array, but was of type: {alias}"
                    ),
                ));
            }
        };
        let mut elements: Vec<ValueRef<'_>> = array.iter().collect();
        match &self.order {
            Order::Whole { descending: false } => {
                sort_by(&mut elements, |one, two| {
                    scope.compare(Some(*one), Some(*two))
                });
            }
            Order::Whole { descending: true } => {
                sort_by(&mut elements, |one, two| {
                    scope.compare(Some(*two), Some(*one))
                });
            }
            Order::Fields(order) => {
                let mut keyed = Vec::with_capacity(elements.len());
                for element in elements {
                    let keys = match element {
                        ValueRef::Document(document) => order.keys(document, scope),
                        _ => vec![ValueRef::Null; order.paths().count()],
                    };
                    keyed.push((keys, element));
                }
                sort_by(&mut keyed, |one, two| order.compare(&one.0, &two.0, scope));
                elements = keyed.into_iter().map(|(_, element)| element).collect();
            }
        }
        Ok(Some(Value::array(
            elements.into_iter().collect::<ArrayBuf>(),
        )))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn orders_elements() {
        check(
            "{$sortArray: {input: '$a', sortBy: 1}}",
            "{a: [3, 'x', null, 1]}",
            "[null, 1, 3, 'x']",
        );
        check(
            "{$sortArray: {input: '$a', sortBy: -1}}",
            "{a: [1, 2]}",
            "[2, 1]",
        );
        check(
            "{$sortArray: {input: '$a', sortBy: {x: -1, 'y.z': 1}}}",
            "{a: [{x: 1}, {x: 2, y: {z: 2}}, {x: 2, y: {z: 1}}, 5]}",
            "[{x: 2, y: {z: 1}}, {x: 2, y: {z: 2}}, {x: 1}, 5]",
        );
        check("{$sortArray: {input: '$b', sortBy: 1}}", "{}", "null");
        check_error("{$sortArray: {input: 1, sortBy: 1}}", "{}", 2_942_504);
        check_error("{$sortArray: {input: [], sortBy: 2}}", "{}", 2_942_506);
        check_error("{$sortArray: {input: [], sortBy: {a: 2}}}", "{}", 2_942_505);
    }
}
