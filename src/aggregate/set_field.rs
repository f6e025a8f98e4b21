//! A copy of a document with one field set, as stages that add a field do it.

use crate::sorting::sort;
use crate::value::{DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// The document with a value at a path: in the place of what is there, else at the end. What is no
/// document on the way is replaced by one.
pub fn with_field(document: DocumentRef<'_>, path: &FieldPath, value: ValueRef<'_>) -> DocumentBuf {
    with_parts(document, path.parts(), value)
}

/// The top-level fields that paths lead through, and one more.
pub fn top_level_names(paths: &[FieldPath], own: Option<&FieldPath>) -> Vec<Box<str>> {
    let firsts = paths.iter().chain(own).map(FieldPath::first);
    let mut names: Vec<Box<str>> = firsts.map(Box::from).collect();
    sort(&mut names);
    names.dedup();
    names
}

fn with_parts(document: DocumentRef<'_>, path: &[Box<str>], value: ValueRef<'_>) -> DocumentBuf {
    let mut out = DocumentBuf::with_capacity(document.as_bytes().len() + 32);
    let Some((first, rest)) = path.split_first() else {
        return out;
    };
    let add = |out: &mut DocumentBuf, old: Option<ValueRef<'_>>| match (rest.is_empty(), old) {
        (true, _) => out.append(first, value),
        (false, Some(ValueRef::Document(inner))) => {
            out.append(first, &with_parts(inner, rest, value));
        }
        (false, _) => out.append(first, &with_parts(DocumentRef::EMPTY, rest, value)),
    };
    let mut is_there = false;
    // What stays is copied in as few pieces as there are.
    let mut from = 4;
    let mut at = 4;
    let bytes = document.as_bytes();
    for element in document.elements() {
        let end = at + element.raw.len();
        if *element.name == **first {
            out.append_raw(bytes.get(from..at).unwrap_or_default());
            is_there = true;
            add(&mut out, Some(element.value()));
            from = end;
        }
        at = end;
    }
    out.append_raw(bytes.get(from..at).unwrap_or_default());
    if !is_there {
        add(&mut out, None);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::testing::document;

    #[test]
    fn fields_are_set() {
        let check = |input: &str, path: &str, expected: &str| {
            let given = with_field(
                document(input).as_ref(),
                &FieldPath::new(path),
                ValueRef::Int32(7),
            );
            assert_eq!(
                given.as_ref().to_string(),
                document(expected).as_ref().to_string()
            );
        };
        check("{a: 1, b: 2}", "a", "{a: 7, b: 2}");
        check("{a: 1}", "c", "{a: 1, c: 7}");
        check("{a: {b: 1, c: 2}, d: 3}", "a.b", "{a: {b: 7, c: 2}, d: 3}");
        check("{a: 1}", "a.b", "{a: {b: 7}}");
        check("{}", "a.b.c", "{a: {b: {c: 7}}}");
    }
}
