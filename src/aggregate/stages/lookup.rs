//! $lookup: the documents of another collection that belong to each document.
//!
//! Source: the manual, "$lookup (aggregation)". They are found by equality of a local and a foreign
//! field, by a pipeline that sees variables of the local document, or by both.

use std::rc::Rc;

use super::foreign::{Foreign, LocalReader};
use super::joined::{Form, joined, with_found, without_field};
use super::union_with::resolve;
use crate::aggregate::registry::Parsed;
use crate::aggregate::set_field::{top_level_names, with_field};
use crate::aggregate::{
    Opening, Passes, Pipeline, PipelineScope, PipelineStage, Place, Run, Shape, Source, Stage,
};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies, Expression, Scope, check_variable_name};
use crate::limits;
use crate::matcher::{Node, Path};
use crate::plan::{BoxStream, Document, Filter, Row, Sink, drain};
use crate::value::{ArrayBuf, ArrayRef, DocumentRef, FieldPath, Value, ValueRef};

/// What is looked up. Cheap to clone.
#[derive(Clone)]
pub struct Lookup {
    join: Rc<Join>,
    /// A `$unwind` of the result that is done on the way.
    unwind: Option<Unwinding>,
    /// A `$match` of what is found, in terms of the foreign documents.
    filter: Option<Filter>,
}

struct Join {
    source: Source,
    link: Link,
    variables: Vec<(Rc<str>, Expression)>,
    pipeline: Pipeline,
    field: FieldPath,
}

/// What ties foreign documents to a local one before the pipeline runs.
enum Link {
    None,
    /// A local field equals a foreign field.
    Fields {
        local: Path,
        foreign: Path,
    },
    /// The pipeline begins with a `$match` that holds `{$expr: {$eq: ["$foreign", value]}}`: a value
    /// that is no null and no array narrows the search as [`Link::Fields`] does.
    Implied {
        value: Expression,
        foreign: Path,
    },
}

#[derive(Clone)]
struct Unwinding {
    preserves: bool,
    index: Option<FieldPath>,
}

/// The fields of the specification.
#[derive(Default)]
struct Options<'a> {
    from: Option<&'a str>,
    local: Option<&'a str>,
    foreign: Option<&'a str>,
    field: Option<&'a str>,
    pipeline: Option<ArrayRef<'a>>,
    variables: Option<DocumentRef<'a>>,
}

/// Errors: `FailedToParse` (9), `TypeMismatch` (14), 40413 and 40415 (a field twice, or unknown),
/// `InvalidNamespace` (73), those of the pipeline and the expressions.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::failed_to_parse(format!(
            "the $lookup specification must be an Object, but found {}",
            value.kind().alias()
        )));
    };
    let options = options(document)?;
    let Some(field) = options.field else {
        return Err(Error::failed_to_parse(
            "must specify 'as' field for a $lookup",
        ));
    };
    let field = FieldPath::parse_strict(field)?;
    let variables = variables(&options, scope)?;
    let mut inner = scope.clone();
    for (name, _) in &variables {
        inner.variables = inner.variables.with(name.clone());
    }
    let (source, pipeline) = resolve(options.from, options.pipeline, &inner, Place::Lookup)?;
    let link = match (options.local, options.foreign) {
        (Some(local), Some(foreign)) => {
            FieldPath::parse_strict(local)?;
            FieldPath::parse_strict(foreign)?;
            Link::Fields {
                local: Path::new(local),
                foreign: Path::new(foreign),
            }
        }
        (None, None) if options.pipeline.is_some() => implied(&pipeline),
        _ => {
            return Err(Error::failed_to_parse(
                "$lookup requires both or neither of 'localField' and 'foreignField' to be specified, and a 'pipeline' without them",
            ));
        }
    };
    let pipeline = match link {
        Link::None => {
            let mut whole = source.prefix.clone();
            whole.extend(pipeline);
            whole.rewritten()?
        }
        _ => pipeline.rewritten()?,
    };
    let join = Join {
        source,
        link,
        variables,
        pipeline,
        field,
    };
    let body = Lookup {
        join: Rc::new(join),
        unwind: None,
        filter: None,
    };
    Ok(PipelineStage::new(name, value, body).into())
}

fn options(document: DocumentRef<'_>) -> Result<Options<'_>> {
    let mut options = Options::default();
    let mut unknown = None;
    for (at, (option, value)) in document.iter().enumerate() {
        if document
            .elements()
            .take(at)
            .any(|before| before.name == option)
        {
            return Err(Error::new(
                40413,
                format!("BSON field '$lookup.{option}' is a duplicate field"),
            ));
        }
        match (option, value) {
            ("from", ValueRef::Document(from)) => return Err(of_other_database(from)),
            ("from", ValueRef::String(text)) => options.from = Some(text),
            ("from", value) => {
                return Err(Error::failed_to_parse(format!(
                    "$lookup argument 'from' must be a string, is type {}",
                    value.kind().alias()
                )));
            }
            ("pipeline", ValueRef::Array(pipeline)) => options.pipeline = Some(pipeline),
            ("let", ValueRef::Document(variables)) => options.variables = Some(variables),
            // An empty name is as good as none, and so is null where one type is asked for.
            ("localField" | "foreignField" | "as", ValueRef::String("")) => {}
            ("localField", ValueRef::String(text)) => options.local = Some(text),
            ("foreignField", ValueRef::String(text)) => options.foreign = Some(text),
            ("as", ValueRef::String(text)) => options.field = Some(text),
            ("localField" | "foreignField" | "as" | "let", other) if other.is_nullish() => {}
            ("localField" | "foreignField" | "as" | "pipeline" | "let", other) => {
                return Err(Error::type_mismatch(format!(
                    "BSON field '$lookup.{option}' is the wrong type '{}'",
                    other.kind().alias()
                )));
            }
            _ => unknown = unknown.or(Some(option)),
        }
    }
    let makes_documents = options
        .pipeline
        .is_some_and(crate::aggregate::needs_no_collection);
    if options.from.is_none() && !makes_documents {
        return Err(Error::failed_to_parse(
            "must specify 'from' field for a $lookup unless its pipeline begins with $documents",
        ));
    }
    match unknown {
        Some(option) => Err(Error::new(
            40415,
            format!("BSON field '$lookup.{option}' is an unknown field."),
        )),
        None => Ok(options),
    }
}

#[cold]
fn of_other_database(from: DocumentRef<'_>) -> Error {
    for (option, value) in from.iter() {
        match (option, value) {
            ("db" | "coll", ValueRef::String(_)) => {}
            ("db" | "coll", _) => {
                return Error::type_mismatch(format!(
                    "BSON field '$lookup.from.{option}' is no string"
                ));
            }
            _ => {
                return Error::new(
                    40415,
                    format!("BSON field '$lookup.from.{option}' is an unknown field."),
                );
            }
        }
    }
    Error::failed_to_parse("$lookup with 'from' in another database is not supported")
}

/// Errors: `FailedToParse` (9) for a name that is none, or without a pipeline.
fn variables(
    options: &Options<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Vec<(Rc<str>, Expression)>> {
    let Some(variables) = options.variables else {
        return Ok(Vec::new());
    };
    if options.pipeline.is_none() {
        return Err(Error::failed_to_parse(
            "$lookup with a 'let' argument must also specify 'pipeline'",
        ));
    }
    let mut parsed = Vec::new();
    for (name, value) in variables.iter() {
        check_variable_name(name)?;
        parsed.push((Rc::from(name), Expression::parse(value, &scope.variables)?));
    }
    Ok(parsed)
}

/// An equality that the head of the pipeline asks for anyway.
fn implied(pipeline: &Pipeline) -> Link {
    let Some(first) = pipeline.stages().first() else {
        return Link::None;
    };
    let Shape::Match { filter, .. } = first.stage.shape() else {
        return Link::None;
    };
    find_equality(filter).unwrap_or(Link::None)
}

fn find_equality(filter: &Filter) -> Option<Link> {
    let in_expression = |node: &Node| match node {
        Node::Expression(expression) => equality(expression),
        _ => None,
    };
    match filter.matcher().root() {
        Node::And(children) => children.iter().find_map(in_expression),
        other => in_expression(other),
    }
}

fn equality(expression: &Expression) -> Option<Link> {
    match expression.as_call()? {
        ("$and", arguments) => arguments.iter().find_map(equality),
        ("$eq", [one, two]) => {
            let (field, value) = match (one.as_field_path(), two.as_field_path()) {
                (Some(field), None) => (field, two),
                (None, Some(field)) => (field, one),
                _ => return None,
            };
            let mut read = Dependencies::new();
            value.dependencies(&mut read);
            // A number in a path is a name here and may be a position in a query.
            let is_plain = field
                .parts()
                .iter()
                .all(|part| crate::value::path::array_position(part).is_none());
            let is_free = read.paths.is_empty() && !read.whole_document;
            (is_free && is_plain).then(|| Link::Implied {
                value: value.clone(),
                foreign: Path::new(field.as_str()),
            })
        }
        _ => None,
    }
}

impl Lookup {
    /// The lookup that also unwinds its result, if that is what `path` names.
    pub fn unwound(
        &self,
        path: &FieldPath,
        preserves: bool,
        index: Option<&FieldPath>,
    ) -> Option<Lookup> {
        let is_result = self.unwind.is_none() && *path == self.join.field;
        is_result.then(|| Lookup {
            join: self.join.clone(),
            unwind: Some(Unwinding {
                preserves,
                index: index.cloned(),
            }),
            filter: self.filter.clone(),
        })
    }

    /// The field that it sets.
    pub fn field(&self) -> &FieldPath {
        &self.join.field
    }

    /// The field that it gives a position in when it unwinds.
    pub fn index(&self) -> Option<&FieldPath> {
        self.unwind.as_ref()?.index.as_ref()
    }

    /// True if it gives as many documents as it takes.
    pub fn is_one_to_one(&self) -> bool {
        self.unwind.is_none()
    }

    /// The unwinding lookup that gives only those foreign documents that also pass a filter; `None`
    /// if others have an effect too.
    pub fn filtered(&self, filter: Filter) -> Option<Lookup> {
        let unwind = self.unwind.as_ref()?;
        let is_free = self.filter.is_none() && !unwind.preserves && unwind.index.is_none();
        is_free.then(|| Lookup {
            filter: Some(filter),
            ..self.clone()
        })
    }

    /// The local field's name if a value in it leads to all documents to be found.
    fn plain_name(&self) -> Option<&str> {
        let Link::Fields { local, .. } = &self.join.link else {
            return None;
        };
        let is_plain = self.join.pipeline.is_empty() && self.join.variables.is_empty();
        let local = local.field();
        (is_plain && local.len() == 1).then(|| local.first())
    }
}

impl Stage for Lookup {
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        // A filter of the result is one of the foreign documents if no stage comes between.
        let early = self
            .filter
            .clone()
            .filter(|_| self.join.pipeline.is_empty());
        let filter = self.filter.clone().filter(|_| early.is_none());
        let foreign = match &self.join.link {
            Link::Fields { foreign, .. } | Link::Implied { foreign, .. } => {
                let (source, early) = (&self.join.source, early.clone());
                Some(Foreign::new(
                    source,
                    foreign,
                    early,
                    opening.rows,
                    self.plain_name().is_some(),
                ))
            }
            Link::None => None,
        };
        let filter = filter.or(early.filter(|_| foreign.is_none()));
        let local = match &self.join.link {
            Link::Fields { local, .. } => Some(LocalReader::new(local)),
            _ => None,
        };
        Ok(Box::new(Running {
            lookup: self.clone(),
            foreign,
            local,
            filter,
            form: Form {
                keep: opening
                    .needed
                    .map(|needed| top_level_names(needed, None).into()),
                single: (self.join.field.len() == 1).then(|| self.join.field.first().into()),
                last: None,
            },
            same: Same::Unknown,
            name: self.plain_name().map(Box::from),
            waiting: None,
            direct: None,
            current: None,
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        if let Link::Fields { local, .. } = &self.join.link {
            found.add(local.field());
        }
        self.join
            .variables
            .iter()
            .for_each(|(_, value)| value.dependencies(found));
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Lookup(self)
    }
}

struct Running {
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
    waiting: Option<Row>,
    direct: Option<Direct>,
    current: Option<Current>,
}

/// A local document whose foreign ones are read from the table.
struct Direct {
    row: Row,
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
    row: Row,
    context: Context,
    stream: Option<BoxStream>,
    found: Vec<Document>,
    bytes: usize,
    given: i64,
}

impl Running {
    fn begin(&mut self, row: Row, context: &Context) -> Result<()> {
        let own = row.document.context(context);
        let scope = Scope::new(row.document.as_ref(), &own);
        let mut inner = context.clone();
        for (name, value) in &self.lookup.join.variables {
            let value = value.evaluate(&scope)?.map(Value::into_owned);
            inner = inner.with_variable(name.clone(), value);
        }
        self.current = Some(Current {
            row,
            context: inner,
            stream: None,
            found: Vec::new(),
            bytes: 0,
            given: 0,
        });
        Ok(())
    }

    /// Looks the waiting document up in the table, if it is so simple; it is direct then, or gone if
    /// there is nothing to give. May fault, and is then asked again.
    fn begin_direct(&mut self, context: &Context) -> Result<bool> {
        let (Some(name), Some(foreign), Some(row)) = (&self.name, &mut self.foreign, &self.waiting)
        else {
            return Ok(false);
        };
        let value = row.document.field(name);
        let value = match value.unwrap_or(ValueRef::Null) {
            ValueRef::Array(_) => return Ok(false),
            value => value,
        };
        let Some(link) = foreign.probe(value, context)? else {
            return Ok(false);
        };
        let unwind = self.lookup.unwind.as_ref();
        let is_gone = foreign.follow(link).is_none() && unwind.is_some_and(|it| !it.preserves);
        let row = self.waiting.take().filter(|_| !is_gone);
        self.direct = row.map(|row| Direct {
            row,
            link,
            given: 0,
        });
        Ok(true)
    }

    /// The next row of a direct document.
    fn next_direct(&mut self) -> Result<Option<Row>> {
        let (Some(direct), Some(foreign)) = (&mut self.direct, &self.foreign) else {
            return Ok(None);
        };
        let (field, keep) = (&self.lookup.join.field, self.form.keep.as_deref());
        let local = direct.row.document.as_ref();
        let Some(unwind) = &self.lookup.unwind else {
            let mut found = ArrayBuf::new();
            while let Some((document, next)) = foreign.follow(direct.link) {
                found.push(document.as_ref());
                check_found(found.as_ref().as_bytes().len())?;
                direct.link = next;
            }
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
                (
                    with_found(&direct.row.document, &mut self.form, field, found),
                    index,
                )
            }
            None if direct.given == 0 && unwind.preserves => {
                let given = without_field(local, field);
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
        let document = current.row.document.as_ref();
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
                Same::Known(documents) => {
                    Box::new(crate::aggregate::ListStream::new(documents.clone()))
                }
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
        let local = current.row.document.as_ref();
        let is_last = found.is_none();
        let (given, index) = match found {
            Some(found) => {
                let index = ValueRef::Int64(current.given);
                let given = with_found(&current.row.document, &mut self.form, field, found);
                (given, index)
            }
            None if current.given == 0 && unwind.preserves => {
                (without_field(local, field).into(), ValueRef::Null)
            }
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

impl Running {
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
            if self.current.is_none() {
                if self.waiting.is_none() {
                    return Ok(None);
                }
                if self.begin_direct(context)? {
                    continue;
                }
                if let Some(row) = self.waiting.take() {
                    self.begin(row, context)?;
                }
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
            let local = current.row.document.as_ref();
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

    /// Gives the rows of a document whose foreign ones the table tells, or an index that needs no plan; false for
    /// another one.
    fn give_direct(
        &mut self,
        document: &Document,
        context: &Context,
        sink: &mut Sink<'_>,
    ) -> Result<bool> {
        let (Some(name), Some(foreign)) = (&self.name, &mut self.foreign) else {
            return Ok(false);
        };
        let value = document.field(name).unwrap_or(ValueRef::Null);
        if matches!(value, ValueRef::Array(_)) {
            return Ok(false);
        }
        let mut link = match foreign.probe(value, context) {
            Ok(Some(link)) => link,
            Ok(None) => return Ok(false),
            Err(error) => {
                self.waiting = Some(document.clone().into());
                return Err(error);
            }
        };
        let unwind = self.lookup.unwind.as_ref();
        if unwind.is_none_or(|it| it.preserves || it.index.is_some()) {
            self.direct = Some(Direct {
                row: document.clone().into(),
                link,
                given: 0,
            });
            self.give(context, sink)?;
            return Ok(true);
        }
        let field = &self.lookup.join.field;
        while let Some((found, next)) = foreign.follow(link) {
            link = next;
            let given = with_found(document, &mut self.form, field, found.clone());
            if let Err(error) = sink(&given) {
                // The others are given when this is asked again.
                self.direct = Some(Direct {
                    row: document.clone().into(),
                    link,
                    given: 1,
                });
                return Err(error);
            }
        }
        Ok(true)
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        loop {
            if let Some(row) = self.next_given(context)? {
                return Ok(Some(row));
            }
            self.waiting = input.next(context)?;
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
            if self.give_direct(document, context, sink)? {
                return Ok(());
            }
            self.waiting = Some(document.clone().into());
            self.give(context, sink)
        })?;
        Ok(true)
    }
}
