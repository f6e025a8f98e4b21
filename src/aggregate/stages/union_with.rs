//! $unionWith: the documents of the input, then those of another pipeline.
//!
//! Source: the manual, "$unionWith (aggregation)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{
    Opening, Passes, Pipeline, PipelineScope, PipelineStage, Place, Run, Shape, Source, Stage,
};
use crate::catalog::Namespace;
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Row};
use crate::value::{ArrayRef, DocumentBuf, ValueRef};

/// What the second half reads.
pub struct UnionWith {
    source: Source,
    pipeline: Pipeline,
}

/// Errors: `FailedToParse` (9), `TypeMismatch` (14), 40415 (another field), `InvalidNamespace` (73).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let (collection, stages) = match value {
        ValueRef::String(collection) => (Some(collection), None),
        ValueRef::Document(document) => {
            let (mut collection, mut stages) = (None, None);
            for (option, value) in document.iter() {
                match (option, value) {
                    ("coll", ValueRef::String(name)) => collection = Some(name),
                    ("pipeline", ValueRef::Array(array)) => stages = Some(array),
                    ("coll" | "pipeline", other) if other.is_nullish() => {}
                    ("coll" | "pipeline", other) => {
                        return Err(Error::type_mismatch(format_args!(
                            "BSON field '$unionWith.{option}' is the wrong type '{}'",
                            other.kind().alias()
                        )));
                    }
                    _ => {
                        return Err(Error::new(
                            40415,
                            format_args!("BSON field '$unionWith.{option}' is an unknown field."),
                        ));
                    }
                }
            }
            (collection, stages)
        }
        other => {
            return Err(Error::failed_to_parse(format_args!(
                "the $unionWith specification must be an object or string, but found {}",
                other.kind().alias()
            )));
        }
    };
    let (source, pipeline) = resolve(collection, stages, scope, Place::UnionWith)?;
    Ok(PipelineStage::new(name, value, UnionWith { source, pipeline }).into())
}

/// The source and pipeline of a stage that names a collection, a pipeline, or both.
pub(super) fn resolve(
    collection: Option<&str>,
    stages: Option<ArrayRef<'_>>,
    scope: &PipelineScope<'_>,
    place: Place,
) -> Result<(Source, Pipeline)> {
    let database = scope.namespace.database().to_owned();
    let stages = stages.unwrap_or(ArrayRef::EMPTY);
    let Some(collection) = collection else {
        if !crate::aggregate::needs_no_collection(stages) {
            return Err(Error::failed_to_parse(
                "a stage without a collection needs a pipeline that begins with $documents",
            ));
        }
        let namespace = crate::aggregate::collectionless_namespace(&database);
        let mut inside = scope.inside(place, namespace)?;
        inside.has_collection = false;
        return Ok((
            Source::of_collection(None),
            Pipeline::parse(stages, &inside)?,
        ));
    };
    check_name(collection)?;
    let namespace = Namespace::new(&database, collection);
    let inside = scope.inside(place, namespace.clone())?;
    let pipeline = Pipeline::parse(stages, &inside)?;
    let source = Source::resolve(&namespace, scope)?;
    if source.prefix.is_empty() {
        pipeline.check_metadata()?;
    }
    Ok((source, pipeline))
}

/// A name that no collection can have is allowed as long as it is a name: it is an empty collection.
///
/// Errors: `InvalidNamespace` (73).
fn check_name(collection: &str) -> Result<()> {
    if collection.is_empty() || collection.starts_with('.') || collection.contains('\0') {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("Invalid collection name: '{collection}'"),
        ));
    }
    Ok(())
}

/// Begins to run a pipeline on a source.
pub(super) fn open_over(source: &Source, pipeline: &Pipeline) -> Result<BoxStream> {
    let mut whole = source.prefix.clone();
    whole.extend(pipeline.clone());
    Ok(whole
        .rewritten()?
        .open(source.collection.clone(), None)?
        .stream)
}

impl Stage for UnionWith {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            second: open_over(&self.source, &self.pipeline)?,
            is_first_done: false,
        }))
    }

    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Union(self)
    }
}

impl UnionWith {
    /// The stages of the second half.
    pub fn stages(&self) -> &[PipelineStage] {
        self.pipeline.stages()
    }

    /// The stage, given as `own`, with one more stage at the end of its second half.
    pub fn followed_by(&self, own: &PipelineStage, last: &PipelineStage) -> PipelineStage {
        let pipeline = self.pipeline.before(last.clone());
        let mut shown = DocumentBuf::new();
        let source = own.source.as_ref().as_ref();
        let collection = source.get(own.name).and_then(|it| match it {
            ValueRef::Document(specification) => specification.get("coll"),
            name => Some(name),
        });
        if let Some(collection) = collection {
            shown.append("coll", collection);
        }
        shown.append_array("pipeline", |stages| {
            for stage in pipeline.stages() {
                stages.push(&*stage.source);
            }
        });
        let source = self.source.clone();
        PipelineStage::new(own.name, &shown, UnionWith { source, pipeline })
    }
}

struct Running {
    second: BoxStream,
    is_first_done: bool,
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        if !self.is_first_done {
            if let Some(row) = input.next(context)? {
                return Ok(Some(row));
            }
            self.is_first_done = true;
        }
        self.second.next(context)
    }
}
