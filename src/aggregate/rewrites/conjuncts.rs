//! Filters as documents: taken apart into conditions that all must hold, put together, and told of
//! other names.

use crate::aggregate::PipelineStage;
use crate::aggregate::stages::match_stage;
use crate::error::Result;
use crate::expression::ParseScope;
use crate::plan::Filter;
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, ValueRef};

/// The conditions of a filter, each a filter with one field.
pub(super) fn split(filter: DocumentRef<'_>) -> Vec<DocumentBuf> {
    let mut found = Vec::new();
    collect(filter, &mut found);
    found
}

fn collect(filter: DocumentRef<'_>, found: &mut Vec<DocumentBuf>) {
    for element in filter.elements() {
        match element.value() {
            ValueRef::Array(list) if element.name == "$and" && is_of_documents(list.iter()) => {
                let inner = list.iter().filter_map(|inner| inner.as_document());
                inner.for_each(|inner| collect(inner, found));
            }
            _ => {
                let mut one = DocumentBuf::new();
                one.append_element(&element);
                found.push(one);
            }
        }
    }
}

fn is_of_documents<'a>(mut list: impl Iterator<Item = ValueRef<'a>>) -> bool {
    list.all(|inner| inner.as_document().is_some())
}

/// A filter for all that pass every one.
pub(super) fn join(conditions: &[DocumentBuf]) -> DocumentBuf {
    match conditions {
        [] => DocumentBuf::new(),
        [one] => one.clone(),
        many => {
            let list: ArrayBuf = many.iter().map(DocumentBuf::as_ref).collect();
            let mut both = DocumentBuf::new();
            both.append("$and", &list);
            both
        }
    }
}

/// True if one of these operators is used anywhere.
pub(super) fn mentions(filter: DocumentRef<'_>, operators: &[&str]) -> bool {
    let inside = |value: ValueRef<'_>| match value {
        ValueRef::Document(inner) => mentions(inner, operators),
        ValueRef::Array(list) => mentions(list.as_document(), operators),
        _ => false,
    };
    filter
        .iter()
        .any(|(name, value)| operators.contains(&name) || inside(value))
}

/// The filter with other names for its fields; `None` if one has none, or if the filter looks at
/// documents in another way than by fields.
pub(super) fn renamed(
    filter: DocumentRef<'_>,
    name_of: &dyn Fn(&str) -> Option<String>,
) -> Option<DocumentBuf> {
    let mut out = DocumentBuf::new();
    for (name, value) in filter.iter() {
        match (name, value) {
            ("$and" | "$or" | "$nor", ValueRef::Array(list)) => {
                let mut branches = ArrayBuf::new();
                for branch in list.iter() {
                    branches.push(&renamed(branch.as_document()?, name_of)?);
                }
                out.append(name, &branches);
            }
            _ if name.starts_with('$') => return None,
            _ => {
                let name = name_of(name)?;
                if name.is_empty() || name.starts_with('$') {
                    return None;
                }
                out.append(&name, value);
            }
        }
    }
    Some(out)
}

/// A stage and the `$match` behind it, with those conditions before the stage that `moves` gives, in
/// the form they have there; `None` if all stay.
pub(super) fn moved_before(
    stage: &PipelineStage,
    filter: &Filter,
    scope: &ParseScope,
    mut moves: impl FnMut(DocumentRef<'_>) -> Result<Option<DocumentBuf>>,
) -> Result<Option<Vec<PipelineStage>>> {
    let (mut moved, mut kept) = (Vec::new(), Vec::new());
    for condition in split(filter.source().as_ref()) {
        match moves(condition.as_ref())? {
            Some(condition) => moved.push(condition),
            None => kept.push(condition),
        }
    }
    if moved.is_empty() {
        return Ok(None);
    }
    let matching =
        |conditions: &[DocumentBuf]| match_stage::stage("$match", join(conditions).as_ref(), scope);
    let mut new = vec![matching(&moved)?, stage.clone()];
    if !kept.is_empty() {
        new.push(matching(&kept)?);
    }
    Ok(Some(new))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::expression::testing::document;

    #[test]
    fn filters_are_taken_apart() {
        let filter = document("{a: 1, $and: [{b: 2, c: 3}, {$or: [{d: 4}]}]}");
        let parts = split(filter.as_ref());
        let shown: Vec<String> = parts.iter().map(|one| one.as_ref().to_string()).collect();
        let expected = ["{a: 1}", "{b: 2}", "{c: 3}", "{$or: [{d: 4}]}"];
        assert_eq!(
            shown,
            expected.map(|text| document(text).as_ref().to_string())
        );
        assert!(mentions(
            document("{a: {$not: {$type: 2}}}").as_ref(),
            &["$type"]
        ));
    }

    #[test]
    fn fields_are_renamed() {
        let name_of = |name: &str| name.strip_prefix("x.").map(str::to_owned);
        let check = |filter: &str, expected: Option<&str>| {
            let found = renamed(document(filter).as_ref(), &name_of);
            let expected = expected.map(|text| document(text).as_ref().to_string());
            assert_eq!(found.map(|found| found.as_ref().to_string()), expected);
        };
        check(
            "{'x.a': 1, $or: [{'x.b': {$gt: 2}}]}",
            Some("{a: 1, $or: [{b: {$gt: 2}}]}"),
        );
        check("{'x.a': 1, y: 1}", None);
        check("{$expr: {$eq: ['$x.a', 1]}}", None);
    }
}
