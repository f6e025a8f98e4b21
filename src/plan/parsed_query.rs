//! A filter as explain shows it: every condition written out.

use crate::value::{DocumentBuf, ValueRef};

/// A filter with its equalities and conjunctions written out.
pub fn of(filter: &DocumentBuf) -> DocumentBuf {
    let mut parts: Vec<DocumentBuf> = Vec::new();
    for element in filter.as_ref().elements() {
        let name = element.name;
        let mut add = |fill: &dyn Fn(&mut DocumentBuf)| {
            let mut part = DocumentBuf::new();
            fill(&mut part);
            parts.push(part);
        };
        let operators = element.value().as_document().filter(|inner| {
            let first = inner.first();
            first.is_some_and(|first| first.name.starts_with('$'))
        });
        match (operators, element.value()) {
            (_, ValueRef::Array(branches)) if name == "$and" => {
                for branch in branches.iter().filter_map(|branch| branch.as_document()) {
                    let parsed = of(&branch.into());
                    add(&|part| *part = parsed.clone());
                }
            }
            (_, ValueRef::Array(branches)) if matches!(name, "$or" | "$nor") => add(&|part| {
                part.append_array(name, |list| {
                    for branch in branches.iter().filter_map(|branch| branch.as_document()) {
                        list.push(&of(&branch.into()));
                    }
                });
            }),
            _ if name.starts_with('$') => add(&|part| part.append_element(&element)),
            // Options belong to their pattern.
            (Some(inner), _) if inner.get("$regex").is_none() => {
                for operator in inner.elements() {
                    add(&|part| {
                        part.append_document(name, |own| match operator.name {
                            "$ne" => own.document("$not").append("$eq", operator.value()),
                            "$nin" => own.document("$not").append("$in", operator.value()),
                            _ => own.append_element(&operator),
                        });
                    });
                }
            }
            (Some(_), _) => add(&|part| part.append_element(&element)),
            (None, ValueRef::Regex(regex)) => add(&|part| {
                part.append_document(name, |own| {
                    own.append("$regex", regex.pattern());
                    if !regex.options().is_empty() {
                        own.append("$options", regex.options());
                    }
                });
            }),
            (None, value) => add(&|part| {
                part.append_document(name, |own| own.append("$eq", value));
            }),
        }
    }
    match parts.len() {
        0 => DocumentBuf::new(),
        1 => parts.swap_remove(0),
        _ => {
            let mut all = DocumentBuf::new();
            all.append_array("$and", |list| parts.iter().for_each(|part| list.push(part)));
            all
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::document;

    #[test]
    fn conditions_are_written_out() {
        let check = |filter: &str, expected: &str| {
            let parsed = super::of(&document(filter)).to_string();
            assert_eq!(parsed, document(expected).to_string());
        };
        check("{}", "{}");
        check("{a: 1}", "{a: {$eq: 1}}");
        check("{a: {b: 1}}", "{a: {$eq: {b: 1}}}");
        check(
            "{a: {$gt: 1, $ne: 5}, b: null}",
            "{$and: [{a: {$gt: 1}}, {a: {$not: {$eq: 5}}}, {b: {$eq: null}}]}",
        );
        check("{$and: [{a: 1}]}", "{a: {$eq: 1}}");
        check(
            "{$or: [{a: 1}, {b: {$nin: [1]}}]}",
            "{$or: [{a: {$eq: 1}}, {b: {$not: {$in: [1]}}}]}",
        );
        check(
            "{a: {$regex: 'x', $options: 'i'}}",
            "{a: {$regex: 'x', $options: 'i'}}",
        );
    }
}
