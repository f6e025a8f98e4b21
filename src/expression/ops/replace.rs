//! `$replaceOne` and `$replaceAll`: one string in another replaced by a third.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

use super::super::call::fold_if_constant;
use super::super::memory::check_bytes;

struct Replace {
    name: &'static str,
    input: Expression,
    find: Expression,
    replacement: Expression,
    all: bool,
}

pub fn one(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, false)
}

pub fn all(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, true)
}

/// Errors: 51751 (not an object), 51750 (another field), 51749, 51748, 51747 (`input`,
/// `find`, `replacement` missing).
fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
    all: bool,
) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            51751,
            format_args!("{name} requires an object as an argument, found: {alias}"),
        ));
    };
    let (mut input, mut find, mut replacement) = (None, None, None);
    for (field, value) in document.iter() {
        let slot = match field {
            "input" => &mut input,
            "find" => &mut find,
            "replacement" => &mut replacement,
            other => {
                return Err(Error::new(
                    51750,
                    format_args!("{name} found an unknown argument: {other}"),
                ));
            }
        };
        *slot = Some(Expression::parse(value, scope)?);
    }
    let missing = |code, field| {
        Error::new(
            code,
            format_args!("{name} requires '{field}' to be specified"),
        )
    };
    fold_if_constant(Expression::operator(Replace {
        name,
        input: input.ok_or_else(|| missing(51749, "input"))?,
        find: find.ok_or_else(|| missing(51748, "find"))?,
        replacement: replacement.ok_or_else(|| missing(51747, "replacement"))?,
        all,
    }))
}

impl Replace {
    #[cold]
    fn wrong(&self, field: &str, code: i32, value: ValueRef<'_>) -> Error {
        Error::new(
            code,
            format_args!(
                "{} requires that '{field}' be a string, found: {}",
                self.name,
                value.kind().alias()
            ),
        )
    }
}

impl Evaluate for Replace {
    /// Errors: 10503904, 10503901, 10503902 (`input`, `find`, `replacement` of another type).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let input = self.input.evaluate(scope)?;
        let find = self.find.evaluate(scope)?;
        let replacement = self.replacement.evaluate(scope)?;
        let present = |value: &'_ Option<Value<'_>>| {
            value
                .as_ref()
                .is_some_and(|value| !value.as_ref().is_nullish())
        };
        let (has_input, has_find, has_replacement) =
            (present(&input), present(&find), present(&replacement));
        let input = input.as_ref().map(Value::as_ref);
        let find = find.as_ref().map(Value::as_ref);
        let replacement = replacement.as_ref().map(Value::as_ref);
        if let Some(other) = input.filter(|value| has_input && value.as_str().is_none()) {
            return Err(self.wrong("input", 10_503_904, other));
        }
        if let Some(other) = find.filter(|value| has_find && value.as_str().is_none()) {
            return Err(self.wrong("find", 10_503_901, other));
        }
        if let Some(other) = replacement.filter(|value| has_replacement && value.as_str().is_none())
        {
            return Err(self.wrong("replacement", 10_503_902, other));
        }
        let (
            Some(ValueRef::String(text)),
            Some(ValueRef::String(find)),
            Some(ValueRef::String(replacement)),
        ) = (input, find, replacement)
        else {
            return Ok(Some(Value::NULL));
        };
        let matches = match self.all {
            true => text.matches(find).count(),
            false => 1,
        };
        let grown = matches
            .saturating_mul(replacement.len())
            .saturating_add(text.len());
        check_bytes(self.name, grown)?;
        let replaced = match self.all {
            true => text.replace(find, replacement),
            false => text.replacen(find, replacement, 1),
        };
        Ok(Some(Value::string(&replaced)))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        see(&self.find);
        see(&self.replacement);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn replaces() {
        check(
            "{$replaceOne: {input: '$a', find: 'a', replacement: 'b'}}",
            "{a: 'aa'}",
            "'ba'",
        );
        check(
            "{$replaceAll: {input: '$a', find: 'a', replacement: 'b'}}",
            "{a: 'axa'}",
            "'bxb'",
        );
        check(
            "{$replaceAll: {input: '$a', find: 'a', replacement: 'b'}}",
            "{}",
            "null",
        );
        check(
            "{$replaceOne: {input: 'abc', find: '', replacement: '_'}}",
            "{}",
            "'_abc'",
        );
        check_error(
            "{$replaceOne: {input: 1, find: 'a', replacement: 'b'}}",
            "{}",
            10_503_904,
        );
        check_error(
            "{$replaceOne: {input: 'a', find: 1, replacement: 'b'}}",
            "{}",
            10_503_901,
        );
        check_error("{$replaceOne: {input: 'a', find: 'a'}}", "{}", 51747);
    }
}
