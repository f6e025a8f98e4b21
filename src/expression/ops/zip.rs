//! `$zip`: the first elements of all arrays, then the second, and so on.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{ArrayBuf, Value, ValueRef};

use super::super::call::fold_if_constant;
use super::super::memory::check_bytes;

struct Zip {
    inputs: Vec<Expression>,
    defaults: Vec<Expression>,
    longest: bool,
}

/// Errors: 34460 (not an object), 34461 (`inputs` not an array), 34462 (`defaults` not an
/// array), 34463 (`useLongestLength` not a boolean), 34464 (another field), 34465 (no
/// inputs), 34466 (defaults without `useLongestLength`), 34467 (as many defaults as inputs).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            34460,
            format_args!("{name} only supports an object as an argument, found {alias}"),
        ));
    };
    let (mut inputs, mut defaults, mut longest) = (Vec::new(), Vec::new(), false);
    for (field, value) in document.iter() {
        match (field, value) {
            ("inputs", value) => inputs = parse_list(name, field, value, 34461, scope)?,
            ("defaults", value) => defaults = parse_list(name, field, value, 34462, scope)?,
            ("useLongestLength", ValueRef::Boolean(flag)) => longest = flag,
            ("useLongestLength", other) => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    34463,
                    format_args!("useLongestLength must be a bool, found {alias}"),
                ));
            }
            (other, _) => {
                return Err(Error::new(
                    34464,
                    format_args!("{name} found an unknown argument: {other}"),
                ));
            }
        }
    }
    if inputs.is_empty() {
        return Err(Error::new(
            34465,
            format_args!("{name} requires at least one input array"),
        ));
    }
    if !defaults.is_empty() && !longest {
        let message = "cannot specify defaults unless useLongestLength is true";
        return Err(Error::new(34466, message));
    }
    if !defaults.is_empty() && defaults.len() != inputs.len() {
        return Err(Error::new(
            34467,
            "defaults and inputs must have the same length",
        ));
    }
    fold_if_constant(Expression::operator(Zip {
        inputs,
        defaults,
        longest,
    }))
}

fn parse_list(
    name: &str,
    field: &str,
    value: ValueRef<'_>,
    code: i32,
    scope: &ParseScope,
) -> Result<Vec<Expression>> {
    let ValueRef::Array(array) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            code,
            format_args!("{name}: {field} must be an array of expressions, found {alias}"),
        ));
    };
    array
        .iter()
        .map(|element| Expression::parse(element, scope))
        .collect()
}

impl Evaluate for Zip {
    /// Errors: 34468 (an input is no array).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let Some(input) = input.evaluate(scope)? else {
                return Ok(Some(Value::NULL));
            };
            if input.as_ref().is_nullish() {
                return Ok(Some(Value::NULL));
            }
            inputs.push(input);
        }
        let mut columns = Vec::with_capacity(inputs.len());
        for input in &inputs {
            let ValueRef::Array(array) = input.as_ref() else {
                let alias = input.kind().alias();
                return Err(Error::new(
                    34468,
                    format_args!("$zip found a non-array expression in input: {alias}"),
                ));
            };
            columns.push(array.iter().collect::<Vec<_>>());
        }
        let mut defaults = Vec::with_capacity(self.defaults.len());
        for default in &self.defaults {
            defaults.push(default.evaluate(scope)?.unwrap_or(Value::NULL));
        }
        let lengths = columns.iter().map(Vec::len);
        let rows = if self.longest {
            lengths.max()
        } else {
            lengths.min()
        }
        .unwrap_or(0);
        let mut zipped = ArrayBuf::new();
        for row in 0..rows {
            let mut values = ArrayBuf::new();
            for (at, column) in columns.iter().enumerate() {
                let default = defaults.get(at).map_or(ValueRef::Null, Value::as_ref);
                values.push(column.get(row).copied().unwrap_or(default));
            }
            zipped.push(&values);
            check_bytes("$zip", zipped.as_ref().as_bytes().len())?;
        }
        Ok(Some(Value::array(zipped)))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        self.inputs.iter().chain(&self.defaults).for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn transposes() {
        check(
            "{$zip: {inputs: ['$a', [3, 4]]}}",
            "{a: [1, 2, 9]}",
            "[[1, 3], [2, 4]]",
        );
        check(
            "{$zip: {inputs: [[1], [2, 3]], useLongestLength: true, defaults: ['x', 'y']}}",
            "{}",
            "[[1, 2], ['x', 3]]",
        );
        check("{$zip: {inputs: ['$a', [1]]}}", "{}", "null");
        check_error("{$zip: {inputs: [1]}}", "{}", 34468);
        check_error("{$zip: {inputs: [[1]], defaults: [1]}}", "{}", 34466);
    }
}
