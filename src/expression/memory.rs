//! How much a single expression may build.

use crate::error::{Error, Result, codes};
use crate::limits;

/// Checks what an operator built so far: a few operators can make much of little, again and
/// again.
///
/// Errors: `ExceededMemoryLimit` (146).
#[inline]
pub fn check_bytes(operator: &str, bytes: usize) -> Result<()> {
    if bytes <= limits::STAGE_MEMORY_BYTES_MAX {
        return Ok(());
    }
    Err(exceeded(operator))
}

#[cold]
fn exceeded(operator: &str) -> Error {
    Error::new(
        codes::EXCEEDED_MEMORY_LIMIT,
        format_args!("{operator} would use too much memory and cannot spill to disk"),
    )
}
