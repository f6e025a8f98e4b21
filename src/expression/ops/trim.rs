//! `$trim`, `$ltrim`, `$rtrim`: without white space, or without given characters, at the ends.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

use super::super::call::fold_if_constant;

struct Trim {
    name: &'static str,
    input: Expression,
    characters: Option<Expression>,
    left: bool,
    right: bool,
}

pub fn both(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, true, true)
}

pub fn left(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, true, false)
}

pub fn right(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, false, true)
}

/// Errors: 50696 (not an object), 50694 (another field), 50695 (no `input`).
fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
    left: bool,
    right: bool,
) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            50696,
            format_args!("{name} only supports an object as an argument, found {alias}"),
        ));
    };
    let (mut input, mut characters) = (None, None);
    for (field, value) in document.iter() {
        match field {
            "input" => input = Some(Expression::parse(value, scope)?),
            "chars" => characters = Some(Expression::parse(value, scope)?),
            other => {
                return Err(Error::new(
                    50694,
                    format_args!("{name} found an unknown argument: {other}"),
                ));
            }
        }
    }
    let input =
        input.ok_or_else(|| Error::new(50695, format_args!("{name} requires an 'input' field")))?;
    fold_if_constant(Expression::operator(Trim {
        name,
        input,
        characters,
        left,
        right,
    }))
}

/// What is trimmed when no characters are given: Unicode's white space and zero.
const WHITE_SPACE: &str = "\0\u{20}\u{9}\u{a}\u{b}\u{c}\u{d}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}";

impl Evaluate for Trim {
    /// Errors: 50699 (the input is no string), 50700 (the characters are no string).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let input = self.input.evaluate(scope)?;
        let Some(input) = input
            .as_ref()
            .map(Value::as_ref)
            .filter(|input| !input.is_nullish())
        else {
            return Ok(Some(Value::NULL));
        };
        let Some(text) = input.as_str() else {
            let alias = input.kind().alias();
            return Err(Error::new(
                50699,
                format_args!(
                    "{} requires its input to be a string, got {alias}",
                    self.name
                ),
            ));
        };
        let given = match &self.characters {
            None => None,
            Some(characters) => match characters.evaluate(scope)? {
                Some(given) if !given.as_ref().is_nullish() => Some(given),
                _ => return Ok(Some(Value::NULL)),
            },
        };
        let characters = match given.as_ref().map(Value::as_ref) {
            None => WHITE_SPACE,
            Some(ValueRef::String(characters)) => characters,
            Some(other) => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    50700,
                    format_args!("{} requires 'chars' to be a string, got {alias}", self.name),
                ));
            }
        };
        let is_trimmed = |symbol: char| characters.contains(symbol);
        let mut rest = text;
        if self.left {
            rest = rest.trim_start_matches(is_trimmed);
        }
        if self.right {
            rest = rest.trim_end_matches(is_trimmed);
        }
        Ok(Some(Value::string(rest)))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        self.characters.iter().for_each(see);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn trims_ends() {
        check("{$trim: {input: '$a'}}", "{a: '  x y  '}", "'x y'");
        check("{$ltrim: {input: 'xxaxx', chars: 'x'}}", "{}", "'axx'");
        check("{$rtrim: {input: 'xyaxy', chars: 'yx'}}", "{}", "'xya'");
        check("{$trim: {input: '$a'}}", "{}", "null");
        check("{$trim: {input: 'a', chars: null}}", "{}", "null");
        check_error("{$trim: {input: 1}}", "{}", 50699);
        check_error("{$trim: 'x'}", "{}", 50696);
        check_error("{$trim: {chars: 'x'}}", "{}", 50695);
    }
}
