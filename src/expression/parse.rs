//! Parsing of expressions: literals, paths, variables, objects, arrays, operators.

use std::rc::Rc;

use super::call::{Call, check_count, fold_if_constant, parse_arguments};
use super::operators::{self, Form};
use super::scope::Place;
use super::tree::{Node, undefined_variable};
use super::{Expression, ParseScope};
use crate::error::{Error, Result, codes};
use crate::value::{DocumentRef, FieldPath, Value, ValueRef};

/// The code of what would run JavaScript, on a server that has it turned off.
pub const NO_JAVASCRIPT: i32 = 31264;

impl Expression {
    /// Parses an expression.
    ///
    /// Errors: 168 (unknown operator), 31264 (`$function`), 15983 (an operator beside other fields), 17276
    /// (undefined variable), 16872 (`$` alone), those of [`FieldPath::parse_strict`], those
    /// of each operator, and what a constant expression gives when it is evaluated.
    pub fn parse(value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
        match value {
            ValueRef::String(text) => match text.strip_prefix('$') {
                Some(rest) => parse_reference(text, rest, scope),
                None => Ok(Expression::constant(Value::copy_of(value))),
            },
            ValueRef::Document(document) => parse_object(document, scope),
            ValueRef::Array(array) => {
                let elements: Vec<Expression> = parse_arguments(ValueRef::Array(array), scope)?;
                fold_if_constant(Expression(Node::Array(elements.into())))
            }
            other => Ok(Expression::constant(Value::copy_of(other))),
        }
    }
}

/// Parses `$path` and `$$variable.path`; `rest` is the text behind the first dollar.
fn parse_reference(text: &str, rest: &str, scope: &ParseScope) -> Result<Expression> {
    if rest.is_empty() {
        return Err(Error::new(16872, "'$' by itself is not a valid FieldPath"));
    }
    let Some(variable) = rest.strip_prefix('$') else {
        return Ok(match scope.find("CURRENT") {
            Some(Place::Local(id)) => {
                Expression(Node::Local(id, Some(FieldPath::parse_strict(rest)?)))
            }
            _ => Expression(Node::Path(FieldPath::parse_strict(rest)?)),
        });
    };
    let (name, path) = match variable.split_once('.') {
        Some((name, path)) => (name, Some(path)),
        None => (variable, None),
    };
    check_reference_name(name, text)?;
    let place = scope.find(name);
    let is_known = place.is_some()
        || matches!(
            name,
            "ROOT" | "CURRENT" | "NOW" | "REMOVE" | "USER_ROLES" | "SEARCH_META"
        );
    if !is_known {
        return Err(if name == "CLUSTER_TIME" {
            Error::new(
                10_071_200,
                "$$CLUSTER_TIME is not available: there is no cluster",
            )
        } else {
            undefined_variable(name)
        });
    }
    let path = match path {
        // The message and code of a path that ends at its first dot.
        Some("") => return Err(Error::new(40353, "FieldPath must not end with a '.'.")),
        Some(path) => Some(FieldPath::parse_strict(path)?),
        None => None,
    };
    Ok(Expression(match (place, name, path) {
        (Some(Place::Local(id)), _, path) => Node::Local(id, path),
        (Some(Place::Context), name, path) => Node::Variable(Rc::from(name), path),
        (None, "ROOT" | "CURRENT", None) => Node::Root,
        (None, "ROOT" | "CURRENT", Some(path)) => Node::Path(path),
        (None, "NOW", None) => Node::Now,
        (None, "USER_ROLES", None) => {
            Node::Constant(Value::Ref(ValueRef::Array(crate::value::ArrayRef::EMPTY)))
        }
        // A path below a date is missing.
        _ => Node::Missing,
    }))
}

fn check_reference_name(name: &str, text: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::failed_to_parse(
            "empty variable names are not allowed",
        ));
    }
    let starts_well = name
        .bytes()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first >= 0x80);
    if !starts_well {
        return Err(Error::failed_to_parse(format_args!(
            "'{text}' starts with an invalid character for a variable name"
        )));
    }
    check_name_characters(name, 0)
}

fn check_name_characters(name: &str, skip: usize) -> Result<()> {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    match name.bytes().skip(skip).all(is_fine) {
        true => Ok(()),
        false => Err(Error::failed_to_parse(format_args!(
            "'{name}' contains an invalid character for a variable name"
        ))),
    }
}

/// Checks the name of a variable that a user defines: it begins with a small letter, then
/// letters, digits and `_`. `CURRENT` is allowed.
///
/// Errors: `FailedToParse` (9).
pub fn check_variable_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::failed_to_parse(
            "empty variable names are not allowed",
        ));
    }
    if name == "CURRENT" {
        return Ok(());
    }
    let starts_well = name
        .bytes()
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first >= 0x80);
    if !starts_well {
        return Err(Error::failed_to_parse(format_args!(
            "'{name}' starts with an invalid character for a user variable name"
        )));
    }
    check_name_characters(name, 1)
}

fn parse_object(document: DocumentRef<'_>, scope: &ParseScope) -> Result<Expression> {
    if let Some(first) = document.first()
        && first.name.starts_with('$')
    {
        if document.count() != 1 {
            return Err(Error::new(
                15983,
                format_args!(
                    "an object representing an expression must have exactly one field, the operator: {} is beside others",
                    first.name
                ),
            ));
        }
        return parse_operator(first.name, first.value(), scope);
    }
    let mut fields: Vec<(Box<str>, Expression)> = Vec::new();
    for (name, value) in document.iter() {
        check_field_name(name)?;
        if fields.iter().any(|(other, _)| **other == *name) {
            return Err(Error::new(
                16406,
                format_args!("duplicate field name specified in object literal: {name}"),
            ));
        }
        fields.push((name.into(), Expression::parse(value, scope)?));
    }
    fold_if_constant(Expression(Node::Object(fields.into())))
}

/// Errors: 15998 (empty), 16410 (dollar), 16412 (dot).
fn check_field_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::new(
            15998,
            "FieldPath field names may not be empty strings.",
        ));
    }
    if name.starts_with('$') {
        return Err(Error::new(
            16410,
            format_args!(
                "FieldPath field names may not start with '$'. Consider using $getField or $setField. Got '{name}'."
            ),
        ));
    }
    if name.contains('.') {
        return Err(Error::new(
            16412,
            format_args!(
                "FieldPath field names may not contain '.'. Consider using $getField or $setField. Got '{name}'."
            ),
        ));
    }
    Ok(())
}

fn parse_operator(name: &str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let Some(row) = operators::find(name) else {
        if name == "$function" {
            return Err(Error::new(
                NO_JAVASCRIPT,
                "$function cannot run: there is no JavaScript in the engine",
            ));
        }
        return Err(Error::new(
            codes::INVALID_PIPELINE_OPERATOR,
            format_args!("Unrecognized expression '{name}'"),
        ));
    };
    match row.form {
        Form::Arguments { least, most, run } => {
            let arguments = parse_arguments(value, scope)?;
            check_count(row.name, arguments.len(), least, most)?;
            Call::build(row.name, run, arguments)
        }
        Form::Combining { run, way } => {
            Call::build_combining(row.name, run, way, parse_arguments(value, scope)?)
        }
        Form::Parse(parse) => parse(row.name, value, scope),
    }
}
