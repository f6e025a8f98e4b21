//! `$serializeEJSON` and `$deserializeEJSON`: values as the documents that Extended JSON has for
//! their types, and back.

use super::super::call::fold_if_constant;
use super::super::named_arguments::{parse_named, require};
use crate::error::{Error, Result, codes};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::extended_json::{Mode, read_value, tagged};
use crate::value::{Value, ValueRef};

struct Convert {
    input: Expression,
    /// `None` for `$deserializeEJSON`.
    relaxed: Option<Expression>,
    on_error: Option<Expression>,
}

/// Errors: `FailedToParse` (9: no object, another argument, no input).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::failed_to_parse(format_args!(
            "{name} expects an object of named arguments but found: {alias}"
        )));
    };
    let serializes = name == "$serializeEJSON";
    let names: &[&str] = match serializes {
        true => &["input", "onError", "relaxed"],
        false => &["input", "onError"],
    };
    let mut arguments =
        parse_named(name, document, names, codes::FAILED_TO_PARSE, scope)?.into_iter();
    let mut next = || arguments.next().flatten();
    let input = require(name, "input", codes::FAILED_TO_PARSE, next())?;
    let on_error = next();
    let relaxed = next().unwrap_or_else(|| Expression::constant(Value::from(true)));
    fold_if_constant(Expression::operator(Convert {
        input,
        relaxed: serializes.then_some(relaxed),
        on_error,
    }))
}

impl Evaluate for Convert {
    /// Errors: `ConversionFailure` (241), `BadValue` (2: `relaxed` is no boolean).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let Some(input) = self.input.evaluate(scope)? else {
            return Ok(Some(Value::NULL));
        };
        let mode = match &self.relaxed {
            None => None,
            Some(relaxed) => match relaxed.evaluate(scope)?.map(|flag| flag.as_ref().as_bool()) {
                Some(Some(true)) => Some(Mode::Relaxed),
                Some(Some(false)) => Some(Mode::Canonical),
                _ => return Err(Error::bad_value("'relaxed' must be a boolean")),
            },
        };
        let converted = match mode {
            Some(mode) => tagged(input.as_ref(), mode),
            None => read_value(input.as_ref()),
        };
        match (converted, &self.on_error) {
            (Ok(value), _) => Ok(Some(value)),
            (Err(_), Some(on_error)) => on_error.evaluate(scope),
            (Err(error), None) => Err(Error::new(
                codes::CONVERSION_FAILURE,
                error.message().to_owned(),
            )),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        self.relaxed.iter().chain(&self.on_error).for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn types_become_documents_and_come_back() {
        let document = "{a: {n: 1, l: 2L, d: 1.5, m: 1m, t: date(0), s: 'x', f: true, z: null, r: [1, Infinity]}}";
        for relaxed in ["true", "false"] {
            let back = format!(
                "{{$eq: ['$a', {{$deserializeEJSON: {{input: {{$serializeEJSON: {{input: '$a', relaxed: {relaxed}}}}}}}}}]}}"
            );
            check(&back, document, "true");
        }
        let canonical = "{$objectToArray: {$serializeEJSON: {input: '$a', relaxed: false}}}";
        check(canonical, "{a: 5}", "[{k: '$numberInt', v: '5'}]");
        check(canonical, "{a: 5L}", "[{k: '$numberLong', v: '5'}]");
        check(
            "{$serializeEJSON: {input: '$a'}}",
            "{a: [5L, 1.5, 'x']}",
            "[5L, 1.5, 'x']",
        );
        let relaxed = "{$objectToArray: {$serializeEJSON: {input: '$a'}}}";
        check(relaxed, "{a: 1m}", "[{k: '$numberDecimal', v: '1'}]");
        check(
            relaxed,
            "{a: date(0)}",
            "[{k: '$date', v: '1970-01-01T00:00:00Z'}]",
        );
        check(relaxed, "{a: NaN}", "[{k: '$numberDouble', v: 'NaN'}]");
        check("{$serializeEJSON: {input: '$a'}}", "{}", "null");
    }

    #[test]
    fn mistakes() {
        let bad = "{a: {$oid: 'zz'}}";
        check_error("{$deserializeEJSON: {input: '$a'}}", bad, 241);
        check(
            "{$deserializeEJSON: {input: '$a', onError: 'no'}}",
            bad,
            "'no'",
        );
        check_error("{$serializeEJSON: '$a'}", "{}", 9);
        check_error("{$serializeEJSON: {}}", "{}", 9);
        check_error("{$deserializeEJSON: {input: 1, relaxed: true}}", "{}", 9);
        check_error("{$serializeEJSON: {input: 1, relaxed: 1}}", "{}", 2);
    }
}
