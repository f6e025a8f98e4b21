//! A running stage as a node of a plan, and rows that lie in a list.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::Result;
use crate::expression::Context;
use crate::plan::{BoxStream, Document, Row, Sink, Statistics, Stream};
use crate::value::DocumentBuf;

/// A stage that runs: it pulls rows from its input and gives rows.
///
/// Invariant: after a fault of the input the call can be repeated, so what was read before is kept
/// in `self` before the input is asked again.
pub trait Run {
    /// The next row, or `None` at the end.
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>>;

    /// All rows that are left, as [`drain`](crate::plan::drain) gives them; false, and nothing is done, if they are best
    /// asked for.
    fn try_drain(
        &mut self,
        _input: &mut BoxStream,
        _context: &Context,
        _sink: &mut Sink<'_>,
    ) -> Result<bool> {
        Ok(false)
    }

    /// What explain tells of it once it has run.
    fn report(&self, _out: &mut DocumentBuf) {}
}

/// A running stage and its input.
pub struct StageStream {
    input: BoxStream,
    run: Box<dyn Run>,
    source: Rc<DocumentBuf>,
    statistics: Statistics,
    /// How long the stage and its input took, if somebody wants to know.
    took_ms: f64,
    /// What is known of the row that was read last, if it is to go on with the rows made of it.
    known: Option<Rc<RefCell<Option<Document>>>>,
}

impl StageStream {
    /// `source` is `{$name: specification}`.
    pub fn new(input: BoxStream, run: Box<dyn Run>, source: Rc<DocumentBuf>) -> StageStream {
        StageStream {
            input,
            run,
            source,
            statistics: Statistics::default(),
            took_ms: 0.0,
            known: None,
        }
    }

    /// Makes rows keep what is known of those that they are made of.
    #[must_use]
    pub fn passing_metadata(mut self) -> StageStream {
        let known = Rc::new(RefCell::new(None));
        self.input = Box::new(Watched {
            input: self.input,
            known: known.clone(),
        });
        self.known = Some(known);
        self
    }
}

impl Stream for StageStream {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        context.step()?;
        let started_ms = context.measures.then(|| context.env.monotonic_ms());
        let mut row = self.run.next(&mut self.input, context)?;
        if let (Some(row), Some(known)) = (&mut row, &self.known)
            && row.document.metadata().is_none()
            && let Some(metadata) = known.borrow().as_ref().and_then(Document::metadata)
        {
            row.document = row.document.clone().knowing(metadata.into());
        }
        if let Some(started_ms) = started_ms {
            self.took_ms += context.env.monotonic_ms() - started_ms;
        }
        self.statistics.works += 1;
        match row {
            Some(_) => self.statistics.advanced += 1,
            None => self.statistics.is_end = true,
        }
        Ok(row)
    }

    fn try_drain(&mut self, context: &Context, sink: &mut Sink<'_>) -> Result<bool> {
        // What is measured is the time of a row without what is done with it.
        if context.measures || self.known.is_some() {
            return Ok(false);
        }
        let statistics = &mut self.statistics;
        let is_done = self
            .run
            .try_drain(&mut self.input, context, &mut |document| {
                context.step()?;
                statistics.works += 1;
                statistics.advanced += 1;
                sink(document)
            })?;
        self.statistics.works += u64::from(is_done);
        self.statistics.is_end |= is_done;
        Ok(is_done)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        self.source
            .as_ref()
            .as_ref()
            .elements()
            .for_each(|element| out.append_element(&element));
    }

    fn report(&self, out: &mut DocumentBuf) {
        out.append("nReturned", self.statistics.advanced as i64);
        out.append("executionTimeMillisEstimate", self.took_ms as i64);
        self.run.report(out);
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
    }
}

/// Remembers what is known of the last row.
struct Watched {
    input: BoxStream,
    known: Rc<RefCell<Option<Document>>>,
}

impl Stream for Watched {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.input.next(context)?;
        *self.known.borrow_mut() = row.as_ref().map(|row| row.document.clone());
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        self.input.describe(out);
    }

    fn report(&self, out: &mut DocumentBuf) {
        self.input.report(out);
    }

    fn statistics(&self) -> Statistics {
        self.input.statistics()
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        self.input.inputs()
    }
}

/// Rows from memory.
pub struct ListStream {
    documents: Rc<[Document]>,
    at: usize,
}

impl ListStream {
    /// Gives these documents, in order.
    pub fn new(documents: Rc<[Document]>) -> ListStream {
        ListStream { documents, at: 0 }
    }
}

impl Stream for ListStream {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        context.step()?;
        let document = self.documents.get(self.at).cloned();
        self.at += usize::from(document.is_some());
        Ok(document.map(Row::from))
    }

    fn try_drain(&mut self, context: &Context, sink: &mut Sink<'_>) -> Result<bool> {
        while let Some(document) = self.documents.get(self.at) {
            context.step()?;
            self.at += 1;
            sink(document)?;
        }
        Ok(true)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "QUEUED_DATA");
    }

    fn statistics(&self) -> Statistics {
        let advanced = self.at as u64;
        let is_end = self.at == self.documents.len();
        Statistics {
            works: advanced,
            advanced,
            is_end,
            ..Statistics::default()
        }
    }
}
