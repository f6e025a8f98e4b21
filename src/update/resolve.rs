//! Which fields do paths with `$`, `$[]` and `$[identifier]` name in a document?
//!
//! Manual: "$[<identifier>]". Several operators of one update see the document as it was before
//! all of them, and may not meet in one field.

use super::Run;
use super::action::{self, Action};
use super::path::{Part, UpdatePath, compare_paths};
use crate::error::Result;
use crate::sorting::sort_by;
use crate::value::path::array_position;
use crate::value::{DocumentRef, ValueRef};

/// The paths of all actions, with the places of the actions; `None` if they stand as they were
/// written: there is one path alone, or the document decides nothing.
///
/// Errors: `ConflictingUpdateOperators` (40), those of array filters.
pub(super) fn all(
    actions: &[Action],
    document: DocumentRef<'_>,
    run: &Run<'_>,
) -> Result<Option<Vec<(usize, UpdatePath)>>> {
    if actions.len() < 2 || !actions.iter().any(|action| action.path.is_open()) {
        return Ok(None);
    }
    let mut resolved = Vec::new();
    for (at, action) in actions.iter().enumerate() {
        let mut walk = Walk {
            run,
            names: Vec::new(),
            found: Vec::new(),
        };
        // A path that leads nowhere is refused where it is walked.
        let found = match walk.below(&action.path.parts, ValueRef::Document(document).into())? {
            true => walk.found,
            false => vec![action.path.clone()],
        };
        resolved.extend(found.into_iter().map(|path| (at, path)));
    }
    check_apart(&resolved)?;
    Ok(Some(resolved))
}

/// In order of their names a path is followed by those that lead through it.
///
/// Errors: `ConflictingUpdateOperators` (40).
fn check_apart(resolved: &[(usize, UpdatePath)]) -> Result<()> {
    let mut paths: Vec<&UpdatePath> = resolved.iter().map(|(_, path)| path).collect();
    sort_by(&mut paths, |one, two| compare_paths(one, two));
    paths
        .windows(2)
        .try_for_each(|pair| action::check_conflict(pair[1], [pair[0]]))
}

struct Walk<'r> {
    run: &'r Run<'r>,
    names: Vec<String>,
    found: Vec<UpdatePath>,
}

impl Walk<'_> {
    /// False if the path needs an array, or a position, that is not there.
    fn below(&mut self, parts: &[Part], value: Option<ValueRef<'_>>) -> Result<bool> {
        let Some((part, rest)) = parts.split_first() else {
            self.found.push(UpdatePath::of_names(&self.names));
            return Ok(true);
        };
        let filter = match part {
            Part::Field(name) => return self.field(name, rest, value),
            Part::Positional => {
                return match self.run.position {
                    Some(position) => self.field(&position.to_string(), rest, value),
                    None => Ok(false),
                };
            }
            Part::All => None,
            Part::Filtered(name) => {
                let mut filters = self.run.array_filters.iter();
                filters.find(|filter| *filter.identifier() == **name)
            }
        };
        let Some(ValueRef::Array(elements)) = value else {
            return Ok(false);
        };
        for (index, element) in elements.iter().enumerate() {
            let is_meant = match filter {
                Some(filter) => filter.matches(element, self.run.context)?,
                None => true,
            };
            if is_meant && !self.step(index.to_string(), rest, Some(element))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn field(&mut self, name: &str, rest: &[Part], value: Option<ValueRef<'_>>) -> Result<bool> {
        let inner = match value {
            Some(ValueRef::Document(document)) => document.get(name),
            Some(ValueRef::Array(array)) => array_position(name).and_then(|index| array.get(index)),
            _ => None,
        };
        self.step(name.to_owned(), rest, inner)
    }

    fn step(&mut self, name: String, rest: &[Part], inner: Option<ValueRef<'_>>) -> Result<bool> {
        self.names.push(name);
        let goes_on = self.below(rest, inner);
        self.names.pop();
        goes_on
    }
}
