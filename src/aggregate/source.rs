//! What a pipeline reads: a collection's snapshot, behind the pipelines of views if there are any.

use std::rc::Rc;

use super::{Pipeline, PipelineScope};
use crate::catalog::{Collection, CollectionKind, Namespace};
use crate::error::{Error, Result, codes};

/// A collection or view, resolved.
#[derive(Clone)]
pub struct Source {
    /// The snapshot; `None` if there is no such collection.
    pub collection: Option<Rc<Collection>>,
    /// The pipelines of the views in between, the innermost first.
    pub prefix: Pipeline,
}

impl Source {
    /// A collection's snapshot.
    pub fn of_collection(collection: Option<Rc<Collection>>) -> Source {
        Source {
            collection,
            prefix: Pipeline::default(),
        }
    }

    /// Resolves a name.
    ///
    /// Errors: those of the views' pipelines, and of views that lead to themselves.
    pub fn resolve(namespace: &Namespace, scope: &PipelineScope<'_>) -> Result<Source> {
        scope.check_cycle(namespace)?;
        let Some(found) = scope.catalog.get(namespace) else {
            if scope.catalog.of_buckets(namespace).is_some() {
                return Err(buckets_are_hidden(namespace));
            }
            return Ok(Source::of_collection(None));
        };
        let CollectionKind::View { on, pipeline } = &found.info.kind else {
            return Ok(Source::of_collection(Some(found.clone())));
        };
        let inner = scope.of_view(namespace)?.over(on);
        let mut source = Source::resolve(on, &inner)?;
        source
            .prefix
            .extend(Pipeline::parse(pipeline.as_ref(), &inner)?);
        Ok(source)
    }
}

/// Measurements are kept one by one: there are no buckets to see.
#[cold]
pub fn buckets_are_hidden(namespace: &Namespace) -> Error {
    Error::new(
        codes::NOT_IMPLEMENTED,
        format_args!("{namespace} can only be used through its time-series collection"),
    )
}
