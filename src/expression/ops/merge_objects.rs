//! `$mergeObjects`: the fields of all documents; a later one replaces in place. A single
//! array stands for its elements.

use crate::error::{Error, Result};
use crate::expression::{Call, Outcome, Scope};
use crate::value::{DocumentBuf, DocumentRef, Element, Value, ValueRef};

/// Errors: 40400 (not an object).
pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut merged = DocumentBuf::new();
    for argument in call.arguments() {
        let Some(value) = argument.evaluate(scope)? else {
            continue;
        };
        match value.as_ref() {
            ValueRef::Array(array) if call.len() == 1 => {
                for element in array.iter() {
                    merged = merge_value(call.name(), merged, element)?;
                }
            }
            value => merged = merge_value(call.name(), merged, value)?,
        }
    }
    Ok(Some(Value::document(merged)))
}

/// `base` with the fields of a value that is an object or null.
///
/// Errors: 40400 (neither).
fn merge_value(name: &str, base: DocumentBuf, value: ValueRef<'_>) -> Result<DocumentBuf> {
    match value {
        ValueRef::Document(document) if base.as_ref().is_empty() => {
            // Even alone a document may hold a field twice.
            Ok(merge(DocumentRef::EMPTY, document))
        }
        ValueRef::Document(document) => Ok(merge(base.as_ref(), document)),
        other if other.is_nullish() => Ok(base),
        other => {
            let alias = other.kind().alias();
            Err(Error::new(
                40400,
                format_args!("{name} requires object inputs, but input is of type {alias}"),
            ))
        }
    }
}

/// `base` with the fields of `over`, which replace in place.
pub fn merge(base: DocumentRef<'_>, over: DocumentRef<'_>) -> DocumentBuf {
    let mut fields: Vec<Element<'_>> = base.elements().collect();
    for element in over.elements() {
        match fields.iter_mut().find(|field| field.name == element.name) {
            Some(field) => *field = element,
            None => fields.push(element),
        }
    }
    let mut merged = DocumentBuf::with_capacity(base.as_bytes().len() + over.as_bytes().len());
    for field in &fields {
        merged.append_element(field);
    }
    merged
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn later_fields_replace_in_place() {
        check(
            "{$mergeObjects: ['$a', {x: 3, z: 4}]}",
            "{a: {x: 1, y: 2}}",
            "{x: 3, y: 2, z: 4}",
        );
        check(
            "{$mergeObjects: ['$a', null, '$b']}",
            "{b: {x: 1}}",
            "{x: 1}",
        );
        check("{$mergeObjects: '$a'}", "{}", "{}");
        check_error("{$mergeObjects: [{a: 1}, 2]}", "{}", 40400);
    }
}
