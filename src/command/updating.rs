//! One update statement: what update, findAndModify and bulkWrite have in common.

use std::rc::Rc;

use super::request::Request;
use super::{insert, selection};
use crate::catalog::{Collection, Namespace};
use crate::engine::Write;
use crate::error::{Error, Result};
use crate::expression::{Context, ParseScope};
use crate::plan::{Filter, Hint, Query, Row, SortPattern, plan};
use crate::update::Update;
use crate::value::{ArrayRef, DocumentBuf, DocumentRef, Value, ValueRef};

/// A statement, parsed.
pub(super) struct Statement {
    pub filter: Filter,
    pub update: Update,
    pub multi: bool,
    pub upsert: bool,
    pub hint: Option<Hint>,
    pub sort: Option<SortPattern>,
    /// With the variables of `let` and `c`.
    pub context: Context,
}

/// What a statement is made of, as the commands name it.
pub(super) struct Parts<'a> {
    pub filter: Option<DocumentRef<'a>>,
    pub update: ValueRef<'a>,
    pub constants: Option<DocumentRef<'a>>,
    pub array_filters: Option<ArrayRef<'a>>,
    pub multi: bool,
    pub upsert: bool,
    pub hint: Option<Hint>,
    pub sort: Option<DocumentRef<'a>>,
}

/// A fault while many documents are changed, widened to the pages that the others need too: else
/// each of them would run the command again.
pub(super) fn with_all_pages(
    write: &Write<'_>,
    namespace: &Namespace,
    rows: &[Row],
    error: Error,
) -> Error {
    match write.snapshot(namespace) {
        Some(collection) if error.is_fault() => {
            collection.fault_for_all(rows.iter().map(|row| row.document.as_ref()), error)
        }
        _ => error,
    }
}

/// What a statement did.
#[derive(Default)]
pub(super) struct Updated {
    pub matched: i32,
    pub modified: i32,
    /// The `_id` of the document that an upsert inserted.
    pub upserted: Option<Value<'static>>,
    /// The document before and after, of the last one that matched.
    pub before: Option<DocumentBuf>,
    pub after: Option<DocumentBuf>,
}

impl Statement {
    /// Errors: those of filters, sorts and updates; `FailedToParse` (9) for a replacement of
    /// several documents, or constants without a pipeline.
    pub(super) fn parse(parts: Parts<'_>, context: &Context) -> Result<Statement> {
        let mut context = context.clone();
        if let Some(constants) = parts.constants {
            if parts.update.as_array().is_none() {
                return Err(Error::new(
                    51198,
                    "Constant values may only be specified for pipeline updates",
                ));
            }
            for (name, value) in constants.iter() {
                crate::expression::check_variable_name(name)?;
                context = context.with_variable(name, Some(Value::copy_of(value)));
            }
        }
        let filter = selection::filter(parts.filter, &context)?;
        let scope = ParseScope::of(&context);
        let update = Update::parse(parts.update, parts.array_filters, &scope)?;
        if parts.multi && update.is_replacement() {
            return Err(Error::failed_to_parse(
                "multi update is not supported for replacement-style update",
            ));
        }
        if parts.multi && parts.sort.is_some_and(|sort| !sort.is_empty()) {
            return Err(Error::failed_to_parse(
                "Cannot specify sort with multi=true",
            ));
        }
        let (mut hint, mut sort) = (parts.hint, None);
        match selection::sort(parts.sort)? {
            Some(selection::Order::By(pattern)) => sort = Some(pattern),
            Some(selection::Order::Natural(backward)) => hint = Some(Hint::Natural(backward)),
            None => {}
        }
        let (multi, upsert) = (parts.multi, parts.upsert);
        Ok(Statement {
            filter,
            update,
            multi,
            upsert,
            hint,
            sort,
            context,
        })
    }

    /// Finds the documents in one version, then changes them. A failure leaves the documents that
    /// came before changed, as the manual says of multi-document updates.
    pub(super) fn run(
        &self,
        write: &mut Write<'_>,
        namespace: &Namespace,
        request: &Request<'_>,
    ) -> Result<Updated> {
        let rows = self.select(write, namespace)?;
        let mut done = Updated::default();
        for row in &rows {
            if let Err(error) = self.change(write, namespace, row, &mut done) {
                return Err(with_all_pages(write, namespace, &rows, error));
            }
        }
        if rows.is_empty() && self.upsert {
            self.insert(write, namespace, request, &mut done)?;
        }
        Ok(done)
    }

    /// The query that finds what is to be changed.
    pub(super) fn query(&self, collection: Option<Rc<Collection>>) -> Query {
        let mut query = Query::new(collection, self.filter.clone());
        query.hint = self.hint.clone();
        query.sort = self.sort.clone();
        query.limit = (!self.multi).then_some(1);
        query
    }

    fn select(&self, write: &Write<'_>, namespace: &Namespace) -> Result<Vec<Row>> {
        let mut stream = plan(self.query(write.snapshot(namespace)))?.stream;
        let mut rows = Vec::new();
        while let Some(row) = stream.next(&self.context)? {
            rows.push(row);
        }
        Ok(rows)
    }

    fn change(
        &self,
        write: &mut Write<'_>,
        namespace: &Namespace,
        row: &Row,
        done: &mut Updated,
    ) -> Result<()> {
        self.context.step()?;
        let old = row.document.as_ref();
        let details = match self.update.is_positional() {
            true => self
                .filter
                .matcher()
                .matches_with_position(old, &self.context)?,
            false => None,
        };
        let new = self.update.apply(old, details.as_ref(), &self.context)?;
        if let Some(new) = &new {
            write.update(namespace, row.record, old, new.as_ref())?;
            done.modified += 1;
        }
        done.matched += 1;
        if !self.multi {
            done.before = Some(old.into());
            done.after = Some(new.unwrap_or_else(|| old.into()));
        }
        Ok(())
    }

    fn insert(
        &self,
        write: &mut Write<'_>,
        namespace: &Namespace,
        request: &Request<'_>,
        done: &mut Updated,
    ) -> Result<()> {
        let document = self.update.upsert(self.filter.matcher(), &self.context)?;
        let prepared = insert::prepare(document.as_ref(), request)?.unwrap_or(document);
        write.create_implicitly(namespace)?;
        write.insert(namespace, prepared.as_ref())?;
        done.upserted = prepared.as_ref().get("_id").map(Value::copy_of);
        done.after = Some(prepared);
        Ok(())
    }
}
