//! Which keys a document has in an index: one per combination of array elements.
//!
//! Source: the manual, "Multikey Indexes". At most one array may be walked on the way to
//! the fields of one key; two are an error (171). An empty array is the key `undefined`,
//! a missing field the key `null`.

use crate::error::{Error, Result};
use crate::keystring::{Edge, KeyWriter};
use crate::sorting::sort;
use crate::value::path::array_position;
use crate::value::{ArrayRef, DocumentRef, ValueRef, hashed_index_key};

use super::spec::{FieldKind, IndexField};

/// One key: its bytes (closed, without record id) and its type bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyEntry {
    pub key: Vec<u8>,
    pub types: Vec<u8>,
}

/// Which parts of each field's path went through an array: per field one bit per part
/// (part 63 stands for all later ones too).
pub type Multikey = Vec<u64>;

/// The keys of one document, without repetitions, in order.
#[derive(Default)]
pub struct KeySet {
    pub entries: Vec<KeyEntry>,
    /// Bits that this document adds to the index's [`Multikey`]; empty if none.
    pub multikey: Multikey,
}

/// Where a field's value was found so far.
#[derive(Clone, Copy)]
enum Found<'a> {
    Missing,
    Value(ValueRef<'a>),
    /// An array, with the number of path parts consumed up to it.
    Array(ArrayRef<'a>, usize),
}

/// How far each field got.
#[derive(Clone, Copy)]
struct Progress<'a> {
    found: Found<'a>,
    /// True when the value came out of an array and must not be expanded again.
    expanded: bool,
}

/// Adds the keys of a document. `sparse` leaves out a document that has none of the fields.
pub(super) fn collect(
    fields: &[IndexField],
    sparse: bool,
    document: DocumentRef<'_>,
    out: &mut KeySet,
) -> Result<()> {
    out.entries.clear();
    out.multikey.clear();
    let mut progress = Vec::with_capacity(fields.len());
    for field in fields {
        let found = walk(ValueRef::Document(document), field.path.parts(), 0, false);
        progress.push(Progress {
            found,
            expanded: false,
        });
    }
    let all_missing = progress
        .iter()
        .all(|field| matches!(field.found, Found::Missing));
    if sparse && all_missing {
        return Ok(());
    }
    expand(fields, &progress, out)?;
    if out.entries.len() > 1 {
        sort(&mut out.entries);
        out.entries.dedup_by(|one, two| one.key == two.key);
    }
    Ok(())
}

/// The keys that a document would have in an index of these fields.
///
/// Errors: 171 for parallel arrays.
pub fn index_keys(
    fields: &[IndexField],
    document: DocumentRef<'_>,
    out: &mut KeySet,
) -> Result<()> {
    collect(fields, false, document, out)
}

/// Appends the smallest of a document's keys: its place in a sort.
///
/// Errors: 171 for parallel arrays.
pub fn sort_key(
    fields: &[IndexField],
    document: DocumentRef<'_>,
    scratch: &mut KeySet,
    out: &mut Vec<u8>,
) -> Result<()> {
    let start = out.len();
    let mut writer = KeyWriter::over(std::mem::take(out));
    for field in fields {
        let value = match walk(ValueRef::Document(document), field.path.parts(), 0, false) {
            Found::Value(value) => value,
            Found::Missing => ValueRef::Null,
            Found::Array(..) => {
                *out = writer.into_bytes();
                out.truncate(start);
                collect(fields, false, document, scratch)?;
                if let Some(first) = scratch.entries.first() {
                    out.extend_from_slice(&first.key);
                }
                return Ok(());
            }
        };
        writer.append(value, field.descending);
    }
    writer.close(Edge::Exact);
    *out = writer.into_bytes();
    Ok(())
}

/// Follows a path until its end or an array. `expanded` says that the value is an array's
/// element, whose own arrays are not walked by name.
fn walk<'a>(value: ValueRef<'a>, parts: &[Box<str>], mut at: usize, expanded: bool) -> Found<'a> {
    let mut value = value;
    loop {
        match value {
            ValueRef::Array(array) if !(expanded && at == parts.len()) => {
                // A number names a position first; then the array itself is not expanded.
                let position = parts.get(at).and_then(|part| array_position(part));
                match position.and_then(|index| array.get(index)) {
                    Some(element) => {
                        value = element;
                        at += 1;
                    }
                    None => return Found::Array(array, at),
                }
            }
            _ if at == parts.len() => return Found::Value(value),
            ValueRef::Document(document) => match document.get(&parts[at]) {
                Some(inner) => {
                    value = inner;
                    at += 1;
                }
                None => return Found::Missing,
            },
            _ => return Found::Missing,
        }
    }
}

fn expand(fields: &[IndexField], progress: &[Progress<'_>], out: &mut KeySet) -> Result<()> {
    let mut array: Option<(ArrayRef<'_>, usize)> = None;
    for (field, state) in fields.iter().zip(progress) {
        let Found::Array(found, at) = state.found else {
            continue;
        };
        if field.kind == FieldKind::Hashed {
            return Err(Error::new(
                16766,
                format_args!(
                    "hashed indexes do not currently support array values: {}",
                    field.path.as_str()
                ),
            ));
        }
        match array {
            Some((first, _)) if !std::ptr::eq(first.as_bytes(), found.as_bytes()) => {
                return Err(Error::new(
                    171,
                    format_args!("cannot index parallel arrays [{}]", field.path.as_str()),
                ));
            }
            _ => array = Some((found, at)),
        }
    }
    let Some((array, _)) = array else {
        out.entries.push(key(fields, progress));
        return Ok(());
    };
    mark_multikey(progress, out);
    if array.is_empty() {
        return expand(fields, &with_empty(fields, progress), out);
    }
    let mut inner = progress.to_vec();
    for element in array.iter() {
        for ((next, state), field) in inner.iter_mut().zip(progress).zip(fields) {
            if let Found::Array(_, at) = state.found {
                *next = element_progress(element, field, at);
            }
        }
        expand(fields, &inner, out)?;
    }
    Ok(())
}

/// Where a field stands once its array is replaced by one element.
fn element_progress<'a>(element: ValueRef<'a>, field: &IndexField, at: usize) -> Progress<'a> {
    let parts = field.path.parts();
    let found = match element {
        _ if at == parts.len() => Found::Value(element),
        // An array directly inside an array is not looked into by name.
        ValueRef::Array(inner) => match array_position(&parts[at]).and_then(|i| inner.get(i)) {
            Some(value) => walk(value, parts, at + 1, true),
            None => Found::Missing,
        },
        _ => walk(element, parts, at, false),
    };
    Progress {
        found,
        expanded: true,
    }
}

/// An empty array: `undefined` where the path ends at it, missing where it goes on.
fn with_empty<'a>(fields: &[IndexField], progress: &[Progress<'a>]) -> Vec<Progress<'a>> {
    let replace = |(state, field): (&Progress<'a>, &IndexField)| {
        let found = match state.found {
            Found::Array(_, at) if at == field.path.len() => Found::Value(ValueRef::Undefined),
            Found::Array(..) => Found::Missing,
            other => other,
        };
        Progress {
            found,
            expanded: state.expanded,
        }
    };
    progress.iter().zip(fields).map(replace).collect()
}

fn mark_multikey(progress: &[Progress<'_>], out: &mut KeySet) {
    out.multikey.resize(progress.len(), 0);
    for (bits, state) in out.multikey.iter_mut().zip(progress) {
        if let Found::Array(_, at) = state.found {
            *bits |= 1 << (at.max(1) - 1).min(63);
        }
    }
}

fn key(fields: &[IndexField], progress: &[Progress<'_>]) -> KeyEntry {
    let mut writer = KeyWriter::new();
    for (field, state) in fields.iter().zip(progress) {
        let value = match state.found {
            Found::Value(value) => value,
            _ => ValueRef::Null,
        };
        let value = match field.kind {
            FieldKind::Hashed => ValueRef::Int64(hashed_index_key(Some(value))),
            _ => value,
        };
        writer.append(value, field.descending);
    }
    writer.close(Edge::Exact);
    let types = writer.types().to_vec();
    KeyEntry {
        key: writer.into_bytes(),
        types,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::IndexSpec;
    use super::*;
    use crate::keystring::decode;
    use crate::value::{ArrayBuf, DocumentBuf, Value};

    fn document(fields: &[(&str, Value<'static>)]) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        fields
            .iter()
            .for_each(|(name, value)| out.append(name, value));
        out
    }

    fn list(values: &[Value<'static>]) -> Value<'static> {
        Value::array(values.iter().collect::<ArrayBuf>())
    }

    /// The keys as text, each as the shell shows an array.
    fn check(paths: &[&str], document: &DocumentBuf, expected: &[&str]) {
        let pattern = paths
            .iter()
            .map(|path| (*path, Value::from(1)))
            .collect::<Vec<_>>();
        let mut pattern_document = DocumentBuf::new();
        pattern
            .iter()
            .for_each(|(name, value)| pattern_document.append(name, value));
        let spec = IndexSpec::on(&pattern_document);
        let mut keys = KeySet::default();
        collect(&spec.fields, false, document.as_ref(), &mut keys).unwrap();
        let shown: Vec<String> = keys
            .entries
            .iter()
            .map(|entry| {
                let values = decode(&entry.key, &entry.types, &vec![false; paths.len()]).unwrap();
                values.iter().collect::<ArrayBuf>().to_string()
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn scalars_missing_and_null() {
        check(&["a"], &document(&[("a", Value::from(1))]), &["[ 1 ]"]);
        check(
            &["a", "b"],
            &document(&[("b", Value::from(2))]),
            &["[ null, 2 ]"],
        );
        let inner = Value::document(document(&[("b", Value::from(7))]));
        check(&["a.b"], &document(&[("a", inner)]), &["[ 7 ]"]);
    }

    #[test]
    fn arrays_give_one_key_per_element() {
        let numbers = list(&[3.into(), 1.into(), 3.into()]);
        check(
            &["a"],
            &document(&[("a", numbers.clone())]),
            &["[ 1 ]", "[ 3 ]"],
        );
        check(&["a"], &document(&[("a", list(&[]))]), &["[ undefined ]"]);
        check(&["a.b"], &document(&[("a", list(&[]))]), &["[ null ]"]);
        let nested = list(&[list(&[1.into(), 2.into()])]);
        check(&["a"], &document(&[("a", nested)]), &["[ [ 1, 2 ] ]"]);
        check(&["a.0"], &document(&[("a", numbers)]), &["[ 3 ]"]);
    }

    #[test]
    fn fields_of_one_array_stay_together() {
        let item = |b: i32, c: i32| {
            Value::document(document(&[("b", Value::from(b)), ("c", Value::from(c))]))
        };
        let items = list(&[item(1, 2), item(3, 4)]);
        check(
            &["a.b", "a.c"],
            &document(&[("a", items)]),
            &["[ 1, 2 ]", "[ 3, 4 ]"],
        );
    }

    #[test]
    fn parallel_arrays_are_refused() {
        let both = document(&[("a", list(&[1.into()])), ("b", list(&[2.into()]))]);
        let spec = IndexSpec::on(&document(&[("a", 1.into()), ("b", 1.into())]));
        let error = collect(&spec.fields, false, both.as_ref(), &mut KeySet::default());
        assert_eq!(error.unwrap_err().code(), 171);
    }
}
