//! $documents: documents that are written in the pipeline.
//!
//! Source: the manual, "$documents (aggregation)".

use std::rc::Rc;

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies, Expression, Scope};
use crate::plan::{BoxStream, Document, Row};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// The expression that gives the array of documents.
pub struct Documents(Expression);

/// Errors: those of expressions.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let body = Documents(Expression::parse(value, &scope.variables)?);
    Ok(PipelineStage::new(name, value, body).into())
}

impl Stage for Documents {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            expression: self.0.clone(),
            documents: None,
            at: 0,
        }))
    }

    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Nothing
    }
}

struct Running {
    expression: Expression,
    documents: Option<Rc<[Document]>>,
    at: usize,
}

impl Run for Running {
    fn next(&mut self, _input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let documents = match &self.documents {
            Some(documents) => documents,
            None => self.documents.insert(evaluate(&self.expression, context)?),
        };
        let document = documents.get(self.at).cloned();
        self.at += usize::from(document.is_some());
        Ok(document.map(Row::from))
    }
}

/// Errors: 5858203 for what is no array of documents.
fn evaluate(expression: &Expression, context: &Context) -> Result<Rc<[Document]>> {
    let value = expression.evaluate(&Scope::new(DocumentRef::EMPTY, context))?;
    let refuse = |what: &str| {
        Error::new(
            5858203,
            format_args!("an array of documents is expected, got {what}"),
        )
    };
    let Some(ValueRef::Array(array)) = value.as_ref().map(|value| value.as_ref()) else {
        return Err(refuse("something else"));
    };
    let document = |value: ValueRef<'_>| match value {
        ValueRef::Document(document) => Ok(Document::from(DocumentBuf::from(document))),
        other => Err(refuse(other.kind().alias())),
    };
    array.iter().map(document).collect()
}
