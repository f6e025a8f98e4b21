//! From a filter document to the tree.

use super::ops::{self, Operand, compare, regex};
use super::{Node, Path};
use crate::error::{Error, Result, codes};
use crate::expression::ParseScope;
use crate::value::{ArrayRef, DocumentRef, ValueRef};

/// Which of the operators that look at whole documents (`$expr`, `$jsonSchema`) a filter
/// may use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// The code with which they are refused.
    refusal: Option<i32>,
}

impl Features {
    /// A query, `$match`, a validator: all.
    pub const QUERY: Features = Features { refusal: None };
    /// Inside `$elemMatch`: none.
    pub const ELEMENT: Features = Features {
        refusal: Some(codes::BAD_VALUE),
    };
    /// Conditions on single values (`$pull`, `arrayFilters`): none.
    pub const VALUE: Features = Features {
        refusal: Some(codes::QUERY_FEATURE_NOT_ALLOWED),
    };
}

/// Parses filters; what is the same at every level of one.
#[derive(Clone, Copy)]
pub struct Parser<'p> {
    /// The variables that `$expr` may name.
    pub scope: &'p ParseScope,
    features: Features,
}

impl<'p> Parser<'p> {
    /// A parser with these variables and features.
    pub fn new(scope: &'p ParseScope, features: Features) -> Parser<'p> {
        Parser { scope, features }
    }

    /// The parser for what stands inside `$elemMatch`.
    pub(super) fn inside_element(self) -> Parser<'p> {
        Parser {
            features: if self.features == Features::QUERY {
                Features::ELEMENT
            } else {
                self.features
            },
            ..self
        }
    }

    /// Refuses operators on whole documents where they have no place.
    pub(super) fn allow_document_operator(&self, name: &str) -> Result<()> {
        match self.features.refusal {
            None => Ok(()),
            Some(code) => Err(Error::new(
                code,
                format_args!("{name} can only be applied to the top-level document"),
            )),
        }
    }

    /// A whole filter: fields with conditions, and operators such as `$or`.
    pub fn filter(&self, filter: DocumentRef<'_>) -> Result<Node> {
        let mut conditions = Vec::new();
        for (name, value) in filter.iter() {
            conditions.push(if is_operator_name(name) {
                let operator = ops::find_document_operator(name).ok_or_else(|| unknown(name))?;
                (operator.parse)(value, self)?
            } else {
                self.condition(&Path::new(name), value)?
            });
        }
        Ok(Node::all(conditions))
    }

    /// An array of filters, as `$and`, `$or` and `$nor` take it.
    pub(super) fn filters(&self, name: &str, operand: ValueRef<'_>) -> Result<Vec<Node>> {
        let filters = match operand {
            ValueRef::Array(filters) => filters,
            _ => return Err(Error::bad_value(format_args!("{name} must be an array"))),
        };
        if filters.is_empty() {
            return Err(Error::bad_value(format_args!(
                "{name} must be a nonempty array"
            )));
        }
        let parse = |filter: ValueRef<'_>| match filter {
            ValueRef::Document(filter) => self.filter(filter),
            _ => Err(Error::bad_value(format_args!(
                "{name} argument's entries must be objects"
            ))),
        };
        filters.iter().map(parse).collect()
    }

    /// What stands after a field's name: a value, a regular expression, or operators.
    pub fn condition(&self, path: &Path, value: ValueRef<'_>) -> Result<Node> {
        match value {
            ValueRef::Document(operators) if is_operator_document(operators) => {
                self.operators(path, operators)
            }
            ValueRef::Regex(pattern) => regex::matches_pattern(path, pattern),
            _ => compare::equal(path, value),
        }
    }

    /// A document of operators on one field.
    pub(super) fn operators(&self, path: &Path, operators: DocumentRef<'_>) -> Result<Node> {
        let mut conditions = Vec::new();
        for (name, value) in operators.iter() {
            let operator = ops::find_field_operator(name)
                .ok_or_else(|| Error::bad_value(format_args!("unknown operator: {name}")))?;
            conditions.push((operator.parse)(&Operand {
                name: operator.name,
                path,
                value,
                siblings: operators,
                parser: self,
            })?);
        }
        Ok(Node::all(conditions))
    }

    /// Conditions of an array's members, for `$all` and `$in`: values and regular
    /// expressions, no operators.
    pub(super) fn plain_members<'a>(
        &self,
        name: &str,
        members: ArrayRef<'a>,
    ) -> Result<Vec<ValueRef<'a>>> {
        let mut values = Vec::new();
        for value in members.iter() {
            match value {
                ValueRef::Document(inner) if is_operator_document(inner) => {
                    return Err(Error::bad_value(format_args!("cannot nest $ under {name}")));
                }
                ValueRef::Undefined => return Err(compare::undefined()),
                _ => values.push(value),
            }
        }
        Ok(values)
    }
}

/// A name that is an operator's; the fields of a DBRef are not.
fn is_operator_name(name: &str) -> bool {
    name.starts_with('$') && !matches!(name, "$ref" | "$id" | "$db")
}

/// Whether a document is one of operators: its first name begins with a dollar, and it
/// is no DBRef.
pub(super) fn is_operator_document(document: DocumentRef<'_>) -> bool {
    let Some(first) = document.first() else {
        return false;
    };
    first.name.starts_with('$')
        && !(document.element("$ref").is_some() && document.element("$id").is_some())
}

#[cold]
fn unknown(name: &str) -> Error {
    Error::bad_value(format_args!(
        "unknown top level operator: {name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField."
    ))
}
