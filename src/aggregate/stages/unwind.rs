//! $unwind: a document for each element of an array.
//!
//! Source: the manual, "$unwind (aggregation)". A value that is no array counts as an array of one;
//! null, missing and `[]` give nothing unless they are to be preserved.

use std::ops::Range;
use std::rc::Rc;

use crate::aggregate::registry::Parsed;
use crate::aggregate::set_field::{top_level_names, with_field};
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Changed, Document, New, Row, Sink, drain};
use crate::value::{
    DocumentBuf, DocumentRef, DocumentWriter, Element, Elements, FieldPath, ValueRef,
};

/// Which array, and what is given beside its elements.
#[derive(Clone)]
pub struct Unwind(Rc<Specification>);

struct Specification {
    path: FieldPath,
    preserves: bool,
    index: Option<FieldPath>,
}

/// Errors: 15981 (neither string nor document), 28808 (path is no string), 28809
/// (`preserveNullAndEmptyArrays` is no boolean), 28810 (`includeArrayIndex` is no string), 28811
/// (another field), 28812 (no path), 28818 (path without dollar), 16419 (path with a zero byte),
/// 28822 (index with dollar).
pub fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    _scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let (path, preserves, index) = match value {
        ValueRef::String(path) => (Some(path), false, None),
        ValueRef::Document(document) => options(document)?,
        other => {
            let message = format!(
                "expected either a string or an object as specification for $unwind stage, got {}",
                other.kind().alias()
            );
            return Err(Error::new(15981, message));
        }
    };
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return Err(Error::new(28812, "no path specified to $unwind stage"));
    };
    let Some(path) = path.strip_prefix('$') else {
        let message = format!("path option to $unwind stage should be prefixed with a '$': {path}");
        return Err(Error::new(28818, message));
    };
    if path.contains('\0') {
        return Err(Error::new(
            16419,
            "the path of $unwind must not contain a zero byte",
        ));
    }
    let path = FieldPath::parse_strict(path)?;
    let mut shown = DocumentBuf::new();
    shown.append("path", format!("${}", path.as_str()).as_str());
    append_options(&mut shown, preserves, index.as_ref());
    let body = Unwind(Rc::new(Specification {
        path,
        preserves,
        index,
    }));
    Ok(PipelineStage::new(name, &shown, body).into())
}

/// What is not as it is by default, for explain.
fn append_options(shown: &mut DocumentBuf, preserves: bool, index: Option<&FieldPath>) {
    if preserves {
        shown.append("preserveNullAndEmptyArrays", true);
    }
    if let Some(index) = index {
        shown.append("includeArrayIndex", index.as_str());
    }
}

type Options<'a> = (Option<&'a str>, bool, Option<FieldPath>);

fn options(document: DocumentRef<'_>) -> Result<Options<'_>> {
    let (mut path, mut preserves, mut index) = (None, false, None);
    let refuse = |code: i32, why: String| Err(Error::new(code, why));
    for (option, value) in document.iter() {
        match (option, value) {
            ("path", ValueRef::String(text)) => path = Some(text),
            ("path", other) => {
                let kind = other.kind().alias();
                return refuse(
                    28808,
                    format!("expected a string as the path for $unwind stage, got {kind}"),
                );
            }
            ("preserveNullAndEmptyArrays", ValueRef::Boolean(flag)) => preserves = flag,
            ("preserveNullAndEmptyArrays", other) => {
                let kind = other.kind().alias();
                return refuse(
                    28809,
                    format!(
                        "expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got {kind}"
                    ),
                );
            }
            ("includeArrayIndex", ValueRef::String(text)) if !text.is_empty() => {
                if text.starts_with('$') {
                    return refuse(
                        28822,
                        format!(
                            "includeArrayIndex option to $unwind stage should not be prefixed with a '$': {text}"
                        ),
                    );
                }
                index = Some(FieldPath::parse_strict(text)?);
            }
            ("includeArrayIndex", _) => {
                return refuse(
                    28810,
                    "expected a non-empty string for the includeArrayIndex option to $unwind stage"
                        .to_owned(),
                );
            }
            (other, _) => {
                return refuse(
                    28811,
                    format!("unrecognized option to $unwind stage: {other}"),
                );
            }
        }
    }
    Ok((path, preserves, index))
}

impl Stage for Unwind {
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        let keep = opening.needed;
        let keep = keep.map(|needed| top_level_names(needed, Some(&self.0.path)));
        let is_plain = self.0.path.len() == 1 && self.0.index.is_none();
        Ok(Box::new(Running {
            unwind: self.clone(),
            keep: keep.map(Rc::from),
            field: is_plain.then(|| self.0.path.first().into()),
            current: None,
            last: None,
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        found.add(&self.0.path);
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Unwind {
            path: &self.0.path,
            preserves: self.0.preserves,
            index: self.0.index.as_ref(),
        }
    }
}

struct Running {
    unwind: Unwind,
    /// The top-level fields that later stages look at; others are not copied.
    keep: Option<Rc<[Box<str>]>>,
    /// The array's name if it is a field of the document itself, and its index is not wanted.
    field: Option<Rc<str>>,
    /// The document whose array is being given.
    current: Option<Current>,
    /// What was given last, to be used again if nobody kept it.
    last: Option<Document>,
}

struct Current {
    document: Document,
    /// Where the elements that are left lie within the document's bytes.
    rest: Range<usize>,
    /// The next element's place in the array.
    index: i64,
}

/// The value at a path that leads through documents only.
fn find<'a>(document: DocumentRef<'a>, path: &FieldPath) -> Option<ValueRef<'a>> {
    let mut value = ValueRef::Document(document);
    for part in path.parts() {
        value = value.as_document()?.get(part)?;
    }
    Some(value)
}

/// What becomes of a document.
enum Begun {
    Nothing,
    /// It is given itself.
    One(DocumentBuf),
    /// Where the elements of its array lie within its bytes.
    Elements(Range<usize>),
}

impl Running {
    fn begin(&self, whole: DocumentRef<'_>) -> Begun {
        let Specification {
            path, preserves, ..
        } = &*self.unwind.0;
        let value = match find(whole, path) {
            Some(ValueRef::Array(array)) if !array.is_empty() => {
                let bytes = array.as_bytes();
                // The array lies inside the document's bytes.
                let start = bytes.as_ptr() as usize - whole.as_bytes().as_ptr() as usize;
                return Begun::Elements(start + 4..start + bytes.len());
            }
            Some(ValueRef::Array(_)) => None,
            other => other,
        };
        if value.is_none_or(|value| value.is_nullish()) && !preserves {
            return Begun::Nothing;
        }
        Begun::One(self.given(whole, value, ValueRef::Null))
    }

    fn keeps(&self, name: &str) -> bool {
        let keep = self.keep.as_ref();
        keep.is_none_or(|keep| keep.iter().any(|kept| **kept == *name))
    }

    /// Makes the document of an element, whose bytes begin at `offset`.
    #[inline(always)]
    fn make(&mut self, document: &Document, element: &Element<'_>, offset: usize, index: i64) {
        let Some(field) = &self.field else {
            let index = ValueRef::Int64(index);
            let given = self.given(document.as_ref(), Some(element.value()), index);
            self.last = Some(given.into());
            return;
        };
        let end = offset + element.raw.len();
        let value = New::Part(element.kind, end - element.bytes.len()..end);
        match self.last.as_mut().and_then(Document::changed_mut) {
            Some(last) if index > 0 => last.set(value),
            Some(last) => last.renew(document.clone(), (field.clone(), value), Vec::new()),
            None => {
                let (field, keep) = (field.clone(), self.keep.clone());
                let changed = Changed::new(document.clone(), (field, value), Vec::new(), keep);
                self.last = Some(Document::Changed(Rc::new(changed)));
            }
        }
    }

    /// The next element's document.
    fn step(&mut self) -> Option<&Document> {
        let current = self.current.take()?;
        let bytes = current.document.as_ref().as_bytes();
        let rest = bytes.get(current.rest.clone())?;
        let element = Elements::from_valid(rest).next()?;
        self.make(
            &current.document,
            &element,
            current.rest.start,
            current.index,
        );
        let start = current.rest.start + element.raw.len();
        self.current = Some(Current {
            rest: start..current.rest.end,
            index: current.index + 1,
            ..current
        });
        self.last.as_ref()
    }

    /// Gives the documents of all elements. After an error the rest is the current one.
    fn give(
        &mut self,
        document: &Document,
        rest: Range<usize>,
        mut index: i64,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let Range { mut start, end } = rest;
        let bytes = document.as_ref().as_bytes().get(start..end);
        for element in Elements::from_valid(bytes.unwrap_or_default()) {
            self.make(document, &element, start, index);
            start += element.raw.len();
            index += 1;
            if let Some(last) = &self.last
                && let Err(error) = sink(last)
            {
                self.current = Some(Current {
                    document: document.clone(),
                    rest: start..end,
                    index,
                });
                return Err(error);
            }
        }
        Ok(())
    }

    /// The document with a value in the array's place, or without it, and with the index.
    fn given(
        &self,
        document: DocumentRef<'_>,
        value: Option<ValueRef<'_>>,
        index: ValueRef<'_>,
    ) -> DocumentBuf {
        let Specification {
            path,
            index: index_path,
            ..
        } = &*self.unwind.0;
        let mut bytes = Vec::with_capacity(match &self.keep {
            Some(_) => 128,
            None => document.as_bytes().len(),
        });
        {
            let mut out = DocumentWriter::begin(&mut bytes);
            for element in document.elements() {
                if *element.name == *path.first() {
                    replace(
                        &mut out,
                        element.name,
                        element.value(),
                        &path.parts()[1..],
                        value,
                    );
                } else if self.keeps(element.name) {
                    out.append_element(&element);
                }
            }
        }
        let given = DocumentBuf::from_valid(bytes);
        match index_path {
            Some(index_path) => with_field(given.as_ref(), index_path, index),
            None => given,
        }
    }
}

/// Writes a field in which what the path names is replaced; without a new value it is left out.
fn replace(
    out: &mut DocumentWriter<'_>,
    name: &str,
    old: ValueRef<'_>,
    path: &[Box<str>],
    new: Option<ValueRef<'_>>,
) {
    match (path.split_first(), old) {
        (None, _) => {
            if let Some(new) = new {
                out.append(name, new);
            }
        }
        (Some((first, rest)), ValueRef::Document(inner)) => {
            let mut out = out.document(name);
            for element in inner.elements() {
                match *element.name == **first {
                    true => replace(&mut out, element.name, element.value(), rest, new),
                    false => out.append_element(&element),
                }
            }
        }
        _ => out.append(name, old),
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        loop {
            if let Some(given) = self.step() {
                return Ok(Some(given.clone().into()));
            }
            self.current = None;
            let Some(row) = input.next(context)? else {
                return Ok(None);
            };
            match self.begin(row.document.as_ref()) {
                Begun::Nothing => {}
                Begun::One(given) => return Ok(Some(given.into())),
                Begun::Elements(rest) => {
                    self.current = Some(Current {
                        document: row.document,
                        rest,
                        index: 0,
                    });
                }
            }
        }
    }

    fn try_drain(
        &mut self,
        input: &mut BoxStream,
        context: &Context,
        sink: &mut Sink<'_>,
    ) -> Result<bool> {
        // What is left of a document that a fault came into.
        if let Some(Current {
            document,
            rest,
            index,
        }) = self.current.take()
        {
            self.give(&document, rest, index, sink)?;
        }
        drain(
            input.as_mut(),
            context,
            &mut |document| match self.begin(document.as_ref()) {
                Begun::Nothing => Ok(()),
                Begun::One(given) => sink(&given.into()),
                Begun::Elements(rest) => self.give(document, rest, 0, sink),
            },
        )?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn elements_scalars_and_nothing() {
        let documents = [
            "{_id: 1, a: [1, 2], b: 0}",
            "{_id: 2, a: 3}",
            "{_id: 3, a: null}",
            "{_id: 4, a: []}",
            "{_id: 5}",
        ];
        check(
            "[{$unwind: '$a'}]",
            &documents,
            &[
                "{_id: 1, a: 1, b: 0}",
                "{_id: 1, a: 2, b: 0}",
                "{_id: 2, a: 3}",
            ],
        );
        check(
            "[{$unwind: {path: '$a', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i'}}]",
            &documents,
            &[
                "{_id: 1, a: 1, b: 0, i: 0L}",
                "{_id: 1, a: 2, b: 0, i: 1L}",
                "{_id: 2, a: 3, i: null}",
                "{_id: 3, a: null, i: null}",
                "{_id: 4, i: null}",
                "{_id: 5, i: null}",
            ],
        );
    }

    #[test]
    fn paths_lead_through_documents() {
        check(
            "[{$unwind: '$a.b'}]",
            &["{a: {x: 1, b: [1, 2], y: 2}}", "{a: [{b: [1]}]}"],
            &["{a: {x: 1, b: 1, y: 2}}", "{a: {x: 1, b: 2, y: 2}}"],
        );
        check(
            "[{$unwind: '$a'}, {$group: {_id: null, s: {$sum: '$a.q'}}}]",
            &["{z: 'long', a: [{q: 1}, {q: 2}]}"],
            &["{_id: null, s: 3}"],
        );
    }

    #[test]
    fn bad_specifications_are_refused() {
        check_error("[{$unwind: 1}]", &[], 15981);
        check_error("[{$unwind: 'a'}]", &[], 28818);
        check_error("[{$unwind: {}}]", &[], 28812);
        check_error("[{$unwind: {path: 1}}]", &[], 28808);
        check_error("[{$unwind: {path: '$a', x: 1}}]", &[], 28811);
    }
}
