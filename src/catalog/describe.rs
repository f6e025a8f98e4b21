//! What lists tell of a collection.

use super::Collection;
use crate::value::{BinaryRef, DocumentBuf};

impl Collection {
    /// The collection's entry in lists.
    pub fn describe(&self) -> DocumentBuf {
        let info = &self.info;
        let mut out = DocumentBuf::new();
        out.append("name", info.namespace.collection());
        out.append(
            "type",
            if self.is_view() {
                "view"
            } else if self.time_series().is_some() {
                "timeseries"
            } else {
                "collection"
            },
        );
        out.append("options", &info.options);
        out.append_document("info", |details| {
            details.append("readOnly", self.is_view());
            if !self.is_view() && self.time_series().is_none() {
                details.append(
                    "uuid",
                    BinaryRef {
                        subtype: 4,
                        bytes: &info.uuid,
                    },
                );
            }
        });
        if let Some(index) = self
            .indexes
            .first()
            .filter(|index| index.spec.is_id() && !index.spec.clustered)
        {
            out.append("idIndex", &index.spec.describe());
        }
        out
    }
}
