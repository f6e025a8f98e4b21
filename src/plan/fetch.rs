//! FETCH: the documents of the records that an index gave, filtered.

use super::stream::{BoxStream, Sink, Statistics, Stream, drain, note};
use super::{Document, Filter, Row, parsed_query};
use crate::error::Result;
use crate::expression::Context;
use crate::storage::RecordStore;
use crate::value::DocumentBuf;

/// Looks up records.
pub struct Fetch {
    input: BoxStream,
    records: RecordStore,
    filter: Option<Filter>,
    /// A record that the input gave but whose document is still to be read.
    pending: Option<u64>,
    /// The name of the index on `_id`, when one value of it is all that is asked for.
    express: Option<String>,
    statistics: Statistics,
}

impl Fetch {
    /// Gives the rows that pass the filter.
    pub fn new(input: BoxStream, records: &RecordStore, filter: Option<Filter>) -> Fetch {
        let records = records.clone();
        Fetch {
            input,
            records,
            filter,
            pending: None,
            express: None,
            statistics: Statistics::default(),
        }
    }

    /// Makes explain show this node and the scan of the index on `_id` below it as one.
    #[must_use]
    pub fn express(mut self, index: Option<String>) -> Fetch {
        self.express = index;
        self
    }

    fn advance(&mut self, context: &Context) -> Result<Option<Row>> {
        loop {
            let record = match self.pending.take() {
                Some(record) => record,
                None => match self.input.next(context)? {
                    Some(row) => row.record,
                    None => return Ok(None),
                },
            };
            let found = match self.records.get(record) {
                Ok(found) => found,
                Err(error) => {
                    self.pending = Some(record);
                    return Err(self.fault_for_all(record, error));
                }
            };
            self.statistics.documents_examined += 1;
            // Index and records are of one version, so the record is there.
            let Some(handle) = found else { continue };
            let document = Document::Stored(handle);
            let matches = match &self.filter {
                Some(filter) => filter.matches(document.as_ref(), context)?,
                None => true,
            };
            if matches {
                return Ok(Some(Row { document, record }));
            }
            self.statistics.works += 1;
        }
    }

    /// Instead of one missing page, all that the next records need.
    #[cold]
    fn fault_for_all(&self, record: u64, error: crate::error::Error) -> crate::error::Error {
        let mut records = vec![record];
        self.input.upcoming(&mut records);
        self.records.prefetch(&records).err().unwrap_or(error)
    }
}

impl Stream for Fetch {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        let row = self.advance(context)?;
        note(&mut self.statistics, &row);
        Ok(row)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        if let Some(index) = &self.express {
            out.append("stage", "EXPRESS_IXSCAN");
            out.append("keyPattern", "{ _id: 1 }");
            out.append("indexName", index.as_str());
            return;
        }
        out.append("stage", "FETCH");
        if let Some(filter) = &self.filter {
            out.append("filter", &parsed_query(filter.source()));
        }
    }

    fn statistics(&self) -> Statistics {
        let below = match self.express {
            Some(_) => self.input.statistics().keys_examined,
            None => 0,
        };
        Statistics {
            keys_examined: below,
            ..self.statistics
        }
    }

    fn skip(&mut self, rows: u64) -> Result<u64> {
        match self.filter {
            None => self.input.skip(rows),
            Some(_) => Ok(0),
        }
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        match self.express {
            Some(_) => Vec::new(),
            None => vec![self.input.as_ref()],
        }
    }
}

/// Filters rows that have documents already: those a covering index scan built.
pub struct Select {
    input: BoxStream,
    filter: Filter,
    statistics: Statistics,
}

impl Select {
    /// Gives the rows that pass the filter.
    pub fn new(input: BoxStream, filter: Filter) -> Select {
        Select {
            input,
            filter,
            statistics: Statistics::default(),
        }
    }
}

impl Stream for Select {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        loop {
            let row = self.input.next(context)?;
            let matches = match &row {
                Some(row) => self.filter.matches(row.document.as_ref(), context)?,
                None => true,
            };
            if matches {
                note(&mut self.statistics, &row);
                return Ok(row);
            }
            self.statistics.works += 1;
        }
    }

    fn try_drain(&mut self, context: &Context, sink: &mut Sink<'_>) -> Result<bool> {
        let (filter, statistics) = (&self.filter, &mut self.statistics);
        drain(self.input.as_mut(), context, &mut |document| {
            statistics.works += 1;
            if !filter.matches(document.as_ref(), context)? {
                return Ok(());
            }
            statistics.advanced += 1;
            sink(document)
        })?;
        note(statistics, &None);
        Ok(true)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", "MATCH");
        out.append("filter", &parsed_query(self.filter.source()));
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
    }
}
