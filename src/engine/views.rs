//! `system.views`: the collection in which a database shows the definitions of its views.
//!
//! The catalog is what counts; this collection follows it, in the same commits.

use super::Write;
use crate::catalog::{CollectionKind, Namespace};
use crate::error::Result;
use crate::storage::ValueHandle;
use crate::value::{DocumentBuf, DocumentRef};

impl Write<'_> {
    /// Writes down the definition of a view, if it is one.
    pub(super) fn note_view(&mut self, namespace: &Namespace) -> Result<()> {
        let Some(found) = self.snapshot(namespace) else {
            return Ok(());
        };
        let CollectionKind::View { on, pipeline } = &found.info.kind else {
            return Ok(());
        };
        let mut definition = DocumentBuf::new();
        definition.append("_id", namespace.to_string().as_str());
        definition.append("viewOn", on.collection());
        definition.append("pipeline", pipeline);
        let views = views_of(namespace);
        match self.definition(&views, namespace)? {
            Some((record, old)) => {
                let old = DocumentRef::from_valid(&old);
                self.update(&views, record, old, definition.as_ref())
            }
            None => {
                self.create_implicitly(&views)?;
                self.insert(&views, definition.as_ref()).map(drop)
            }
        }
    }

    /// Removes the definition of a view that is dropped.
    pub(super) fn forget_view(&mut self, namespace: &Namespace) -> Result<()> {
        let views = views_of(namespace);
        match self.definition(&views, namespace)? {
            Some((record, old)) => self.delete(&views, record, DocumentRef::from_valid(&old)),
            None => Ok(()),
        }
    }

    fn definition(
        &self,
        views: &Namespace,
        view: &Namespace,
    ) -> Result<Option<(u64, ValueHandle)>> {
        let Some(found) = self.snapshot(views) else {
            return Ok(None);
        };
        let name = view.to_string();
        let mut cursor = found.records.cursor();
        while let Some((record, definition)) = cursor.next()? {
            let id = DocumentRef::from_valid(&definition).get("_id");
            if id.and_then(|id| id.as_str()) == Some(name.as_str()) {
                return Ok(Some((record, definition)));
            }
        }
        Ok(None)
    }
}

fn views_of(namespace: &Namespace) -> Namespace {
    Namespace::new(namespace.database(), "system.views")
}
