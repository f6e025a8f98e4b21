//! `$match` goes before `$sort`, and before stages that do not change the fields it looks at; of a
//! filter with several conditions those go that can.

use super::conjuncts::{mentions, moved_before, renamed};
use crate::aggregate::{PipelineStage, Shape};
use crate::error::Result;
use crate::expression::{Dependencies, ParseScope};
use crate::matcher::Matcher;
use crate::value::{DocumentBuf, DocumentRef, FieldPath};

pub(super) fn apply(stages: &mut Vec<PipelineStage>, at: usize) -> Result<bool> {
    let [before, filter, ..] = &stages[at..] else {
        return Ok(false);
    };
    let Shape::Match { filter, scope } = filter.stage.shape() else {
        return Ok(false);
    };
    // What is known of a document depends on the stages before.
    if mentions(filter.source().as_ref(), &["$meta"]) {
        return Ok(false);
    }
    let shape = before.stage.shape();
    if let Shape::Sort { limit: None, .. } = shape {
        stages.swap(at, at + 1);
        return Ok(true);
    }
    let new = moved_before(before, filter, scope, |condition| {
        moves(&shape, condition, scope)
    })?;
    let Some(new) = new else {
        return Ok(false);
    };
    stages.splice(at..at + 2, new);
    Ok(true)
}

/// The condition as it is to stand before the stage, if it can.
fn moves(
    shape: &Shape<'_>,
    condition: DocumentRef<'_>,
    scope: &ParseScope,
) -> Result<Option<DocumentBuf>> {
    // What is drawn by lot has to be drawn for the documents that are there.
    if mentions(condition, &["$sampleRate", "$rand"]) {
        return Ok(None);
    }
    let mut read = Dependencies::new();
    Matcher::parse(condition, scope)?.dependencies(&mut read);
    if read.whole_document || read.paths.is_empty() {
        return Ok(None);
    }
    let is_apart_from = |field: &str| read.paths.iter().all(|path| path.first() != field);
    let as_it_is = |is_apart: bool| is_apart.then(|| DocumentBuf::from(condition));
    let moved = match shape {
        Shape::Changes { fields, from } => {
            let apart = fields.iter().all(|field| is_apart_from(field.first()));
            as_it_is(apart).or_else(|| with_old_names(condition, from, fields, true))
        }
        Shape::Keeps { fields, from } => {
            let is_kept = |path: &FieldPath| fields.iter().any(|kept| kept.first() == path.first());
            as_it_is(read.paths.iter().all(is_kept))
                .or_else(|| with_old_names(condition, from, fields, false))
        }
        Shape::Unwind { path, index, .. } => {
            let index = index.is_none_or(|index| is_apart_from(index.first()));
            as_it_is(is_apart_from(path.first()) && index)
        }
        Shape::Lookup(lookup) => {
            let index = lookup
                .index()
                .is_none_or(|index| is_apart_from(index.first()));
            as_it_is(is_apart_from(lookup.field().first()) && index)
        }
        Shape::Group(group) => of_keys(condition, &group.renames()),
        _ => None,
    };
    Ok(moved)
}

/// The condition in the names that fields had before, if all have one. `from` holds new and old
/// names; of the others those in `fields` are changed, or only those are not.
fn with_old_names(
    condition: DocumentRef<'_>,
    from: &[(FieldPath, FieldPath)],
    fields: &[FieldPath],
    are_changed: bool,
) -> Option<DocumentBuf> {
    renamed(condition, &|path| {
        let (first, rest) = match path.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (path, None),
        };
        let old = from.iter().find(|(new, _)| new.as_str() == first);
        let old = match old {
            Some((_, old)) => old.as_str(),
            None if fields.iter().any(|field| field.first() == first) != are_changed => first,
            None => return None,
        };
        Some(match rest {
            Some(rest) => format!("{old}.{rest}"),
            None => old.to_owned(),
        })
    })
}

/// The condition on a group's key as one on the fields that the key is made of. A missing field
/// makes a key that is null, and numbers of several types make one key: what tells those apart
/// stays.
fn of_keys(condition: DocumentRef<'_>, from: &[(FieldPath, FieldPath)]) -> Option<DocumentBuf> {
    if mentions(condition, &["$exists", "$type"]) {
        return None;
    }
    renamed(condition, &|path| {
        from.iter().find_map(|(new, old)| {
            let rest = path.strip_prefix(new.as_str())?;
            (rest.is_empty() || rest.starts_with('.')).then(|| format!("{}{rest}", old.as_str()))
        })
    })
}
