//! `min` and `max` of a find: the part of the hinted index that is read.
//!
//! Source: the manual, "cursor.min" and "cursor.max". `min` is inside, `max` is not.

use super::candidate::Candidate;
use super::index_scan::KeyRange;
use super::planner::Query;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::keystring::KeyWriter;
use crate::value::{DocumentBuf, DocumentRef};

/// The keys that a find may read, as it was asked for.
#[derive(Clone, Default)]
pub struct KeyLimits {
    pub min: Option<DocumentBuf>,
    pub max: Option<DocumentBuf>,
}

impl KeyLimits {
    /// True if there is a limit.
    pub fn is_set(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }
}

/// The part of a hinted index between the limits of a query; `None` if it has no limits.
///
/// Errors: 51173 without a hint of an index, 51174 for limits that are no keys of the index,
/// 51175 if they hold nothing.
pub(super) fn limited<'c>(query: &Query, hinted: &[&'c Index]) -> Result<Option<Candidate<'c>>> {
    let limits = &query.key_limits;
    if !limits.is_set() {
        return Ok(None);
    }
    let [index] = hinted else {
        return Err(no_key());
    };
    let mut candidate = Candidate::new(index, &[]);
    let bound = |limit: &Option<DocumentBuf>| -> Result<Option<Vec<u8>>> {
        let key = limit.as_ref().map(|limit| key(index, limit.as_ref()));
        key.transpose()
    };
    let (from, to) = (bound(&limits.min)?, bound(&limits.max)?);
    if let (Some(from), Some(to)) = (&from, &to)
        && from >= to
    {
        return Err(Error::new(
            51175,
            "The value provided for min() does not come before the value provided for max()",
        ));
    }
    candidate.ranges = vec![KeyRange {
        from: from.unwrap_or_default(),
        to: to.unwrap_or_else(|| vec![0xff]),
    }];
    candidate.count()?;
    Ok(Some(candidate))
}

/// Where keys that begin with these values begin.
fn key(index: &Index, limit: DocumentRef<'_>) -> Result<Vec<u8>> {
    let fields = &index.spec.fields;
    if !index.spec.holds_values() || limit.count() != fields.len() {
        return Err(no_key());
    }
    let mut writer = KeyWriter::new();
    for (field, (name, value)) in fields.iter().zip(limit.iter()) {
        if field.path.as_str() != name {
            return Err(no_key());
        }
        writer.append(value, field.descending);
    }
    Ok(writer.into_bytes())
}

#[cold]
fn no_key() -> Error {
    Error::new(
        51174,
        "min() and max() must name the fields of the hinted index, in their order",
    )
}
