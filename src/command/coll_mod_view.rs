//! The parts `viewOn` and `pipeline` of collMod: a view's definition.

use super::coll_mod::Modification;
use super::collection_options::{self, with_option};
use crate::catalog::CollectionKind;
use crate::engine::Write;
use crate::error::{Error, Result, codes};
use crate::value::{ArrayRef, DocumentBuf, ValueRef};

/// Errors: `InvalidOptions` (72) for a collection, those of a view's definition.
pub(super) fn run(
    modification: &Modification<'_>,
    write: &mut Write<'_>,
    _reply: &mut DocumentBuf,
) -> Result<()> {
    let arguments = &modification.arguments;
    let (on, pipeline) = (arguments.string("viewOn"), arguments.array("pipeline"));
    if on.is_none() && pipeline.is_none() {
        return Ok(());
    }
    let info = &modification.collection.info;
    let CollectionKind::View {
        on: old_on,
        pipeline: old_pipeline,
    } = &info.kind
    else {
        let message = "option only supported on a view: viewOn, pipeline";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    };
    let stages: ArrayRef<'_> = pipeline.unwrap_or(old_pipeline.as_ref());
    let (on, pipeline) = collection_options::view(
        write.engine(),
        &modification.namespace,
        on.unwrap_or(old_on.collection()),
        stages,
    )?;
    let options = with_option(
        info.options.as_ref(),
        "viewOn",
        Some(ValueRef::String(on.collection())),
    );
    let options = with_option(
        options.as_ref(),
        "pipeline",
        Some(ValueRef::Array(pipeline.as_ref())),
    );
    let kind = CollectionKind::View { on, pipeline };
    write.modify(&modification.namespace, options, kind)
}
