//! COLLSCAN: all documents in the order of their record ids, filtered.

use super::stream::{Sink, Statistics, Stream, note};
use super::{Document, Filter, Row, parsed_query};
use crate::error::Result;
use crate::expression::Context;
use crate::storage::{LeafEntries, RecordCursor};
use crate::value::{DocumentBuf, DocumentRef};

/// Reads a collection from one end to the other.
pub struct CollectionScan {
    cursor: RecordCursor,
    backward: bool,
    filter: Option<Filter>,
    statistics: Statistics,
}

impl CollectionScan {
    /// Over a cursor that stands at its start; at the end if `backward`.
    pub fn new(mut cursor: RecordCursor, backward: bool, filter: Option<Filter>) -> Self {
        if backward {
            cursor.seek_end();
        }
        CollectionScan {
            cursor,
            backward,
            filter,
            statistics: Statistics::default(),
        }
    }

    /// The next matching record. The document is kept alive only once it matched.
    fn advance(&mut self, context: &Context) -> Result<Option<Row>> {
        if self.filter.is_none() && !self.backward {
            context.step()?;
            let entry = self.cursor.next()?;
            self.statistics.documents_examined += u64::from(entry.is_some());
            return Ok(entry.map(|(record, handle)| Row {
                document: Document::Stored(handle),
                record,
            }));
        }
        loop {
            context.step()?;
            let entry = if self.backward {
                self.cursor.previous_ref()?
            } else {
                self.cursor.next_ref()?
            };
            let Some((record, bytes)) = entry else {
                return Ok(None);
            };
            self.statistics.documents_examined += 1;
            let matches = match &self.filter {
                Some(filter) => filter.matches(DocumentRef::from_valid(bytes), context)?,
                None => true,
            };
            if matches {
                let handle = if self.backward {
                    self.cursor.document_after()
                } else {
                    self.cursor.document_before()
                };
                return Ok(handle.map(|handle| Row {
                    document: Document::Stored(handle),
                    record,
                }));
            }
            self.statistics.works += 1;
        }
    }
}

impl CollectionScan {
    /// Gives one of a leaf's documents, if it matches; all of them share what keeps the leaf alive.
    #[inline(always)]
    fn give(
        &mut self,
        leaf: &LeafEntries,
        at: usize,
        document: &mut Document,
        context: &Context,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        context.step()?;
        if let Document::Stored(handle) = document {
            leaf.show(at, handle);
        }
        self.statistics.documents_examined += 1;
        self.statistics.works += 1;
        if let Some(filter) = &self.filter
            && !filter.matches(document.as_ref(), context)?
        {
            return Ok(());
        }
        self.statistics.advanced += 1;
        sink(document)
    }
}

impl Stream for CollectionScan {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.advance(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn try_drain(&mut self, context: &Context, sink: &mut Sink<'_>) -> Result<bool> {
        if self.backward {
            return Ok(false);
        }
        while let Some(leaf) = self.cursor.next_leaf()? {
            let Some(first) = leaf.entry(0) else {
                continue;
            };
            let mut document = Document::Stored(first.into_value());
            for at in 0..leaf.len() {
                let outcome = self.give(&leaf, at, &mut document, context, sink);
                if outcome.is_err() {
                    self.cursor.skip_back((leaf.len() - at - 1) as u64)?;
                    return outcome.map(|()| true);
                }
            }
        }
        note(&mut self.statistics, &None);
        Ok(true)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "COLLSCAN");
        if let Some(filter) = &self.filter {
            out.append("filter", &parsed_query(filter.source()));
        }
        out.append(
            "direction",
            if self.backward { "backward" } else { "forward" },
        );
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn rows(&self) -> u64 {
        match self.filter {
            Some(_) => 0,
            None => self.cursor.records(),
        }
    }

    fn skip(&mut self, rows: u64) -> Result<u64> {
        match (&self.filter, self.backward) {
            (Some(_), _) => Ok(0),
            (None, false) => self.cursor.skip(rows),
            (None, true) => self.cursor.skip_back(rows),
        }
    }
}

/// EOF: what a collection that does not exist gives.
#[derive(Default)]
pub struct Nothing {
    statistics: Statistics,
}

impl Stream for Nothing {
    fn next(&mut self, _context: &Context) -> Result<Option<Row>> {
        note(&mut self.statistics, &None);
        Ok(None)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "EOF");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
