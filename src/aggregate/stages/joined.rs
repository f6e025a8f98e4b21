//! $lookup's results: the local document with what was found.

use std::rc::Rc;

use crate::aggregate::set_field::with_field;
use crate::plan::{Changed, Document, New};
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// In which form documents are given.
pub struct Form {
    /// The top-level fields that later stages look at; others are not copied.
    pub keep: Option<Rc<[Box<str>]>>,
    /// The field that is set, if it is one of the document itself.
    pub single: Option<Rc<str>>,
    /// What was given last, to be used again if nobody kept it.
    pub last: Option<Rc<Changed>>,
}

/// The local document with one that was found.
pub fn with_found(
    local: &Document,
    form: &mut Form,
    field: &FieldPath,
    found: Document,
) -> Document {
    let Some(single) = &form.single else {
        let found = ValueRef::Document(found.as_ref());
        return joined(local.as_ref(), form.keep.as_deref(), field, found).into();
    };
    let field = (single.clone(), New::Document(found));
    let mut last = form.last.take();
    match last.as_mut().and_then(Rc::get_mut) {
        Some(last) => last.renew(local.clone(), field, Vec::new()),
        None => {
            let changed = Changed::new(local.clone(), field, Vec::new(), form.keep.clone());
            last = Some(Rc::new(changed));
        }
    }
    form.last = last;
    form.last.clone().map_or(Document::Bare, Document::Changed)
}

/// The local document with what was found; without the fields that nobody reads, if `keep` says
/// which those are.
pub fn joined(
    local: DocumentRef<'_>,
    keep: Option<&[Box<str>]>,
    field: &FieldPath,
    found: ValueRef<'_>,
) -> DocumentBuf {
    let Some(keep) = keep.filter(|_| field.len() == 1) else {
        return with_field(local, field, found);
    };
    let mut out = DocumentBuf::with_capacity(256);
    let mut left = keep.len();
    for element in local.elements() {
        if left == 0 {
            break;
        }
        if keep.iter().any(|kept| **kept == *element.name) {
            left -= 1;
            if element.name != field.first() {
                out.append_raw(element.raw);
            }
        }
    }
    out.append(field.first(), found);
    out
}

/// What unwinding an empty array leaves: the field is gone.
pub fn without_field(document: DocumentRef<'_>, path: &FieldPath) -> DocumentBuf {
    if path.len() > 1 {
        // The documents that lead to the field are there, as if an empty array had been.
        let empty = ArrayBuf::new();
        let with = with_field(document, path, ValueRef::Array(empty.as_ref()));
        return remove(with.as_ref(), path.parts());
    }
    remove(document, path.parts())
}

fn remove(document: DocumentRef<'_>, path: &[Box<str>]) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    for element in document.elements() {
        match (path, element.value()) {
            ([only], _) if **only == *element.name => {}
            ([first, rest @ ..], ValueRef::Document(inner)) if **first == *element.name => {
                out.append(element.name, &remove(inner, rest));
            }
            _ => out.append_element(&element),
        }
    }
    out
}
