//! $graphLookup: the documents that are reached from each document, step by step.
//!
//! Source: the manual, "$graphLookup (aggregation)". Breadth first; each document once, at the
//! smallest depth at which it is reached.

use std::rc::Rc;

use super::foreign::{Foreign, LocalReader};
use super::match_stage;
use super::union_with::resolve;
use crate::aggregate::key_table::KeyTable;
use crate::aggregate::registry::Parsed;
use crate::aggregate::set_field::with_field;
use crate::aggregate::{
    Opening, Passes, Pipeline, PipelineScope, PipelineStage, Place, Run, Source, Stage,
};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies, Expression, Scope};
use crate::limits;
use crate::matcher::Path;
use crate::plan::{BoxStream, Document, Row};
use crate::value::{ArrayBuf, DocumentRef, FieldPath, Value, ValueRef};

/// Where the walk begins and how it goes on.
#[derive(Clone)]
pub struct GraphLookup(Rc<Specification>);

struct Specification {
    source: Source,
    start: Expression,
    from: Path,
    to: Path,
    field: FieldPath,
    depth_max: Option<u64>,
    depth_field: Option<FieldPath>,
    /// The restriction, as a pipeline.
    restriction: Pipeline,
}

/// Errors: `FailedToParse` (9), 40100 to 40102 (`maxDepth`), 40103 (a field's name is no string),
/// 40104 (another option), 40105 (one that is missing), 40185 (the restriction is no document),
/// those of paths, expressions and filters.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::failed_to_parse(
            "the $graphLookup stage specification must be an object",
        ));
    };
    let (start, restriction, depth_max) = options(document, scope)?;
    let from = path(document, "connectFromField")?;
    let to = path(document, "connectToField")?;
    let field = path(document, "as")?;
    let depth_field = path(document, "depthField")?;
    let collection = match document.get("from") {
        Some(ValueRef::String(collection)) => collection,
        _ => {
            return Err(Error::failed_to_parse(
                "$graphLookup needs a 'from' that is a string",
            ));
        }
    };
    let (Some(start), Some(from), Some(to), Some(field)) = (start, from, to, field) else {
        return Err(Error::new(
            40105,
            "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.",
        ));
    };
    let (source, mut pipeline) = resolve(Some(collection), None, scope, Place::Lookup)?;
    if let Some(filter) = restriction {
        pipeline = pipeline.behind(match_stage::stage("$match", filter, &scope.variables)?);
    }
    let body = GraphLookup(Rc::new(Specification {
        source,
        start,
        from: Path::new(from.as_str()),
        to: Path::new(to.as_str()),
        field,
        depth_max,
        depth_field,
        restriction: pipeline,
    }));
    Ok(PipelineStage::new(name, value, body).into())
}

type Options<'a> = (Option<Expression>, Option<DocumentRef<'a>>, Option<u64>);

/// `startWith`, `restrictSearchWithMatch` and `maxDepth`; refuses what is no option.
fn options<'a>(document: DocumentRef<'a>, scope: &PipelineScope<'_>) -> Result<Options<'a>> {
    let (mut start, mut restriction, mut depth_max) = (None, None, None);
    for (option, value) in document.iter() {
        match option {
            "startWith" => start = Some(Expression::parse(value, &scope.variables)?),
            "maxDepth" => depth_max = Some(depth(value)?),
            "restrictSearchWithMatch" => match value {
                ValueRef::Document(filter) => restriction = Some(filter),
                _ => {
                    let message = "restrictSearchWithMatch must be an object";
                    return Err(Error::new(40185, message));
                }
            },
            "from" | "as" | "connectFromField" | "connectToField" | "depthField" => {}
            other => {
                return Err(Error::new(
                    40104,
                    format_args!("Unknown argument to $graphLookup: {other}"),
                ));
            }
        }
    }
    Ok((start, restriction, depth_max))
}

fn depth(value: ValueRef<'_>) -> Result<u64> {
    if !value.is_number() {
        return Err(Error::new(40100, "maxDepth requires numeric argument"));
    }
    let Some(depth) = value.to_i64_exact() else {
        return Err(Error::new(
            40102,
            "maxDepth could not be represented as a long long",
        ));
    };
    u64::try_from(depth).map_err(|_| Error::new(40101, "maxDepth requires a nonnegative argument"))
}

/// A field's name among the options.
fn path(document: DocumentRef<'_>, option: &str) -> Result<Option<FieldPath>> {
    match document.get(option) {
        None => Ok(None),
        Some(ValueRef::String(text)) => FieldPath::parse_strict(text).map(Some),
        Some(other) => Err(Error::new(
            40103,
            format_args!(
                "expected string as argument for {option}, found: {}",
                other.kind().alias()
            ),
        )),
    }
}

impl Stage for GraphLookup {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        let foreign = Foreign::new(&self.0.source, &self.0.to, None, 0, false);
        Ok(Box::new(Running {
            stage: self.clone(),
            foreign,
            from: LocalReader::new(&self.0.from),
            walk: None,
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        self.0.start.dependencies(found);
        Passes::Everything
    }
}

struct Running {
    stage: GraphLookup,
    foreign: Foreign,
    from: LocalReader,
    walk: Option<Walk>,
}

/// The walk from one document.
struct Walk {
    row: Row,
    depth: u64,
    /// The values that this step looks for, and those of the next.
    frontier: Vec<Value<'static>>,
    next: Vec<Value<'static>>,
    /// Values that were looked for, and the ids of documents that were found.
    asked: KeyTable,
    seen: KeyTable,
    found: Vec<Document>,
    bytes: usize,
    stream: Option<BoxStream>,
}

impl Walk {
    fn new(row: Row, start: Option<Value<'static>>) -> Walk {
        let mut walk = Walk {
            row,
            depth: 0,
            frontier: Vec::new(),
            next: Vec::new(),
            asked: KeyTable::default(),
            seen: KeyTable::default(),
            found: Vec::new(),
            bytes: 0,
            stream: None,
        };
        match start.as_ref().map(Value::as_ref) {
            Some(ValueRef::Array(array)) => {
                array
                    .iter()
                    .for_each(|value| walk.ask(Value::copy_of(value)));
            }
            Some(value) => walk.ask(Value::copy_of(value)),
            None => walk.ask(Value::NULL),
        }
        walk.frontier = std::mem::take(&mut walk.next);
        walk
    }

    /// Looks for a value in the next step, unless it was looked for before.
    fn ask(&mut self, value: Value<'static>) {
        if self.asked.insert_value(value.as_ref()).1 {
            self.next.push(value);
        }
    }

    fn reach(
        &mut self,
        document: Document,
        stage: &Specification,
        from: &LocalReader,
        context: &Context,
    ) -> Result<()> {
        let id = document.as_ref().get("_id").unwrap_or(ValueRef::Null);
        if !self.seen.insert_value(id).1 {
            return Ok(());
        }
        for value in from.read(document.as_ref(), context)? {
            if !value.as_ref().is_nullish() {
                self.ask(value);
            }
        }
        self.bytes += document.as_ref().as_bytes().len() + 16;
        if self.bytes > limits::STAGE_MEMORY_BYTES_MAX {
            return Err(Error::new(
                40099,
                "$graphLookup reached maximum memory consumption",
            ));
        }
        let document = match &stage.depth_field {
            Some(field) => {
                let depth = ValueRef::Int64(self.depth as i64);
                with_field(document.as_ref(), field, depth).into()
            }
            None => document,
        };
        self.found.push(document);
        Ok(())
    }
}

impl Running {
    /// Walks on from where it stopped.
    fn walk(&mut self, context: &Context) -> Result<()> {
        let stage = &*self.stage.0;
        let Some(walk) = &mut self.walk else {
            return Ok(());
        };
        while !walk.frontier.is_empty() {
            let stream = match &mut walk.stream {
                Some(stream) => stream,
                None => {
                    let opened = self
                        .foreign
                        .open(&walk.frontier, &stage.restriction, context)?;
                    walk.stream.insert(opened)
                }
            };
            match stream.next(context)? {
                Some(row) => walk.reach(row.document, stage, &self.from, context)?,
                None => {
                    walk.stream = None;
                    let is_last = stage.depth_max.is_some_and(|max| walk.depth >= max);
                    walk.frontier = std::mem::take(&mut walk.next);
                    walk.depth += 1;
                    if is_last {
                        walk.frontier.clear();
                    }
                }
            }
        }
        Ok(())
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        if self.walk.is_none() {
            let Some(row) = input.next(context)? else {
                return Ok(None);
            };
            let own = row.document.context(context);
            let scope = Scope::new(row.document.as_ref(), &own);
            let start = self.stage.0.start.evaluate(&scope)?.map(Value::into_owned);
            self.walk = Some(Walk::new(row, start));
        }
        self.walk(context)?;
        let Some(walk) = self.walk.take() else {
            return Ok(None);
        };
        if walk.bytes > limits::STAGE_MEMORY_BYTES_MAX {
            let message = "the documents that $graphLookup reached are larger than 100 MB";
            return Err(Error::new(40099, message));
        }
        let array: ArrayBuf = walk.found.iter().map(Document::as_ref).collect();
        let local = walk.row.document.as_ref();
        let given = with_field(local, &self.stage.0.field, ValueRef::Array(array.as_ref()));
        Ok(Some(given.into()))
    }
}
