//! COLLSCAN: all documents in the order of their record ids, filtered.

use super::stream::{Statistics, Stream, note};
use super::{Document, Filter, Row, parsed_query};
use crate::error::Result;
use crate::expression::Context;
use crate::storage::RecordCursor;
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

impl Stream for CollectionScan {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.advance(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
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
