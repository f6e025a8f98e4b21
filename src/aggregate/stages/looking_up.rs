//! A `$lookup` that runs: from the table or an index at once where that will do, else by a pipeline for
//! each document.

use std::rc::Rc;

use super::foreign::{Foreign, LocalReader};
use super::joined::{Form, joined, with_found, without_field};
use super::lookup::{Link, Lookup, Unwinding};
use crate::aggregate::set_field::{top_level_names, with_field};
use crate::aggregate::{ListStream, Opening, Run};
use crate::error::{Error, Result};
use crate::expression::{Context, Scope};
use crate::limits;
use crate::plan::{BoxStream, Document, Filter, Row, Sink, drain};
use crate::value::{ArrayBuf, DocumentRef, Value, ValueRef};

/// A `$lookup` that runs.
pub struct Running {
    lookup: Lookup,
    foreign: Option<Foreign>,
    local: Option<LocalReader>,
    /// What the documents that were found must pass, if nobody has seen to it before.
    filter: Option<Filter>,
    form: Form,
    same: Same,
    /// The local field, if all that is asked is that a foreign one equals it, and its path is a name.
    name: Option<Box<str>>,
    /// A local document that was read and not yet looked up.
    waiting: Option<Document>,
    direct: Option<Direct>,
    current: Option<Current>,
}

/// A local document whose foreign ones are read from the table.
struct Direct {
    local: Document,
    /// The next one.
    link: u32,
    given: i64,
}

/// The result of a pipeline that is the same for every document.
enum Same {
    Unknown,
    Known(Rc<[Document]>),
}

/// The local document whose foreign ones are being read.
struct Current {
    local: Document,
    context: Context,
    stream: Option<BoxStream>,
    found: Vec<Document>,
    bytes: usize,
    given: i64,
}

impl Running {
    /// Looks up what the rest of a pipeline needs.
    pub fn new(lookup: Lookup, opening: &Opening<'_>) -> Running {
        // A filter of the result is one of the foreign documents if no stage comes between.
        let early = lookup
            .filter
            .clone()
            .filter(|_| lookup.join.pipeline.is_empty());
        let filter = lookup.filter.clone().filter(|_| early.is_none());
        let foreign = match &lookup.join.link {
            Link::Fields { foreign, .. } | Link::Implied { foreign, .. } => {
                let (source, early) = (&lookup.join.source, early.clone());
                Some(Foreign::new(
                    source,
                    foreign,
                    early,
                    opening.rows,
                    lookup.plain_name().is_some(),
                ))
            }
            Link::None => None,
        };
        let filter = filter.or(early.filter(|_| foreign.is_none()));
        let local = match &lookup.join.link {
            Link::Fields { local, .. } => Some(LocalReader::new(local)),
            _ => None,
        };
        Running {
            foreign,
            local,
            filter,
            name: lookup.plain_name().map(Box::from),
            form: Form {
                keep: opening
                    .needed
                    .map(|needed| top_level_names(needed, None).into()),
                single: (lookup.join.field.len() == 1).then(|| lookup.join.field.first().into()),
                last: None,
            },
            same: Same::Unknown,
            waiting: None,
            direct: None,
            current: None,
            lookup,
        }
    }

    fn begin(&mut self, local: Document, context: &Context) -> Result<()> {
        let own = local.context(context);
        let scope = Scope::new(local.as_ref(), &own);
        let mut inner = context.clone();
        for (name, value) in &self.lookup.join.variables {
            let value = value.evaluate(&scope)?.map(Value::into_owned);
            inner = inner.with_variable(name.clone(), value);
        }
        self.current = Some(Current {
            local,
            context: inner,
            stream: None,
            found: Vec::new(),
            bytes: 0,
            given: 0,
        });
        Ok(())
    }

    /// The first link of a document's foreign ones, if the table tells it or an index that needs no plan. May fault,
    /// and is then asked again.
    fn link(&mut self, local: &Document, context: &Context) -> Result<Option<u32>> {
        let (Some(name), Some(foreign)) = (&self.name, &mut self.foreign) else {
            return Ok(None);
        };
        match local.field(name).unwrap_or(ValueRef::Null) {
            ValueRef::Array(_) => Ok(None),
            value => foreign.probe(value, context),
        }
    }

    /// Begins with a document that was read.
    fn begin_any(&mut self, local: Document, context: &Context) -> Result<()> {
        match self.link(&local, context) {
            Ok(Some(link)) => {
                self.direct = Some(Direct {
                    local,
                    link,
                    given: 0,
                });
                Ok(())
            }
            Ok(None) => self.begin(local, context),
            Err(error) => {
                self.waiting = Some(local);
                Err(error)
            }
        }
    }

    /// The next row of a direct document.
    fn next_direct(&mut self) -> Result<Option<Row>> {
        let (Some(direct), Some(foreign)) = (&mut self.direct, &self.foreign) else {
            return Ok(None);
        };
        let (field, keep) = (&self.lookup.join.field, self.form.keep.as_deref());
        let Some(unwind) = &self.lookup.unwind else {
            let mut found = ArrayBuf::new();
            while let Some((document, next)) = foreign.follow(direct.link) {
                found.push(document.as_ref());
                check_found(found.as_ref().as_bytes().len())?;
                direct.link = next;
            }
            let local = direct.local.as_ref();
            let given = joined(local, keep, field, ValueRef::Array(found.as_ref()));
            self.direct = None;
            return Ok(Some(given.into()));
        };
        let (given, index) = match foreign.follow(direct.link) {
            Some((document, next)) => {
                let index = ValueRef::Int64(direct.given);
                direct.link = next;
                direct.given += 1;
                let found = document.clone();
                let given = with_found(&direct.local, &mut self.form, field, found);
                (given, index)
            }
            None if direct.given == 0 && unwind.preserves => {
                let given = without_field(direct.local.as_ref(), field);
                (given.into(), ValueRef::Null)
            }
            None => {
                self.direct = None;
                return Ok(None);
            }
        };
        if index == ValueRef::Null {
            self.direct = None;
        }
        Ok(Some(match &unwind.index {
            Some(path) => with_field(given.as_ref(), path, index).into(),
            None => given.into(),
        }))
    }

    /// The stream of the current document's foreign ones. May fault, and is then asked again.
    fn open(&mut self) -> Result<()> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        if current.stream.is_some() {
            return Ok(());
        }
        let join = &*self.lookup.join;
        let document = current.local.as_ref();
        let values = match &join.link {
            Link::None => None,
            Link::Fields { .. } => match &self.local {
                Some(local) => Some(local.read(document, &current.context)?),
                None => None,
            },
            Link::Implied { value, .. } => {
                let scope = Scope::new(DocumentRef::EMPTY, &current.context);
                let value = value.evaluate(&scope)?.map(Value::into_owned);
                let narrows = |value: &Value<'_>| {
                    !value.as_ref().is_nullish() && !matches!(value.as_ref(), ValueRef::Array(_))
                };
                value.filter(narrows).map(|value| vec![value])
            }
        };
        let stream = match (&mut self.foreign, values) {
            (Some(foreign), Some(values)) => {
                foreign.open(&values, &join.pipeline, &current.context)?
            }
            (Some(_), None) => {
                let mut whole = join.source.prefix.clone();
                whole.extend(join.pipeline.clone());
                whole.open(join.source.collection.clone(), None)?.stream
            }
            (None, _) => match &self.same {
                Same::Known(documents) => Box::new(ListStream::new(documents.clone())),
                Same::Unknown => {
                    join.pipeline
                        .open(join.source.collection.clone(), None)?
                        .stream
                }
            },
        };
        current.stream = Some(stream);
        Ok(())
    }

    /// The next foreign document of the current one.
    fn next_found(&mut self) -> Result<Option<Document>> {
        self.open()?;
        let Some(Current {
            stream: Some(stream),
            context,
            ..
        }) = &mut self.current
        else {
            return Ok(None);
        };
        while let Some(row) = stream.next(context)? {
            let passes = match &self.filter {
                Some(filter) => filter.matches(row.document.as_ref(), context)?,
                None => true,
            };
            if passes {
                return Ok(Some(row.document));
            }
        }
        Ok(None)
    }

    /// All foreign documents of the current one.
    fn collect(&mut self) -> Result<Vec<Document>> {
        while let Some(document) = self.next_found()? {
            let Some(current) = &mut self.current else {
                break;
            };
            current.bytes += document.as_ref().as_bytes().len() + 8;
            check_found(current.bytes)?;
            current.found.push(document);
        }
        let found = self
            .current
            .as_mut()
            .map(|current| std::mem::take(&mut current.found));
        let found = found.unwrap_or_default();
        let is_same = self.foreign.is_none() && self.lookup.join.variables.is_empty();
        if is_same && matches!(self.same, Same::Unknown) {
            self.same = Same::Known(found.as_slice().into());
        }
        Ok(found)
    }

    fn next_unwound(&mut self, unwind: &Unwinding) -> Result<Option<Row>> {
        let found = self.next_found()?;
        let Some(current) = &mut self.current else {
            return Ok(None);
        };
        let field = &self.lookup.join.field;
        let is_last = found.is_none();
        let (given, index) = match found {
            Some(found) => {
                let index = ValueRef::Int64(current.given);
                let given = with_found(&current.local, &mut self.form, field, found);
                (given, index)
            }
            None if current.given == 0 && unwind.preserves => (
                without_field(current.local.as_ref(), field).into(),
                ValueRef::Null,
            ),
            None => {
                self.current = None;
                return Ok(None);
            }
        };
        current.given += 1;
        if is_last {
            self.current = None;
        }
        Ok(Some(match &unwind.index {
            Some(path) => with_field(given.as_ref(), path, index).into(),
            None => given.into(),
        }))
    }

    /// The next row of the local document that was read last; `None` if it has no more. May fault, and is then asked
    /// again.
    fn next_given(&mut self, context: &Context) -> Result<Option<Row>> {
        loop {
            if self.direct.is_some() {
                match self.next_direct()? {
                    Some(row) => return Ok(Some(row)),
                    None => continue,
                }
            }
            if let Some(local) = self.waiting.take() {
                self.begin_any(local, context)?;
                continue;
            }
            if self.current.is_none() {
                return Ok(None);
            }
            if let Some(unwind) = self.lookup.unwind.clone() {
                match self.next_unwound(&unwind)? {
                    Some(row) => return Ok(Some(row)),
                    None => continue,
                }
            }
            let found = self.collect()?;
            let Some(current) = self.current.take() else {
                continue;
            };
            let array: ArrayBuf = found.iter().map(Document::as_ref).collect();
            let local = current.local.as_ref();
            let field = &self.lookup.join.field;
            let given = joined(
                local,
                self.form.keep.as_deref(),
                field,
                ValueRef::Array(array.as_ref()),
            );
            return Ok(Some(given.into()));
        }
    }

    fn give(&mut self, context: &Context, sink: &mut Sink<'_>) -> Result<()> {
        while let Some(row) = self.next_given(context)? {
            sink(&row.document)?;
        }
        Ok(())
    }

    /// Gives the rows of a document.
    fn give_all(&mut self, local: &Document, context: &Context, sink: &mut Sink<'_>) -> Result<()> {
        let unwind = self.lookup.unwind.as_ref();
        if unwind.is_none_or(|it| it.preserves || it.index.is_some()) {
            self.waiting = Some(local.clone());
            return self.give(context, sink);
        }
        // Most documents of a join have nothing or one, and need no row of their own.
        let mut link = match self.link(local, context) {
            Ok(Some(link)) => link,
            other => {
                self.waiting = Some(local.clone());
                return other.and_then(|_| self.give(context, sink));
            }
        };
        while let Some((found, next)) = self.foreign.as_ref().and_then(|it| it.follow(link)) {
            link = next;
            let field = &self.lookup.join.field;
            let given = with_found(local, &mut self.form, field, found.clone());
            if let Err(error) = sink(&given) {
                // The others are given when this is asked again.
                self.direct = Some(Direct {
                    local: local.clone(),
                    link,
                    given: 1,
                });
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Errors: 4568 for more than 100 MB.
fn check_found(bytes: usize) -> Result<()> {
    if bytes > limits::STAGE_MEMORY_BYTES_MAX {
        return Err(Error::new(
            4568,
            "the documents that $lookup found for one document are larger than 100 MB",
        ));
    }
    Ok(())
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        loop {
            if let Some(row) = self.next_given(context)? {
                return Ok(Some(row));
            }
            self.waiting = input.next(context)?.map(|row| row.document);
            if self.waiting.is_none() {
                return Ok(None);
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
        self.give(context, sink)?;
        drain(input.as_mut(), context, &mut |document| {
            self.give_all(document, context, sink)
        })?;
        Ok(true)
    }
}
