//! For unit tests: pipelines, documents and results as short texts (see the expressions' notation).
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use super::{ListStream, Pipeline, PipelineScope};
use crate::catalog::{Catalog, Namespace};
use crate::env::FixedEnv;
use crate::error::{Error, Result};
use crate::expression::testing::{document, value};
use crate::expression::{Context, ParseScope};
use crate::plan::{BoxStream, CollectionScan, Document, Row, Statistics, Stream, drain};
use crate::storage::{Pager, RecordStore, Tree};
use crate::value::DocumentBuf;

/// How a pipeline is run: the results must not depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Rewritten,
    AsWritten,
    /// Every other row is missing when it is first asked for.
    Faulting,
    /// Documents are read where they are stored.
    Stored,
    /// They are given by callback, and each is a fault when it was taken.
    Drained,
}

const WAYS: [Way; 5] = [
    Way::Rewritten,
    Way::AsWritten,
    Way::Faulting,
    Way::Stored,
    Way::Drained,
];

/// Gives a fault before each row.
struct Faulty {
    input: BoxStream,
    has_faulted: bool,
}

impl Stream for Faulty {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        self.has_faulted = !self.has_faulted;
        if self.has_faulted {
            return Err(Error::fault(vec![1]));
        }
        self.input.next(context)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        self.input.describe(out);
    }

    fn statistics(&self) -> Statistics {
        self.input.statistics()
    }
}

fn stored(documents: &[Document]) -> BoxStream {
    // Two or three of them to a page.
    let mut records = RecordStore::new(Tree::with_page_bytes(&Pager::new(), 128), 1);
    for document in documents {
        records.insert(document.as_ref().as_bytes()).unwrap();
    }
    Box::new(CollectionScan::new(records.cursor(), false, None))
}

fn run(stages: &str, documents: &[&str], way: Way) -> Result<Vec<String>> {
    let catalog = Catalog::default();
    let scope = PipelineScope::new(&catalog, Namespace::new("d", "c"), ParseScope::new());
    let stages = value(stages);
    let mut pipeline = Pipeline::parse(stages.as_ref().as_array().unwrap(), &scope)?;
    if way != Way::AsWritten {
        pipeline = pipeline.rewritten()?;
    }
    let documents: Rc<[Document]> = documents
        .iter()
        .map(|text| Document::from(document(text)))
        .collect();
    let mut input: BoxStream = match way {
        Way::Stored | Way::Drained => stored(&documents),
        _ => Box::new(ListStream::new(documents)),
    };
    if way == Way::Faulting {
        input = Box::new(Faulty {
            input,
            has_faulted: false,
        });
    }
    let mut stream = pipeline.open_over(input)?;
    match way {
        Way::Drained => given(stream.as_mut()),
        _ => asked(stream.as_mut()),
    }
}

fn context() -> Context {
    Context::new(Rc::new(FixedEnv::new(1_000, 7)))
}

/// Rows that are asked for one after the other, again after each fault.
pub(crate) fn asked(stream: &mut dyn Stream) -> Result<Vec<String>> {
    let context = context();
    let mut rows = Vec::new();
    loop {
        match stream.next(&context) {
            Ok(Some(row)) => rows.push(row.document.as_ref().to_string()),
            Ok(None) => return Ok(rows),
            Err(error) if error.is_fault() => {}
            Err(error) => return Err(error),
        }
    }
}

/// Rows that are given by callback, where each is a fault after it was taken.
pub(crate) fn given(stream: &mut dyn Stream) -> Result<Vec<String>> {
    let context = context();
    let mut rows = Vec::new();
    loop {
        let drained = drain(stream, &context, &mut |document| {
            rows.push(document.as_ref().to_string());
            Err(Error::fault(vec![1]))
        });
        match drained {
            Err(error) if error.is_fault() => {}
            other => return other.map(|()| rows),
        }
    }
}

/// The pipeline gives these documents.
#[track_caller]
pub(crate) fn check(stages: &str, documents: &[&str], expected: &[&str]) {
    let expected: Vec<String> = expected
        .iter()
        .map(|text| document(text).as_ref().to_string())
        .collect();
    for way in WAYS {
        match run(stages, documents, way) {
            Ok(rows) => assert_eq!(rows, expected, "{stages}"),
            Err(error) => panic!("{stages}: {error}"),
        }
    }
}

/// The pipeline fails with this code, when it is parsed or when it runs.
#[track_caller]
pub(crate) fn check_error(stages: &str, documents: &[&str], code: i32) {
    match run(stages, documents, Way::Rewritten) {
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
