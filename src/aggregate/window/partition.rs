//! The documents of one partition, in their order, and what functions ask of them.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::error::Result;
use crate::expression::{Context, Expression, Scope};
use crate::index::{IndexField, KeySet};
use crate::plan::{Document, SortPattern};
use crate::value::{DocumentRef, Value, ValueRef};

/// Documents that are computed on together.
pub struct Partition<'p> {
    pub documents: &'p [Document],
    pub context: &'p Context,
    pub sort: Option<&'p SortPattern>,
    keys: OnceCell<Vec<Vec<u8>>>,
}

impl<'p> Partition<'p> {
    /// Documents in the order of `sort`.
    pub fn new(
        documents: &'p [Document],
        context: &'p Context,
        sort: Option<&'p SortPattern>,
    ) -> Partition<'p> {
        Partition {
            documents,
            context,
            sort,
            keys: OnceCell::new(),
        }
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// An expression's value for every document.
    pub fn values(&self, expression: &Expression) -> Result<Vec<Option<Value<'p>>>> {
        let value = |document: &'p Document| {
            self.context.step()?;
            match document.context(self.context) {
                Cow::Borrowed(context) => {
                    expression.evaluate(&Scope::new(document.as_ref(), context))
                }
                Cow::Owned(context) => {
                    let value = expression.evaluate(&Scope::new(document.as_ref(), &context))?;
                    Ok(value.map(Value::into_owned))
                }
            }
        };
        self.documents.iter().map(value).collect()
    }

    /// Where each document stands in the order: equal for those that the order does not part.
    pub fn sort_keys(&self) -> Result<&[Vec<u8>]> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        let mut keys = Vec::with_capacity(self.len());
        let mut scratch = KeySet::default();
        for document in self.documents {
            let mut key = Vec::new();
            if let Some(sort) = self.sort {
                sort.key(document.as_ref(), &mut scratch, &mut key)?;
            }
            keys.push(key);
        }
        Ok(self.keys.get_or_init(|| keys))
    }

    /// The value that a document is sorted by.
    pub fn sort_value(&self, at: usize, field: &IndexField) -> Option<ValueRef<'p>> {
        let document: DocumentRef<'p> = self.documents.get(at)?.as_ref();
        let mut value = ValueRef::Document(document);
        for part in field.path.parts() {
            value = value.as_document()?.get(part)?;
        }
        Some(value)
    }
}
