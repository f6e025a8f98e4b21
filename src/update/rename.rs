//! `$rename`: takes a field away and sets its value under another name.
//!
//! Manual: "$rename". The paths may not lead through arrays; a missing source is left alone.

use super::node::Node;
use super::operators::{Operator, Outcome};
use super::path::{Part, UpdatePath};
use super::{Run, walk};
use crate::error::{Error, Result, codes};
use crate::value::{Value, ValueRef};

/// Where the value of a renamed field comes from.
pub(super) struct Rename {
    from: UpdatePath,
}

impl Rename {
    /// Parses `{from: "to"}`; gives the target too.
    ///
    /// Errors: `BadValue` (2), those of paths, 9867600 for a zero byte.
    pub(super) fn parse(from: &str, to: ValueRef<'_>) -> Result<(Rename, UpdatePath)> {
        let ValueRef::String(target) = to else {
            return Err(Error::bad_value(format_args!(
                "The 'to' field for $rename must be a string: {from}: {to}"
            )));
        };
        if target.contains('\0') {
            let message = "The 'to' field for $rename cannot contain an embedded null byte";
            return Err(Error::new(9_867_600, message));
        }
        let (source, target) = (UpdatePath::parse(from)?, UpdatePath::parse(target)?);
        for path in [&source, &target] {
            if path
                .parts
                .iter()
                .any(|part| !matches!(part, Part::Field(_)))
            {
                return Err(Error::bad_value(format_args!(
                    "The source and target of $rename may not be dynamic: {}",
                    path.text
                )));
            }
        }
        if source == target {
            return Err(Error::bad_value(format_args!(
                "The source and target field for $rename must differ: {from}: {to}"
            )));
        }
        Ok((Rename { from: source }, target))
    }

    pub(super) fn from(&self) -> &UpdatePath {
        &self.from
    }

    /// True if the field was there.
    pub(super) fn apply(
        &self,
        root: &mut Node<'_>,
        to: &UpdatePath,
        run: &Run<'_>,
    ) -> Result<bool> {
        let names: Vec<&str> = self.from.parts.iter().map(name).collect();
        let Some(value) = find(root, &names, &self.from.text)? else {
            return Ok(false);
        };
        check_target(root, to)?;
        // Whatever the value is: it comes from elsewhere.
        if !run.is_insert && [&self.from, to].iter().any(|path| path.is_of_id()) {
            return Err(Error::new(
                codes::IMMUTABLE_FIELD,
                format_args!("$rename of '{}' would modify '_id'", self.from.text),
            ));
        }
        take(root, &names);
        walk::apply(root, to, &SetTo(value), run)?;
        Ok(true)
    }
}

fn name(part: &Part) -> &str {
    match part {
        Part::Field(name) => name,
        _ => "",
    }
}

/// The value at the source.
///
/// Errors: `PathNotViable` (28) through a scalar, `BadValue` (2) through an array.
fn find(node: &mut Node<'_>, names: &[&str], path: &str) -> Result<Option<Value<'static>>> {
    let Some((first, rest)) = names.split_first() else {
        return Ok(Some(node.value().into_owned()));
    };
    node.open();
    match node {
        Node::Document(fields) => match fields.iter_mut().find(|(field, _)| **field == **first) {
            Some((_, inner)) => find(inner, rest, path),
            None => Ok(None),
        },
        Node::Array(_) => Err(Error::bad_value(format_args!(
            "The source field cannot be an array element, '{path}' has an array on its way"
        ))),
        Node::Closed(value) => Err(Error::new(
            codes::PATH_NOT_VIABLE,
            format_args!(
                "Cannot use the part ({first}) of ({path}) to traverse the element ({value})"
            ),
        )),
    }
}

/// Errors: `BadValue` (2) if an array is on the way to the target.
fn check_target(root: &mut Node<'_>, to: &UpdatePath) -> Result<()> {
    let mut node = root;
    for part in &to.parts[..to.parts.len() - 1] {
        node.open();
        let Node::Document(fields) = node else {
            return Ok(());
        };
        match fields.iter_mut().find(|(field, _)| **field == *name(part)) {
            Some((_, inner)) => node = inner,
            None => return Ok(()),
        }
        node.open();
        if matches!(node, Node::Array(_)) {
            return Err(Error::bad_value(format_args!(
                "The destination field cannot be an array element, '{}' has an array on its way",
                to.text
            )));
        }
    }
    Ok(())
}

fn take(node: &mut Node<'_>, names: &[&str]) {
    let Node::Document(fields) = node else { return };
    match names {
        [only] => fields.retain(|(field, _)| **field != **only),
        [first, rest @ ..] => {
            if let Some((_, inner)) = fields.iter_mut().find(|(field, _)| **field == **first) {
                take(inner, rest);
            }
        }
        [] => {}
    }
}

struct SetTo(Value<'static>);

impl Operator for SetTo {
    fn apply(&self, _found: Option<ValueRef<'_>>, _run: &Run<'_>) -> Result<Outcome> {
        Ok(Outcome::Set(self.0.clone()))
    }
}
