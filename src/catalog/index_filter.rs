//! Index filters: which indexes the planner may use for queries of one shape.
//!
//! Source: the manual, "planCacheSetFilter". They live as long as the process does, like MongoDB's.

use std::rc::Rc;

use crate::index::IndexSpec;
use crate::value::{ArrayBuf, DocumentBuf, ValueRef, compare_documents};

/// The filter of one shape of queries.
#[derive(Clone)]
pub struct IndexFilter {
    /// The shape, as the planner writes it.
    pub shape: String,
    /// The query, sort, projection and collation that it was set with.
    pub source: DocumentBuf,
    /// Names and key patterns.
    pub indexes: ArrayBuf,
}

impl IndexFilter {
    /// True for an index that the filter names.
    pub fn allows(&self, index: &IndexSpec) -> bool {
        self.indexes.as_ref().iter().any(|wanted| match wanted {
            ValueRef::String(name) => index.name == name,
            ValueRef::Document(key) => compare_documents(index.key.as_ref(), key).is_eq(),
            _ => false,
        })
    }
}

/// The filters of a collection, nearly always none.
#[derive(Clone, Default)]
pub struct IndexFilters(Option<Rc<Vec<IndexFilter>>>);

impl IndexFilters {
    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// In the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = &IndexFilter> {
        self.0.iter().flat_map(|filters| filters.iter())
    }

    /// Removes the filter of a shape, or all.
    pub fn remove(&mut self, shape: Option<&str>) {
        let kept: Vec<IndexFilter> = self
            .iter()
            .filter(|filter| shape.is_some_and(|shape| filter.shape != shape))
            .cloned()
            .collect();
        self.0 = (!kept.is_empty()).then(|| Rc::new(kept));
    }

    /// Adds a filter in the place of another of its shape.
    pub fn set(&mut self, filter: IndexFilter) {
        self.remove(Some(&filter.shape));
        Rc::make_mut(self.0.get_or_insert_default()).push(filter);
    }
}
