//! Along a path to the field it names, creating what is missing if the operator wants that.

use super::Run;
use super::node::Node;
use super::operators::{Operator, Outcome};
use super::path::{Part, UpdatePath};
use crate::error::{Error, Result, codes};
use crate::value::path::array_position;
use crate::value::{DocumentBuf, Value, ValueRef};

/// The most nulls that an array is filled up with.
const PADDING_MAX: usize = 1_500_000;

/// Applies an operator to all fields that a path names; true if anything changed.
pub(super) fn apply(
    root: &mut Node<'_>,
    path: &UpdatePath,
    operator: &dyn Operator,
    run: &Run<'_>,
) -> Result<bool> {
    Walk {
        path,
        operator,
        run,
    }
    .below(root, 0)
}

#[cold]
fn no_position() -> Error {
    Error::bad_value("The positional operator did not find the match needed from the query.")
}

struct Walk<'w> {
    path: &'w UpdatePath,
    operator: &'w dyn Operator,
    run: &'w Run<'w>,
}

impl Walk<'_> {
    /// Goes on with the part at `at` below a container.
    fn below(&self, container: &mut Node<'_>, at: usize) -> Result<bool> {
        container.open();
        match &self.path.parts[at] {
            Part::Field(name) => self.field(container, name, at),
            Part::Positional => {
                let Some(position) = self.run.position else {
                    return Err(no_position());
                };
                self.field(container, &position.to_string(), at)
            }
            Part::All => self.elements(container, at, None),
            Part::Filtered(name) => self.elements(container, at, Some(name)),
        }
    }

    fn is_last(&self, at: usize) -> bool {
        at + 1 == self.path.parts.len()
    }

    fn field(&self, container: &mut Node<'_>, name: &str, at: usize) -> Result<bool> {
        match container {
            Node::Document(fields) => {
                let found = fields.iter().position(|(field, _)| **field == *name);
                match found {
                    Some(index) if self.is_last(at) => match self.outcome(&fields[index].1)? {
                        Outcome::Keep => Ok(false),
                        Outcome::Set(value) => Ok(replace(&mut fields[index].1, value)),
                        Outcome::Remove => {
                            fields.remove(index);
                            Ok(true)
                        }
                    },
                    Some(index) => self.through(&mut fields[index].1, name, at),
                    None => match self.missing(at)? {
                        Some(node) => {
                            fields.push((name.into(), node));
                            Ok(true)
                        }
                        None => Ok(false),
                    },
                }
            }
            Node::Array(elements) => match array_position(name) {
                Some(index) => self.element(elements, index, at),
                None if self.operator.creates() => Err(self.not_viable(name, &container.value())),
                None => Ok(false),
            },
            Node::Closed(value) if self.operator.creates() => {
                Err(self.not_viable(name, &value.clone().into_owned()))
            }
            Node::Closed(_) => Ok(false),
        }
    }

    fn element(&self, elements: &mut Vec<Node<'_>>, index: usize, at: usize) -> Result<bool> {
        let Some(element) = elements.get_mut(index) else {
            let Some(node) = self.missing(at)? else {
                return Ok(false);
            };
            if index > elements.len() + PADDING_MAX {
                return Err(Error::new(
                    codes::CANNOT_BACKFILL_ARRAY,
                    format_args!(
                        "cannot backfill the array at '{}' to position {index}",
                        self.path.text
                    ),
                ));
            }
            elements.resize_with(index, || Node::Closed(Value::NULL));
            elements.push(node);
            return Ok(true);
        };
        if !self.is_last(at) {
            return self.through(element, &index.to_string(), at);
        }
        match self.outcome(element)? {
            Outcome::Keep => Ok(false),
            Outcome::Set(value) => Ok(replace(element, value)),
            Outcome::Remove => Ok(replace(element, Value::NULL)),
        }
    }

    /// Goes on below a field that is there.
    fn through(&self, node: &mut Node<'_>, name: &str, at: usize) -> Result<bool> {
        node.open();
        match node {
            Node::Closed(value) => match &self.path.parts[at + 1] {
                Part::All | Part::Filtered(_) => Err(Error::bad_value(format_args!(
                    "Cannot apply array updates to non-array element {name}: {value}"
                ))),
                Part::Positional if self.run.position.is_none() => Err(no_position()),
                _ if self.operator.creates() => {
                    let next = match &self.path.parts[at + 1] {
                        Part::Field(next) => next.to_string(),
                        _ => "$".to_owned(),
                    };
                    let mut shown = DocumentBuf::new();
                    shown.append(name, &*value);
                    Err(Error::new(
                        codes::PATH_NOT_VIABLE,
                        format_args!("Cannot create field '{next}' in element {shown}"),
                    ))
                }
                _ => Ok(false),
            },
            _ => self.below(node, at + 1),
        }
    }

    /// `$[]` and `$[identifier]`: each element, or those that a filter accepts.
    fn elements(&self, container: &mut Node<'_>, at: usize, filter: Option<&str>) -> Result<bool> {
        let Node::Array(elements) = container else {
            return Err(Error::bad_value(format_args!(
                "Cannot apply array updates to non-array element {}: {}",
                self.path.text,
                container.value()
            )));
        };
        let filter = filter.and_then(|name| {
            self.run
                .array_filters
                .iter()
                .find(|filter| filter.identifier() == name)
        });
        let mut changed = false;
        for index in 0..elements.len() {
            if let Some(filter) = filter
                && !filter.matches(elements[index].value().as_ref(), self.run.context)?
            {
                continue;
            }
            changed |= self.element(elements, index, at)?;
        }
        Ok(changed)
    }

    fn outcome(&self, node: &Node<'_>) -> Result<Outcome> {
        self.operator.apply(Some(node.value().as_ref()), self.run)
    }

    /// What is put in the place of a missing field, if anything: the value, below the documents
    /// that the rest of the path names.
    fn missing(&self, at: usize) -> Result<Option<Node<'static>>> {
        if !self.operator.creates() {
            return Ok(None);
        }
        let rest = &self.path.parts[at + 1..];
        let mut names = Vec::with_capacity(rest.len());
        for part in rest {
            match part {
                Part::Field(name) => names.push(name.to_string()),
                Part::Positional => match self.run.position {
                    Some(position) => names.push(position.to_string()),
                    None => return Err(no_position()),
                },
                Part::All | Part::Filtered(_) => {
                    return Err(Error::bad_value(format_args!(
                        "The path '{}' must exist in the document in order to apply array updates.",
                        self.path.text
                    )));
                }
            }
        }
        let Outcome::Set(value) = self.operator.apply(None, self.run)? else {
            return Ok(None);
        };
        let leaf = Node::Closed(value);
        let wrap = |node, name: &String| Node::Document(vec![(name.as_str().into(), node)]);
        Ok(Some(names.iter().rev().fold(leaf, wrap)))
    }

    #[cold]
    fn not_viable(&self, name: &str, container: &Value<'_>) -> Error {
        Error::new(
            codes::PATH_NOT_VIABLE,
            format_args!(
                "Cannot create field '{name}' in element {{{}: {container}}}",
                self.path.text
            ),
        )
    }
}

/// Puts a value in place; false if it is the same in type and bytes.
fn replace(node: &mut Node<'_>, value: Value<'static>) -> bool {
    let same = identical(node.value().as_ref(), value.as_ref());
    if !same {
        *node = Node::Closed(value);
    }
    !same
}

/// Equal in type and bytes, not only in order.
pub(super) fn identical(one: ValueRef<'_>, two: ValueRef<'_>) -> bool {
    if one.kind() != two.kind() {
        return false;
    }
    let bytes = |value: ValueRef<'_>| {
        let mut document = DocumentBuf::new();
        document.append("", value);
        document.into_bytes()
    };
    bytes(one) == bytes(two)
}
