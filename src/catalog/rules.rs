//! What a collection's options ask of the documents that are written to it.

use std::rc::Rc;

use super::TimeSeries;
use crate::error::{Error, Result, codes};
use crate::expression::{Context, ParseScope};
use crate::matcher::{Matcher, explain_mismatch};
use crate::value::{DocumentBuf, DocumentRef};

/// The options that writes look at, parsed once.
#[derive(Clone, Default)]
pub struct Rules {
    pub capped: Option<Capped>,
    pub validation: Option<Rc<Validation>>,
    pub time_series: Option<Rc<TimeSeries>>,
}

/// How much a capped collection keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Capped {
    /// Bytes of its documents.
    pub size: u64,
    /// Documents; no limit if `None`.
    pub max: Option<u64>,
}

/// A validator.
pub struct Validation {
    pub validator: Matcher,
    pub source: DocumentBuf,
    /// Documents that do not pass before an update need not pass after it.
    pub is_moderate: bool,
    /// Writes of documents that do not pass fail; else they are only warned of.
    pub refuses: bool,
}

impl Validation {
    /// Checks a document that is to be written in the place of `old`, if there is one.
    ///
    /// Errors: `DocumentValidationFailure` (121) with `errInfo`; those of expressions.
    pub fn check(
        &self,
        old: Option<DocumentRef<'_>>,
        new: DocumentRef<'_>,
        context: &Context,
    ) -> Result<()> {
        if !self.refuses || self.validator.matches(new, context)? {
            return Ok(());
        }
        if let Some(old) = old.filter(|_| self.is_moderate)
            && !self.validator.matches(old, context)?
        {
            return Ok(());
        }
        let reason = explain_mismatch(self.source.as_ref(), new, context)?;
        let mut details = DocumentBuf::new();
        details.append_document("errInfo", |info| {
            if let Some(id) = new.get("_id") {
                info.append("failingDocumentId", id);
            }
            info.append("details", &reason);
        });
        Err(Error::new(
            codes::DOCUMENT_VALIDATION_FAILURE,
            "Document failed validation",
        )
        .with_details(details.into_bytes()))
    }
}

impl Rules {
    /// Reads the options of a collection.
    ///
    /// Errors: those of filters.
    pub fn of(options: DocumentRef<'_>) -> Result<Rules> {
        let number = |name: &str| {
            let number = options.get(name).and_then(|value| value.to_i64_coerced());
            number.and_then(|number| u64::try_from(number).ok())
        };
        let is_capped = options.get("capped").is_some_and(|value| value.is_truthy());
        let capped = is_capped.then(|| Capped {
            size: number("size").unwrap_or(u64::MAX),
            max: number("max").filter(|&max| max > 0),
        });
        Ok(Rules {
            capped,
            validation: validation(options)?.map(Rc::new),
            time_series: TimeSeries::of(options).map(Rc::new),
        })
    }
}

fn validation(options: DocumentRef<'_>) -> Result<Option<Validation>> {
    let validator = options
        .get("validator")
        .and_then(|value| value.as_document());
    let text = |name| options.get(name).and_then(|value| value.as_str());
    let level = text("validationLevel");
    let Some(validator) = validator.filter(|validator| !validator.is_empty()) else {
        return Ok(None);
    };
    if level == Some("off") {
        return Ok(None);
    }
    Ok(Some(Validation {
        validator: Matcher::parse(validator, &ParseScope::new())?,
        source: validator.into(),
        is_moderate: level == Some("moderate"),
        refuses: text("validationAction") != Some("warn"),
    }))
}
