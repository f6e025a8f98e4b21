//! What becomes of a pipeline's result when it is written: `$out` and `$merge`.
//!
//! The stages only say what is to be written; the command writes it, in one commit.

use std::rc::Rc;

use super::set_field::with_field;
use crate::catalog::{Collection, Namespace};
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Expression, ParseScope, Scope};
use crate::update::Update;
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, FieldPath, Value, ValueRef};

/// Where a result goes.
pub enum Output {
    /// `$out`: it takes the place of a collection's documents.
    /// With the options of the time series that the target is to be, if it is to be one.
    Replace(Namespace, Option<DocumentBuf>),
    /// `$merge`.
    Merge(Merge),
}

/// `$merge`, parsed.
pub struct Merge {
    pub target: Namespace,
    /// The fields by which a document is found in the target; `_id` if none were given.
    pub on: Option<Vec<FieldPath>>,
    pub when_matched: WhenMatched,
    pub when_not_matched: WhenNotMatched,
}

/// What happens to a document of the target that has the same key.
pub enum WhenMatched {
    Replace,
    KeepExisting,
    Merge,
    Fail,
    Pipeline(MergePipeline),
}

/// What happens to a document that is not in the target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WhenNotMatched {
    Insert,
    Discard,
    Fail,
}

/// A pipeline that changes a document of the target and sees the new one as `$$new`.
pub struct MergePipeline {
    pub(super) stages: ArrayBuf,
    pub(super) variables: Vec<(Rc<str>, Expression)>,
}

/// The fields by which documents are found, checked against the target's indexes.
pub struct MergeKey {
    fields: Vec<FieldPath>,
    /// False if null and missing are not in the index.
    allows_null: bool,
}

impl Merge {
    /// Errors: 51183 if no unique index guarantees that a key names one document.
    pub fn key(&self, target: Option<&Collection>) -> Result<MergeKey> {
        let Some(fields) = &self.on else {
            return Ok(MergeKey {
                fields: vec![FieldPath::new("_id")],
                allows_null: true,
            });
        };
        let is_id = matches!(fields.as_slice(), [only] if only.as_str() == "_id");
        if is_id {
            return Ok(MergeKey {
                fields: fields.clone(),
                allows_null: true,
            });
        }
        let indexes = target.map_or(&[][..], |target| target.indexes.as_slice());
        let fits = |index: &&crate::index::Index| {
            index.spec.unique
                && index.spec.partial.is_none()
                && index.spec.fields.len() == fields.len()
                && index
                    .spec
                    .fields
                    .iter()
                    .all(|field| fields.contains(&field.path))
        };
        let found = indexes
            .iter()
            .filter(fits)
            .min_by_key(|index| index.spec.sparse);
        match found {
            Some(index) => Ok(MergeKey {
                fields: fields.clone(),
                allows_null: !index.spec.sparse,
            }),
            None => Err(Error::new(
                51183,
                "Cannot find index to verify that join fields will be unique",
            )),
        }
    }
}

impl MergeKey {
    /// The filter that finds a document's counterpart.
    ///
    /// Errors: 51132 (a field is null or missing), 51185 (an array).
    pub fn filter(&self, document: DocumentRef<'_>) -> Result<DocumentBuf> {
        let mut filter = DocumentBuf::new();
        for field in &self.fields {
            let value = field.evaluate(document);
            let value = value.as_ref().map_or(ValueRef::Null, Value::as_ref);
            if matches!(value, ValueRef::Array(_)) {
                return Err(Error::new(
                    51185,
                    format_args!(
                        "$merge write error: 'on' field '{}' is an array",
                        field.as_str()
                    ),
                ));
            }
            if value.is_nullish() && !self.allows_null {
                return Err(Error::new(
                    51132,
                    format_args!(
                        "$merge write error: 'on' field '{}' cannot be missing, null or undefined",
                        field.as_str()
                    ),
                ));
            }
            filter.append_document(field.as_str(), |condition| condition.append("$eq", value));
        }
        Ok(filter)
    }

    /// The document as it is inserted: fields that are missing are null, as the filter took them.
    pub fn completed(&self, document: DocumentRef<'_>) -> DocumentBuf {
        let mut out = DocumentBuf::from(document);
        for field in self.fields.iter().filter(|field| field.as_str() != "_id") {
            if field.evaluate(out.as_ref()).is_none() {
                out = with_field(out.as_ref(), field, ValueRef::Null);
            }
        }
        out
    }

    /// True if documents are found by `_id`.
    pub fn is_id(&self) -> bool {
        matches!(self.fields.as_slice(), [only] if only.as_str() == "_id")
    }
}

impl MergePipeline {
    /// The document of the target after the pipeline; `None` if nothing changes.
    ///
    /// Errors: those of update pipelines; 17276 for a variable that has no value.
    pub fn apply(
        &self,
        old: DocumentRef<'_>,
        new: DocumentRef<'_>,
        context: &Context,
    ) -> Result<Option<DocumentBuf>> {
        let mut inner = context.with_variable("new", Some(Value::document(new.into())));
        let mut scope = ParseScope::of(&inner);
        let of_new = Scope::new(new, context);
        for (name, expression) in &self.variables {
            // A variable without a value is as good as none.
            if let Some(value) = expression.evaluate(&of_new)? {
                inner = inner.with_variable(name.clone(), Some(value.into_owned()));
                scope = scope.with(name.clone());
            }
        }
        let update = Update::parse(ValueRef::Array(self.stages.as_ref()), None, &scope)?;
        update.apply(old, None, &inner)
    }
}

/// The fields of both documents, those of the second before those of the first.
pub fn merged(old: DocumentRef<'_>, new: DocumentRef<'_>) -> DocumentBuf {
    let mut out = DocumentBuf::with_capacity(old.as_bytes().len() + new.as_bytes().len());
    for element in old.elements() {
        out.append_element(&new.element(element.name).unwrap_or(element));
    }
    for element in new
        .elements()
        .filter(|element| old.element(element.name).is_none())
    {
        out.append_element(&element);
    }
    out
}

/// Checks the name of a target.
///
/// Errors: `InvalidNamespace` (73), 17385 (a system collection), `IllegalOperation` (20) for a name
/// that cannot be created, and `restricted` for databases that belong to the server.
pub(super) fn target(
    database: &str,
    collection: &str,
    [system, internal]: [i32; 2],
) -> Result<Namespace> {
    if database.is_empty()
        || collection.is_empty()
        || collection.starts_with('.')
        || collection.contains('\0')
    {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("Invalid target namespace: '{database}.{collection}'"),
        ));
    }
    crate::catalog::check_database_name(database)?;
    if matches!(database, "admin" | "config" | "local") {
        return Err(Error::new(
            internal,
            format_args!("Cannot write the result of a pipeline to internal database: {database}"),
        ));
    }
    if collection.starts_with("system.") {
        return Err(Error::new(
            system,
            format_args!("Cannot write to a special collection: {database}.{collection}"),
        ));
    }
    if crate::catalog::check_collection_name(database, collection).is_err() {
        return Err(Error::new(
            codes::ILLEGAL_OPERATION,
            format_args!("error with target namespace: Invalid collection name: {collection}"),
        ));
    }
    Ok(Namespace::new(database, collection))
}
