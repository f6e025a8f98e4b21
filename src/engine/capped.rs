//! Capped collections: what they lose when something is added.

use super::Write;
use crate::catalog::{Capped, Namespace};
use crate::error::Result;
use crate::value::DocumentRef;

impl Write<'_> {
    /// Removes the oldest documents of a capped collection until it keeps its limits, but not the
    /// newest one, however large.
    pub(super) fn evict(
        &mut self,
        namespace: &Namespace,
        capped: Capped,
        newest: u64,
    ) -> Result<()> {
        loop {
            let collection = self.collection_mut(namespace)?;
            let records = &collection.records;
            if records.data_size() <= capped.size
                && capped.max.is_none_or(|max| records.len() <= max)
            {
                return Ok(());
            }
            match records.cursor().next()? {
                Some((record, document)) if record != newest => {
                    self.delete(namespace, record, DocumentRef::from_valid(&document))?;
                }
                _ => return Ok(()),
            }
        }
    }
}
