//! COLLSCAN of a tailable cursor: at its end it goes on in the newest version of its collection.

use std::cell::RefCell;
use std::rc::Rc;

use super::stream::{Statistics, Stream, note};
use super::{Document, Filter, Row, parsed_query};
use crate::catalog::Collection;
use crate::error::{Error, Result, codes};
use crate::expression::Context;
use crate::storage::RecordCursor;
use crate::value::{DocumentBuf, DocumentRef};

/// Where a tailable cursor is told of the newest version of its collection.
#[derive(Clone, Default)]
pub struct Tail(Rc<RefCell<Option<Rc<Collection>>>>);

impl Tail {
    /// Says that the collection has this version now.
    pub fn renew(&self, collection: Option<Rc<Collection>>) {
        *self.0.borrow_mut() = collection;
    }
}

/// Reads a capped collection in its natural order, and what is appended later.
pub struct TailScan {
    cursor: RecordCursor,
    /// The last record that was read.
    last: Option<u64>,
    filter: Option<Filter>,
    tail: Tail,
    statistics: Statistics,
}

impl TailScan {
    /// From the first document of a collection.
    pub fn new(collection: &Collection, filter: Option<Filter>, tail: Tail) -> TailScan {
        TailScan {
            cursor: collection.records.cursor(),
            last: None,
            filter,
            tail,
            statistics: Statistics::default(),
        }
    }

    fn advance(&mut self, context: &Context) -> Result<Option<Row>> {
        loop {
            let Some((record, bytes)) = self.cursor.next_ref()? else {
                if self.go_on()? {
                    continue;
                }
                return Ok(None);
            };
            let matches = match &self.filter {
                Some(filter) => filter.matches(DocumentRef::from_valid(bytes), context)?,
                None => true,
            };
            self.last = Some(record);
            self.statistics.documents_examined += 1;
            if matches {
                let handle = self.cursor.document_before();
                return Ok(handle.map(|handle| Row {
                    document: Document::Stored(handle),
                    record,
                }));
            }
            self.statistics.works += 1;
        }
    }

    /// Moves to a newer version, behind the last record; false if there is none.
    ///
    /// Errors: `CappedPositionLost` (136) when the last record is gone.
    fn go_on(&mut self) -> Result<bool> {
        let newest = self.tail.0.borrow().clone();
        let (Some(newest), Some(last)) = (newest, self.last) else {
            return Ok(false);
        };
        if newest.records.get_ref(last)?.is_none() {
            return Err(Error::new(
                codes::CAPPED_POSITION_LOST,
                "the tailable cursor's position in the capped collection was deleted",
            ));
        }
        let mut cursor = newest.records.cursor();
        cursor.seek_after(last)?;
        self.cursor = cursor;
        self.tail.renew(None);
        Ok(true)
    }
}

impl Stream for TailScan {
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
        out.append("tailable", true);
        out.append("direction", "forward");
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
