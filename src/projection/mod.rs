//! Projections: not there yet; every one is refused.

use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies, ParseScope};
use crate::matcher::MatchDetails;
use crate::value::{DocumentBuf, DocumentRef};

/// Whose projection it is.
pub enum ProjectionKind {
    Find,
}

/// A parsed projection.
pub struct Projection;

impl Projection {
    pub fn parse(
        _specification: DocumentRef<'_>,
        _scope: &ParseScope,
        _kind: ProjectionKind,
    ) -> Result<Projection> {
        Err(Error::new(
            codes::NOT_IMPLEMENTED,
            "projections are not supported yet",
        ))
    }

    /// True if it holds the positional `$`.
    pub fn is_positional(&self) -> bool {
        false
    }

    /// Adds the fields it looks at.
    pub fn dependencies(&self, found: &mut Dependencies) {
        found.whole_document = true;
    }

    pub fn apply(
        &self,
        document: DocumentRef<'_>,
        _context: &Context,
        _details: Option<&MatchDetails>,
    ) -> Result<DocumentBuf> {
        Ok(document.into())
    }
}
