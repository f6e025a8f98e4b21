//! Where a pipeline is parsed: the moment's catalog, the variables, and what it stands in.

use std::rc::Rc;

use crate::catalog::{Catalog, Namespace};
use crate::error::{Error, Result, codes};
use crate::expression::ParseScope;
use crate::limits;

/// What a pipeline stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The aggregate command.
    Command,
    /// A view's definition.
    View,
    Facet,
    Lookup,
    UnionWith,
}

/// What parsing a pipeline needs to know.
#[derive(Clone)]
pub struct PipelineScope<'p> {
    /// The collections of the moment that the pipeline is to see.
    pub catalog: &'p Catalog,
    /// What it runs on; for `aggregate: 1` a name that no collection has.
    pub namespace: Namespace,
    pub variables: ParseScope,
    pub place: Place,
    /// False for `aggregate: 1`.
    pub has_collection: bool,
    /// The ids of the sessions in use, and when each was used last.
    pub sessions: Rc<[([u8; 16], i64)]>,
    /// When the process began.
    pub started_ms: i64,
    /// How many pipelines this one is inside of.
    depth: usize,
    /// The views that are being resolved, outermost first.
    views: Option<Rc<ViewChain>>,
}

struct ViewChain {
    name: Namespace,
    outer: Option<Rc<ViewChain>>,
}

impl<'p> PipelineScope<'p> {
    /// The scope of a command's pipeline.
    pub fn new(catalog: &'p Catalog, namespace: Namespace, variables: ParseScope) -> Self {
        PipelineScope {
            catalog,
            namespace,
            variables,
            place: Place::Command,
            has_collection: true,
            sessions: Rc::new([]),
            started_ms: 0,
            depth: 0,
            views: None,
        }
    }

    /// The scope of a pipeline inside this one.
    ///
    /// Errors: `MaxSubPipelineDepthExceeded` (232).
    pub fn inside(&self, place: Place, namespace: Namespace) -> Result<PipelineScope<'p>> {
        let depth = self.depth + 1;
        if depth > limits::SUB_PIPELINE_DEPTH_MAX {
            return Err(Error::new(
                codes::MAX_SUB_PIPELINE_DEPTH_EXCEEDED,
                format_args!(
                    "Maximum number of nested sub-pipelines exceeded. Limit is {}",
                    limits::SUB_PIPELINE_DEPTH_MAX
                ),
            ));
        }
        Ok(PipelineScope {
            place,
            namespace,
            depth,
            has_collection: true,
            ..self.clone()
        })
    }

    /// The same over another collection: a view's stages look at what the view is on.
    #[must_use]
    pub fn over(mut self, namespace: &Namespace) -> Self {
        self.namespace = namespace.clone();
        self
    }

    /// Checks that a name is none of the views that are being resolved; gives their number.
    ///
    /// Errors: `GraphContainsCycle` (5).
    pub fn check_cycle(&self, name: &Namespace) -> Result<usize> {
        let mut count = 0;
        let mut next = self.views.as_ref();
        while let Some(view) = next {
            if view.name == *name {
                return Err(Error::new(
                    codes::GRAPH_CONTAINS_CYCLE,
                    format_args!("View cycle detected: {name}"),
                ));
            }
            count += 1;
            next = view.outer.as_ref();
        }
        Ok(count)
    }

    /// The scope of a view's pipeline.
    ///
    /// Errors: `GraphContainsCycle` (5), `ViewDepthLimitExceeded` (165).
    pub fn of_view(&self, name: &Namespace) -> Result<PipelineScope<'p>> {
        if self.check_cycle(name)? >= limits::VIEW_DEPTH_MAX {
            return Err(Error::new(
                codes::VIEW_DEPTH_LIMIT_EXCEEDED,
                format_args!("View depth too deep or view cycle detected; the limit is 20: {name}"),
            ));
        }
        let views = Some(Rc::new(ViewChain {
            name: name.clone(),
            outer: self.views.clone(),
        }));
        Ok(PipelineScope {
            place: Place::View,
            // A view sees no variables of whoever reads it.
            variables: ParseScope::new(),
            namespace: name.clone(),
            has_collection: true,
            views,
            ..self.clone()
        })
    }
}
