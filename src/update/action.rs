//! The operators of an update in the order of their paths, and how they are applied together.

use super::node::Node;
use super::operators::{OPERATORS, Operator};
use super::path::{Part, UpdatePath, compare_paths};
use super::rename::Rename;
use super::{Run, resolve, walk};
use crate::error::{Error, Result, codes};
use crate::expression::ParseScope;
use crate::matcher::ArrayFilter;
use crate::sorting::sort_by;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// One path and what happens to it.
pub(super) struct Action {
    pub(super) path: UpdatePath,
    step: Step,
}

enum Step {
    Operator(Box<dyn Operator>),
    /// The path is the target; it says where the value comes from.
    Rename(Rename),
}

impl Action {
    /// Whether a document may be nested deeper by it than what is written is by itself.
    pub(super) fn deepens(&self) -> bool {
        matches!(self.step, Step::Rename(_)) || self.path.parts.len() > 20
    }

    pub(super) fn is_positional(&self) -> bool {
        self.path.parts.contains(&Part::Positional)
    }
}

/// Parses a document of operators.
pub(super) fn parse(
    update: DocumentRef<'_>,
    array_filters: &[ArrayFilter],
    scope: &ParseScope,
) -> Result<Vec<Action>> {
    let mut actions = Vec::new();
    // Every path that is written, for conflicts: a rename has two.
    let mut paths: Vec<UpdatePath> = Vec::new();
    for (name, operand) in update.iter() {
        let registration = OPERATORS.iter().find(|operator| operator.name == name);
        if registration.is_none() && name != "$rename" {
            return Err(unknown(name));
        }
        let ValueRef::Document(fields) = operand else {
            return Err(Error::failed_to_parse(format_args!(
                "Modifiers operate on fields but we found type {} instead. For example: {{$mod: {{<field>: ...}}}} not {{{name}: {operand}}}",
                operand.kind().alias()
            )));
        };
        for (text, operand) in fields.iter() {
            let (path, step) = match registration {
                Some(operator) => {
                    let path = UpdatePath::parse(text)?;
                    let parsed = (operator.parse)(operand, text, scope)?;
                    (path, Step::Operator(parsed))
                }
                None => {
                    let (rename, to) = Rename::parse(text, operand)?;
                    note(rename.from(), &mut paths)?;
                    (to, Step::Rename(rename))
                }
            };
            note(&path, &mut paths)?;
            actions.push(Action { path, step });
        }
    }
    check_array_filters(&paths, array_filters)?;
    sort_by(&mut actions, |one, two| compare_paths(&one.path, &two.path));
    Ok(actions)
}

#[cold]
fn unknown(name: &str) -> Error {
    Error::failed_to_parse(format_args!(
        "Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update specified as an array"
    ))
}

/// Errors: `ConflictingUpdateOperators` (40).
fn note(path: &UpdatePath, paths: &mut Vec<UpdatePath>) -> Result<()> {
    check_conflict(path, paths.iter())?;
    paths.push(path.clone());
    Ok(())
}

/// Errors: `ConflictingUpdateOperators` (40).
pub(super) fn check_conflict<'p>(
    path: &'p UpdatePath,
    others: impl IntoIterator<Item = &'p UpdatePath>,
) -> Result<()> {
    let mut others = others.into_iter();
    if let Some(other) = others.find(|other| other.conflicts_with(path)) {
        let shorter = if other.text.len() < path.text.len() {
            other
        } else {
            path
        };
        return Err(Error::new(
            codes::CONFLICTING_UPDATE_OPERATORS,
            format_args!(
                "Updating the path '{}' would create a conflict at '{}'",
                path.text, shorter.text
            ),
        ));
    }
    Ok(())
}

/// Every identifier needs a filter, and every filter an identifier.
fn check_array_filters(paths: &[UpdatePath], filters: &[ArrayFilter]) -> Result<()> {
    let used = |name: &str| {
        paths
            .iter()
            .flat_map(|path| &path.parts)
            .any(|part| match part {
                Part::Filtered(identifier) => **identifier == *name,
                _ => false,
            })
    };
    for path in paths {
        for part in &path.parts {
            if let Part::Filtered(name) = part
                && !filters.iter().any(|filter| *filter.identifier() == **name)
            {
                return Err(Error::bad_value(format_args!(
                    "No array filter found for identifier '{name}' in path '{}'",
                    path.text
                )));
            }
        }
    }
    match filters.iter().find(|filter| !used(filter.identifier())) {
        None => Ok(()),
        Some(filter) => Err(Error::failed_to_parse(format_args!(
            "The array filter for identifier '{}' was not used in the update",
            filter.identifier()
        ))),
    }
}

/// Names that begin with a dollar may be inserted, also by an upsert; an update may take them
/// away and change what is below them, but not set them.
///
/// Errors: `DollarPrefixedFieldName` (52).
fn check_dollar_name(name: &str, path: &UpdatePath, had: bool, root: &Node<'_>) -> Result<()> {
    if !root.has(name) || (had && path.parts.len() > 1) {
        return Ok(());
    }
    Err(Error::new(
        codes::DOLLAR_PREFIXED_FIELD_NAME,
        format_args!(
            "The dollar ($) prefixed field '{name}' in '{}' is not valid for storage.",
            path.text
        ),
    ))
}

/// Applies all actions; `None` if nothing changed.
pub(super) fn apply(
    actions: &[Action],
    document: DocumentRef<'_>,
    run: &Run<'_>,
) -> Result<Option<DocumentBuf>> {
    let mut root = Node::of_document(document);
    let mut changed = false;
    let mut step = |action: &Action, path: &UpdatePath| -> Result<()> {
        let had = path.dollar_name().is_some_and(|name| root.has(name));
        let is_changed = match &action.step {
            Step::Operator(operator) => walk::apply(&mut root, path, &**operator, run)?,
            Step::Rename(rename) => rename.apply(&mut root, path, run)?,
        };
        changed |= is_changed;
        if let Some(name) = path.dollar_name()
            && is_changed
            && !run.is_insert
        {
            check_dollar_name(name, path, had, &root)?;
        }
        Ok(())
    };
    match resolve::all(actions, document, run)? {
        None => actions
            .iter()
            .try_for_each(|action| step(action, &action.path))?,
        Some(paths) => paths
            .iter()
            .try_for_each(|(at, path)| step(&actions[*at], path))?,
    }
    Ok(changed.then(|| root.into_document()))
}
