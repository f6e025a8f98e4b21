//! Rows that are known when a pipeline is parsed: what the stages that look at the server give.

use std::rc::Rc;

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineStage, Run, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Document, Row};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// The rows.
#[derive(Clone)]
struct Listed {
    rows: Rc<[Document]>,
    /// The field that gets the time at which the stage runs.
    time: Option<&'static str>,
}

/// A stage that gives these rows and reads none.
pub fn stage(name: &'static str, value: ValueRef<'_>, rows: Vec<DocumentBuf>) -> Parsed {
    stage_with_time(name, value, rows, None)
}

/// As [`stage`], with the time in a field at the end of each row.
pub fn stage_with_time(
    name: &'static str,
    value: ValueRef<'_>,
    rows: Vec<DocumentBuf>,
    time: Option<&'static str>,
) -> Parsed {
    let rows = rows.into_iter().map(Document::from).collect();
    PipelineStage::new(name, value, Listed { rows, time }).into()
}

/// A field of a stage's argument that must be a boolean; absent is false.
///
/// Errors: `TypeMismatch` (14).
pub fn flag(stage: &str, argument: DocumentRef<'_>, name: &str) -> Result<bool> {
    match argument.get(name) {
        None => Ok(false),
        Some(ValueRef::Boolean(flag)) => Ok(flag),
        Some(other) => Err(Error::type_mismatch(format_args!(
            "BSON field '{stage}.{name}' is the wrong type '{}', expected type 'bool'",
            other.kind().alias()
        ))),
    }
}

/// Refuses fields that are not in the list.
///
/// Errors: 40415.
pub fn check_fields(stage: &str, argument: DocumentRef<'_>, known: &[&str]) -> Result<()> {
    match argument.iter().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(Error::new(
            40415,
            format_args!("BSON field '{stage}.{name}' is an unknown field."),
        )),
        None => Ok(()),
    }
}

impl Stage for Listed {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            listed: self.clone(),
            at: 0,
        }))
    }

    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Nothing
    }
}

struct Running {
    listed: Listed,
    at: usize,
}

impl Run for Running {
    fn next(&mut self, _input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let Some(row) = self.listed.rows.get(self.at).cloned() else {
            return Ok(None);
        };
        self.at += 1;
        let Some(name) = self.listed.time else {
            return Ok(Some(Row::from(row)));
        };
        let mut timed = DocumentBuf::from(row.as_ref());
        timed.append(name, ValueRef::Date(context.now_ms));
        Ok(Some(Row::from(Document::from(timed))))
    }
}
