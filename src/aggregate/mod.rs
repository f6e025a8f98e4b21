//! The aggregation pipeline: parsed stages, rewrites, and streams that pull rows through them, or push
//! them where a stage wants all of its input.
//!
//! A pipeline is parsed against the catalog of one moment: every collection and view it names is
//! resolved to a snapshot then, so that all of it sees that moment, over getMore too. A new stage
//! is one file in `stages/` and one line in `registry`.

mod granularity;
mod key_table;
mod opening;
mod output;
mod pipeline;
mod registry;
mod rewrites;
mod scope;
mod set_field;
mod source;
mod stage;
mod stages;
mod stream;
mod window;

pub use opening::{Opened, Opening};
pub use output::{Merge, MergeKey, Output, WhenMatched, WhenNotMatched, merged};
pub use pipeline::{Pipeline, collectionless_namespace, needs_no_collection};
pub use registry::{Registration, STAGES};
pub use rewrites::{REWRITES, Rewrite};
pub use scope::{PipelineScope, Place};
pub use source::{Source, buckets_are_hidden};
pub use stage::{Passes, PipelineStage, Shape, Stage};
pub use stream::{ListStream, Run, StageStream};

#[cfg(test)]
pub(crate) mod testing;
