//! `$regex`, `$options`, and a regular expression after a field's name.
//!
//! Manual: "$regex". A pattern also matches a stored regular expression that is equal.

use super::Operand;
use crate::error::{Error, Result};
use crate::matcher::{Node, Path, Predicate, Run, Shape};
use crate::regex::Regex;
use crate::value::{RegexRef, ValueRef};

struct Pattern(Regex);

/// The condition that a string matches the pattern.
pub(crate) fn matches_pattern(path: &Path, pattern: RegexRef<'_>) -> Result<Node> {
    matches_texts(path, pattern.pattern(), pattern.options())
}

fn matches_texts(path: &Path, pattern: &str, options: &str) -> Result<Node> {
    let regex = Regex::compile(pattern, options)?;
    Ok(Node::field(path, Pattern(regex)))
}

/// Whether a value is a string that matches, or the same regular expression.
pub(super) fn test_pattern(regex: &Regex, value: ValueRef<'_>) -> Result<bool> {
    match value {
        ValueRef::String(text) | ValueRef::Symbol(text) => regex.is_match(text),
        ValueRef::Regex(stored) => {
            Ok(stored.pattern() == regex.pattern() && stored.options() == regex.options())
        }
        _ => Ok(false),
    }
}

/// `$regex`, together with the `$options` beside it.
pub(super) fn parse_regex(operand: &Operand<'_>) -> Result<Node> {
    let options = match operand.siblings.get("$options") {
        None => None,
        Some(ValueRef::String(options)) => Some(options),
        Some(_) => return Err(Error::bad_value("$options has to be a string")),
    };
    let (pattern, own_options) = match operand.value {
        ValueRef::String(pattern) => (pattern, ""),
        ValueRef::Regex(pattern) => (pattern.pattern(), pattern.options()),
        _ => return Err(Error::bad_value("$regex has to be a string")),
    };
    if options.is_some() && !own_options.is_empty() {
        return Err(set_twice(operand));
    }
    if pattern.contains('\0') {
        return Err(Error::bad_value(
            "Regular expression cannot contain an embedded null byte",
        ));
    }
    matches_texts(operand.path, pattern, options.unwrap_or(own_options))
}

/// 51075 when `$regex` comes first, 51074 when `$options` does.
#[cold]
fn set_twice(operand: &Operand<'_>) -> Error {
    let mut names = operand.siblings.iter().map(|(name, _)| name);
    let first = names.find(|name| matches!(*name, "$regex" | "$options"));
    let code = if first == Some("$options") {
        51074
    } else {
        51075
    };
    Error::new(code, "options set in both $regex and $options")
}

/// `$options` says nothing of its own, but must not stand alone.
pub(super) fn parse_options(operand: &Operand<'_>) -> Result<Node> {
    if operand.siblings.element("$regex").is_none() {
        return Err(Error::bad_value("$options needs a $regex"));
    }
    Ok(Node::all(Vec::new()))
}

impl Predicate for Pattern {
    fn test(&self, value: Option<ValueRef<'_>>, _: Run<'_>) -> Result<bool> {
        value.map_or(Ok(false), |value| test_pattern(&self.0, value))
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Pattern(&self.0)
    }

    fn cost(&self) -> u32 {
        20
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn patterns() {
        check("{a: {$regex: '^abc'}}", "{a: 'abcd'}", true);
        check(
            "{a: {$regex: '^ABC', $options: 'i'}}",
            "{a: ['x', 'abcd']}",
            true,
        );
        check("{a: {$regex: '1'}}", "{a: 1}", false);
        check("{a: {$not: {$regex: '^b'}}}", "{a: 'abcd'}", true);
        check("{a: {$regex: '.*'}}", "{}", false);
        check("{a: {$elemMatch: {$regex: 'b'}}}", "{a: ['abc']}", true);
    }

    #[test]
    fn errors() {
        check_error("{a: {$regex: 1}}", 2);
        check_error("{a: {$options: 'i'}}", 2);
        check_error("{a: {$regex: 'x', $options: 1}}", 2);
        check_error("{a: {$regex: 'x', $options: 'g'}}", 51108);
        check_error("{a: {$regex: '[x'}}", 51091);
    }
}
