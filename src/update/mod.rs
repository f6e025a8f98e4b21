//! Updates: operators, replacement and pipelines, applied to one document at a time.

mod action;
mod node;
mod operators;
mod ops;
mod path;
mod pipeline;
mod rename;
mod resolve;
mod seed;
mod walk;

#[cfg(test)]
mod tests;

pub use operators::{OPERATORS, Registration};

use crate::error::{Error, Result, codes};
use crate::expression::{Context, ParseScope};
use crate::limits;
use crate::matcher::{ArrayFilter, MatchDetails, Matcher};
use crate::value::{DocumentBuf, DocumentRef, ValueRef, validate};
use action::Action;
use pipeline::UpdatePipeline;

/// A parsed update.
///
/// Manual: "Update Operators", "Updates with Aggregation Pipeline".
pub struct Update {
    kind: Kind,
    array_filters: Vec<ArrayFilter>,
}

enum Kind {
    Replacement(DocumentBuf),
    /// In the order in which new fields are added.
    Operators(Vec<Action>),
    Pipeline(UpdatePipeline),
}

impl Update {
    /// Parses the `u` of an update statement: a document of operators, a replacement, or a
    /// pipeline. `constants` are the variables of `c`.
    ///
    /// Errors: `FailedToParse` (9), `ConflictingUpdateOperators` (40), `EmptyFieldName` (56),
    /// `DollarPrefixedFieldName` (52), `BadValue` (2), `TypeMismatch` (14), those of pipelines.
    pub fn parse(
        update: ValueRef<'_>,
        array_filters: Option<crate::value::ArrayRef<'_>>,
        scope: &ParseScope,
    ) -> Result<Update> {
        let filters = parse_array_filters(array_filters, scope)?;
        let kind = match update {
            ValueRef::Document(document) => {
                let is_operators = document
                    .first()
                    .is_some_and(|first| first.name.starts_with('$'));
                if is_operators {
                    Kind::Operators(action::parse(document, &filters, scope)?)
                } else {
                    check_replacement(document)?;
                    Kind::Replacement(document.into())
                }
            }
            ValueRef::Array(stages) => {
                if array_filters.is_some() {
                    return Err(Error::failed_to_parse(
                        "Cannot specify array filters for pipeline-style update",
                    ));
                }
                Kind::Pipeline(UpdatePipeline::parse(stages, scope)?)
            }
            other => {
                return Err(Error::failed_to_parse(format_args!(
                    "Update argument must be either an object or an array, not {}",
                    other.kind().alias()
                )));
            }
        };
        if matches!(kind, Kind::Replacement(_)) && !filters.is_empty() {
            return Err(Error::failed_to_parse(
                "Cannot specify array filters for a replacement-style update",
            ));
        }
        Ok(Update {
            kind,
            array_filters: filters,
        })
    }

    /// True for a replacement, which cannot change several documents.
    pub fn is_replacement(&self) -> bool {
        matches!(self.kind, Kind::Replacement(_))
    }

    /// True if the update needs to know which array element the filter matched.
    pub fn is_positional(&self) -> bool {
        match &self.kind {
            Kind::Operators(actions) => actions.iter().any(Action::is_positional),
            _ => false,
        }
    }

    /// The document after the update, or `None` if nothing changes. `_id` stays what it is.
    ///
    /// Errors: `ImmutableField` (66), `PathNotViable` (28), `TypeMismatch` (14), `BadValue` (2),
    /// `BSONObjectTooLarge` (10334), those of the operators.
    pub fn apply(
        &self,
        document: DocumentRef<'_>,
        details: Option<&MatchDetails>,
        context: &Context,
    ) -> Result<Option<DocumentBuf>> {
        let updated = self.run(document, details, context, false)?;
        let Some(updated) = updated else {
            return Ok(None);
        };
        check_id(document, updated.as_ref())?;
        check_size(updated.as_ref())?;
        self.check_depth(updated.as_ref())?;
        // A replacement or pipeline may come to the same document.
        Ok((updated.as_bytes() != document.as_bytes()).then_some(updated))
    }

    /// The document that an upsert inserts when nothing matched; it may lack `_id`.
    ///
    /// Errors: as [`Update::apply`]; `NotSingleValueField` (54) if the filter sets a field twice.
    pub fn upsert(&self, matcher: &Matcher, context: &Context) -> Result<DocumentBuf> {
        let seed = seed::from_filter(matcher, self.is_replacement())?;
        let updated = self.run(seed.as_ref(), None, context, true)?;
        let updated = updated.unwrap_or_else(|| seed.clone());
        if seed.as_ref().get("_id").is_some() {
            check_id(seed.as_ref(), updated.as_ref())?;
        }
        self.check_depth(updated.as_ref())?;
        Ok(updated)
    }

    /// What an update builds of the document's own parts may be nested deeper than what a command
    /// brings.
    ///
    /// Errors: `Overflow` (15).
    fn check_depth(&self, updated: DocumentRef<'_>) -> Result<()> {
        let deepens = match &self.kind {
            Kind::Replacement(_) => false,
            Kind::Operators(actions) => actions.iter().any(Action::deepens),
            Kind::Pipeline(_) => true,
        };
        match deepens {
            true => validate(updated.as_bytes(), limits::NESTING_DEPTH_MAX).map(drop),
            false => Ok(()),
        }
    }

    fn run(
        &self,
        document: DocumentRef<'_>,
        details: Option<&MatchDetails>,
        context: &Context,
        is_insert: bool,
    ) -> Result<Option<DocumentBuf>> {
        match &self.kind {
            Kind::Replacement(replacement) => Ok(Some(replace(document, replacement.as_ref()))),
            Kind::Operators(actions) => {
                let run = Run {
                    context,
                    array_filters: &self.array_filters,
                    position: details.and_then(|details| details.array_index),
                    is_insert,
                };
                action::apply(actions, document, &run)
            }
            Kind::Pipeline(pipeline) => pipeline.apply(document, context).map(Some),
        }
    }
}

/// What one application of an update knows.
pub struct Run<'r> {
    pub context: &'r Context,
    array_filters: &'r [ArrayFilter],
    /// The array element that the filter matched.
    position: Option<u32>,
    /// True while an upsert makes a new document.
    pub is_insert: bool,
}

fn parse_array_filters(
    filters: Option<crate::value::ArrayRef<'_>>,
    scope: &ParseScope,
) -> Result<Vec<ArrayFilter>> {
    let mut parsed: Vec<ArrayFilter> = Vec::new();
    for filter in filters.into_iter().flat_map(|filters| filters.iter()) {
        let document = filter
            .as_document()
            .ok_or_else(|| Error::type_mismatch("the elements of arrayFilters must be objects"))?;
        let filter = ArrayFilter::parse(document, scope)?;
        if parsed
            .iter()
            .any(|other| other.identifier() == filter.identifier())
        {
            return Err(Error::failed_to_parse(format_args!(
                "Found multiple array filters with the same top-level field name {}",
                filter.identifier()
            )));
        }
        parsed.push(filter);
    }
    Ok(parsed)
}

/// A replacement's names must be plain at the top.
fn check_replacement(document: DocumentRef<'_>) -> Result<()> {
    match document
        .elements()
        .find(|element| element.name.starts_with('$'))
    {
        None => Ok(()),
        Some(element) => Err(Error::new(
            codes::DOLLAR_PREFIXED_FIELD_NAME,
            format_args!(
                "The dollar ($) prefixed field '{}' in '{}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.",
                element.name, element.name
            ),
        )),
    }
}

/// The replacement with the `_id` of the document, unless it has one of its own.
fn replace(document: DocumentRef<'_>, replacement: DocumentRef<'_>) -> DocumentBuf {
    let mut out = DocumentBuf::with_capacity(replacement.as_bytes().len() + 20);
    match replacement.element("_id").or(document.element("_id")) {
        Some(id) => out.append_element(&id),
        None => return replacement.into(),
    }
    let rest = replacement
        .elements()
        .filter(|element| element.name != "_id");
    rest.for_each(|element| out.append_element(&element));
    out
}

/// Errors: `ImmutableField` (66).
fn check_id(before: DocumentRef<'_>, after: DocumentRef<'_>) -> Result<()> {
    let bytes = |document: DocumentRef<'_>| document.element("_id").map(|id| id.raw.to_vec());
    if bytes(before) == bytes(after) {
        return Ok(());
    }
    Err(Error::new(
        codes::IMMUTABLE_FIELD,
        "Performing an update on the path '_id' would modify the immutable field '_id'",
    ))
}

/// Errors: `BSONObjectTooLarge` (10334).
fn check_size(document: DocumentRef<'_>) -> Result<()> {
    let size = document.as_bytes().len();
    if size <= limits::DOCUMENT_BYTES_MAX {
        return Ok(());
    }
    Err(Error::new(
        codes::BSON_OBJECT_TOO_LARGE,
        format_args!(
            "Resulting document after update is larger than {} bytes: {size}",
            limits::DOCUMENT_BYTES_MAX
        ),
    ))
}
