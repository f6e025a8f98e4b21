//! For unit tests: pipelines, documents and results as short texts (see the expressions' notation).
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use super::{ListStream, Pipeline, PipelineScope};
use crate::catalog::{Catalog, Namespace};
use crate::env::FixedEnv;
use crate::error::Result;
use crate::expression::testing::{document, value};
use crate::expression::{Context, ParseScope};
use crate::plan::Document;

fn run(stages: &str, documents: &[&str]) -> Result<Vec<String>> {
    let catalog = Catalog::default();
    let scope = PipelineScope::new(&catalog, Namespace::new("d", "c"), ParseScope::new());
    let stages = value(stages);
    let pipeline = Pipeline::parse(stages.as_ref().as_array().unwrap(), &scope)?.rewritten()?;
    let documents: Rc<[Document]> = documents
        .iter()
        .map(|text| Document::from(document(text)))
        .collect();
    let mut stream = pipeline.open_over(Box::new(ListStream::new(documents)))?;
    let context = Context::new(Rc::new(FixedEnv::new(1_000, 7)));
    let mut rows = Vec::new();
    while let Some(row) = stream.next(&context)? {
        rows.push(row.document.as_ref().to_string());
    }
    Ok(rows)
}

/// The pipeline gives these documents.
#[track_caller]
pub(crate) fn check(stages: &str, documents: &[&str], expected: &[&str]) {
    let expected: Vec<String> = expected
        .iter()
        .map(|text| document(text).as_ref().to_string())
        .collect();
    match run(stages, documents) {
        Ok(rows) => assert_eq!(rows, expected, "{stages}"),
        Err(error) => panic!("{stages}: {error}"),
    }
}

/// The pipeline fails with this code, when it is parsed or when it runs.
#[track_caller]
pub(crate) fn check_error(stages: &str, documents: &[&str], code: i32) {
    match run(stages, documents) {
        Err(error) => assert_eq!(error.code(), code, "{stages}: {error}"),
        Ok(rows) => panic!("{stages} gave {rows:?}"),
    }
}

/// The names of the stages after rewriting.
#[track_caller]
pub(crate) fn check_rewritten(stages: &str, expected: &str) {
    let catalog = Catalog::default();
    let scope = PipelineScope::new(&catalog, Namespace::new("d", "c"), ParseScope::new());
    let stages = value(stages);
    let parsed = Pipeline::parse(stages.as_ref().as_array().unwrap(), &scope);
    let pipeline = parsed.unwrap().rewritten().unwrap();
    let shown: Vec<String> = pipeline
        .stages()
        .iter()
        .map(|stage| stage.source.as_ref().to_string())
        .collect();
    assert_eq!(shown.join(" "), expected);
}
