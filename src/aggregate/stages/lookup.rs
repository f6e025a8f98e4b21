//! $lookup: the documents of another collection that belong to each document.
//!
//! Source: the manual, "$lookup (aggregation)". They are found by equality of a local and a foreign
//! field, by a pipeline that sees variables of the local document, or by both.

use std::rc::Rc;

use super::looking_up::Running;
use super::union_with::resolve;
use crate::aggregate::registry::Parsed;
use crate::aggregate::{
    Opening, Passes, Pipeline, PipelineScope, PipelineStage, Place, Run, Shape, Source, Stage,
};
use crate::error::{Error, Result};
use crate::expression::{Dependencies, Expression, check_variable_name};
use crate::matcher::{Node, Path};
use crate::plan::Filter;
use crate::value::{ArrayRef, DocumentRef, FieldPath, ValueRef};

/// What is looked up. Cheap to clone.
#[derive(Clone)]
pub struct Lookup {
    pub(super) join: Rc<Join>,
    /// A `$unwind` of the result that is done on the way.
    pub(super) unwind: Option<Unwinding>,
    /// A `$match` of what is found, in terms of the foreign documents.
    pub(super) filter: Option<Filter>,
}

/// What of a specification holds whatever is done with the result.
pub(super) struct Join {
    pub(super) source: Source,
    pub(super) link: Link,
    pub(super) variables: Vec<(Rc<str>, Expression)>,
    pub(super) pipeline: Pipeline,
    pub(super) field: FieldPath,
}

/// What ties foreign documents to a local one before the pipeline runs.
pub(super) enum Link {
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

/// A `$unwind` of the result.
#[derive(Clone)]
pub(super) struct Unwinding {
    pub(super) preserves: bool,
    pub(super) index: Option<FieldPath>,
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
    pub(super) fn plain_name(&self) -> Option<&str> {
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
        Ok(Box::new(Running::new(self.clone(), opening)))
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
