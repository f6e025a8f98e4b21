//! `$regexMatch`, `$regexFind`, `$regexFindAll`: regular expressions on a string.

use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::regex::{Match, Regex};
use crate::value::{ArrayBuf, DocumentBuf, Value, ValueRef};

use super::super::call::fold_if_constant;

struct RegexOperator {
    name: &'static str,
    input: Expression,
    regex: Expression,
    options: Option<Expression>,
    /// The regular expression, if pattern and options are constants.
    compiled: Option<Regex>,
    result: Find,
}

#[derive(Clone, Copy)]
enum Find {
    Match,
    First,
    All,
}

pub fn matches(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, Find::Match)
}

pub fn find(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, Find::First)
}

pub fn find_all(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    parse(name, value, scope, Find::All)
}

/// Errors: 51103 (not an object), 31024 (another field), 31022 (no `input`), 31023 (no
/// `regex`), those of a constant regular expression.
fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
    result: Find,
) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            51103,
            format_args!("{name} expects an object of named arguments but found: {alias}"),
        ));
    };
    let (mut input, mut regex, mut options) = (None, None, None);
    for (field, value) in document.iter() {
        let slot = match field {
            "input" => &mut input,
            "regex" => &mut regex,
            "options" => &mut options,
            other => {
                return Err(Error::new(
                    31024,
                    format_args!("{name} found unknown option(s): {other}"),
                ));
            }
        };
        *slot = Some(Expression::parse(value, scope)?);
    }
    let missing =
        |code, field| Error::new(code, format_args!("{name} requires '{field}' parameter"));
    let input = input.ok_or_else(|| missing(31022, "input"))?;
    let regex = regex.ok_or_else(|| missing(31023, "regex"))?;
    let is_constant = regex.is_constant() && options.as_ref().is_none_or(Expression::is_constant);
    let compiled = if is_constant {
        compile(
            name,
            regex.as_constant(),
            options.as_ref().and_then(Expression::as_constant),
        )?
    } else {
        None
    };
    fold_if_constant(Expression::operator(RegexOperator {
        name,
        input,
        regex,
        options,
        compiled,
        result,
    }))
}

/// The regular expression of pattern and options; `None` if the pattern is null.
///
/// Errors: 51106 (options no string), 51105 (pattern neither string nor regex), 51107
/// (options twice), 51109, 51110 (zero byte in pattern, options), 51108 (a bad option),
/// 51111 (a bad pattern).
fn compile(
    name: &str,
    regex: Option<ValueRef<'_>>,
    options: Option<ValueRef<'_>>,
) -> Result<Option<Regex>> {
    let options = match options.filter(|options| !options.is_nullish()) {
        None => None,
        Some(ValueRef::String(options)) => Some(options),
        Some(other) => {
            let alias = other.kind().alias();
            return Err(Error::new(
                51106,
                format_args!("{name} needs 'options' to be of type string, got {alias}"),
            ));
        }
    };
    let (pattern, letters) = match regex.filter(|regex| !regex.is_nullish()) {
        None => return Ok(None),
        Some(ValueRef::String(pattern)) => (pattern, options.unwrap_or("")),
        Some(ValueRef::Regex(regex)) => {
            if options.is_some() && !regex.options().is_empty() {
                return Err(Error::new(
                    51107,
                    format_args!(
                        "{name}: found regex option(s) specified in both 'regex' and 'option' fields"
                    ),
                ));
            }
            (regex.pattern(), options.unwrap_or(regex.options()))
        }
        Some(other) => {
            let alias = other.kind().alias();
            return Err(Error::new(
                51105,
                format_args!("{name} needs 'regex' to be of type string or regex, got {alias}"),
            ));
        }
    };
    for (text, what, code) in [(pattern, "pattern", 51109), (letters, "options", 51110)] {
        if text.contains('\0') {
            return Err(Error::new(
                code,
                format_args!(
                    "{name}: regular expression {what} cannot contain an embedded null byte"
                ),
            ));
        }
    }
    match Regex::compile(pattern, letters) {
        Ok(regex) => Ok(Some(regex)),
        Err(error) if error.code() == 51108 => Err(error),
        Err(error) => Err(Error::new(
            51111,
            format_args!("Invalid Regex in {name}: {}", error.message()),
        )),
    }
}

impl RegexOperator {
    fn none(&self) -> Value<'static> {
        match self.result {
            Find::Match => Value::from(false),
            Find::First => Value::NULL,
            Find::All => Value::array(ArrayBuf::new()),
        }
    }
}

impl Evaluate for RegexOperator {
    /// Errors: 51104 (the input is no string), those of the regular expression.
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let input = self.input.evaluate(scope)?;
        let regex = match &self.compiled {
            Some(regex) => Some(regex.clone()),
            None => {
                let regex = self.regex.evaluate(scope)?;
                let options = match &self.options {
                    Some(options) => options.evaluate(scope)?,
                    None => None,
                };
                compile(
                    self.name,
                    regex.as_ref().map(Value::as_ref),
                    options.as_ref().map(Value::as_ref),
                )?
            }
        };
        let text = match input.as_ref().map(Value::as_ref) {
            Some(ValueRef::String(text)) => text,
            Some(other) if !other.is_nullish() => {
                let alias = other.kind().alias();
                return Err(Error::new(
                    51104,
                    format_args!(
                        "{} needs 'input' to be of type string, got {alias}",
                        self.name
                    ),
                ));
            }
            _ => return Ok(Some(self.none())),
        };
        let Some(regex) = regex else {
            return Ok(Some(self.none()));
        };
        match self.result {
            Find::Match => Ok(Some(Value::from(regex.is_match(text)?))),
            Find::First => Ok(Some(match regex.find_at(text, 0)? {
                Some(found) => {
                    Value::document(describe(text, &found, text_position(text, 0, 0, &found)))
                }
                None => Value::NULL,
            })),
            Find::All => all(&regex, text),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        see(&self.regex);
        self.options.iter().for_each(see);
    }
}

fn all<'a>(regex: &Regex, text: &str) -> Outcome<'a> {
    let mut results = ArrayBuf::new();
    let (mut from, mut counted, mut position) = (0, 0, 0);
    while let Some(found) = regex.find_at(text, from)? {
        position = text_position(text, counted, position, &found);
        counted = found.start;
        results.push(&describe(text, &found, position));
        from = if found.end > found.start {
            found.end
        } else {
            // Behind an empty match the search goes on one character further.
            match text.get(found.end..).and_then(|rest| rest.chars().next()) {
                Some(symbol) => found.end + symbol.len_utf8(),
                None => break,
            }
        };
        // No match is looked for at the end of the text, unless the text is empty.
        if from >= text.len() {
            break;
        }
    }
    Ok(Some(Value::array(results)))
}

/// The position of a match in code points, counting on from a known one.
fn text_position(text: &str, known_byte: usize, known: usize, found: &Match) -> usize {
    let between = text.get(known_byte..found.start).unwrap_or("");
    known + between.chars().count()
}

fn describe(text: &str, found: &Match, position: usize) -> DocumentBuf {
    let mut document = DocumentBuf::new();
    document.append("match", text.get(found.start..found.end).unwrap_or(""));
    document.append("idx", position as i32);
    document.append_array("captures", |captures| {
        for group in &found.groups {
            match group.and_then(|(start, end)| text.get(start..end)) {
                Some(group) => captures.push(group),
                None => captures.push(ValueRef::Null),
            }
        }
    });
    document
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn finds_matches() {
        check(
            "{$regexMatch: {input: '$a', regex: '^H', options: 'i'}}",
            "{a: 'hello'}",
            "true",
        );
        check(
            "{$regexFind: {input: '$a', regex: '(b)(x)?'}}",
            "{a: 'éab'}",
            "{match: 'b', idx: 2, captures: ['b', null]}",
        );
        check(
            "{$regexFindAll: {input: 'aéa', regex: 'a'}}",
            "{}",
            "[{match: 'a', idx: 0, captures: []}, {match: 'a', idx: 2, captures: []}]",
        );
        check("{$regexFind: {input: '$a', regex: 'x'}}", "{}", "null");
        check("{$regexFindAll: {input: 'a', regex: '$a'}}", "{}", "[]");
        check_error("{$regexMatch: {input: 'a', regex: '('}}", "{}", 51111);
        check_error("{$regexMatch: {input: 1, regex: 'a'}}", "{}", 51104);
        check_error(
            "{$regexMatch: {input: 'a', regex: 'a', options: 'z'}}",
            "{}",
            51108,
        );
        check_error("{$regexMatch: {regex: 'a'}}", "{}", 31022);
    }
}
