//! $querySettings: the settings that were made for shapes of queries. There are none: the command
//! that makes them is refused.
//!
//! Source: the manual, "$querySettings".

use super::listed::{check_fields, flag, stage};
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::error::{Error, Result};
use crate::value::ValueRef;

/// Errors: 7746800 (no document), 40415, `TypeMismatch` (14).
pub fn parse(name: &'static str, value: ValueRef<'_>, _: &PipelineScope<'_>) -> Result<Parsed> {
    let argument = value.as_document().ok_or_else(|| {
        Error::new(
            7_746_800,
            format_args!("{name} stage expects a document as argument"),
        )
    })?;
    check_fields(name, argument, &["showDebugQueryShape"])?;
    flag(name, argument, "showDebugQueryShape")?;
    Ok(stage(name, value, Vec::new()))
}
