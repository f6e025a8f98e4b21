//! Open cursors: streams over snapshots, held from one batch to the next.

use std::collections::VecDeque;

use super::sessions::SessionId;
use crate::catalog::Namespace;
use crate::env::Env;
use crate::error::{Error, Result, codes};
use crate::expression::Context;
use crate::limits;
use crate::ordered::OrderedMap;
use crate::plan::{BoxStream, Document, Tail};

/// A result that is read in batches.
pub struct Cursor {
    pub namespace: Namespace,
    stream: BoxStream,
    context: Context,
    /// Read from the stream but not yet given: what a fault or a full batch left over.
    pending: VecDeque<Document>,
    is_end: bool,
    /// For cursors that stay open at their end.
    pub tailing: Option<Tailing>,
    /// Why the cursor cannot go on.
    killed: Option<&'static str>,
    last_used_ms: i64,
    /// Whether it is kept however long nobody reads it.
    pub is_kept: bool,
    /// What was left of the time limit after the last batch: between batches it stands still.
    left_ms: Option<f64>,
    /// The session of the command that opened it.
    session: Option<SessionId>,
}

/// What a tailable cursor knows.
pub struct Tailing {
    pub tail: Tail,
    /// Whether its getMore may wait for data.
    pub awaits: bool,
    /// The documents that its limit leaves.
    pub left: Option<u64>,
}

/// One batch.
pub struct Batch {
    pub documents: Vec<Document>,
    /// True when nothing follows.
    pub is_last: bool,
}

impl Cursor {
    /// A cursor at the start of a stream.
    pub fn new(namespace: Namespace, stream: BoxStream, context: Context) -> Cursor {
        let last_used_ms = context.now_ms;
        let pending = VecDeque::new();
        Cursor {
            namespace,
            stream,
            context,
            pending,
            is_end: false,
            tailing: None,
            killed: None,
            last_used_ms,
            is_kept: false,
            left_ms: None,
            session: None,
        }
    }

    /// The stream, for explain.
    pub fn stream(&self) -> &BoxStream {
        &self.stream
    }

    /// The next batch of at most `count` documents (no limit if `None`) and 16 MiB. After a fault
    /// the call can be repeated.
    ///
    /// Errors: `QueryPlanKilled` (175), `MaxTimeMSExpired` (50) when all batches together took too
    /// long, those of the stream.
    pub fn batch(&mut self, count: Option<usize>) -> Result<Batch> {
        let Some(limit) = self.context.time_limit.clone() else {
            return self.read(count);
        };
        if let Some(left_ms) = self.left_ms.take() {
            limit.resume(left_ms);
            limit.check()?;
        }
        let batch = self.read(count);
        self.left_ms = Some(limit.left_ms());
        batch
    }

    fn read(&mut self, count: Option<usize>) -> Result<Batch> {
        if let Some(why) = self.killed {
            return Err(Error::new(
                codes::QUERY_PLAN_KILLED,
                format_args!("the cursor was ended: {why}"),
            ));
        }
        let count = count.unwrap_or(usize::MAX);
        let mut bytes: usize = self
            .pending
            .iter()
            .map(|document| document.as_ref().as_bytes().len())
            .sum();
        while self.pending.len() < count && bytes < limits::BATCH_BYTES_MAX && !self.is_end {
            match self.stream.next(&self.context)? {
                Some(row) => {
                    let size = row.document.as_ref().as_bytes().len();
                    check_size(size)?;
                    bytes += size;
                    self.pending.push_back(row.document);
                }
                None if self.tailing.is_some() => break,
                None => self.is_end = true,
            }
        }
        let mut documents: Vec<Document> = Vec::with_capacity(self.pending.len().min(count));
        let mut bytes = 0;
        while documents.len() < count {
            let Some(next) = self.pending.front() else {
                break;
            };
            // At least one, however large.
            bytes += next.as_ref().as_bytes().len();
            if bytes > limits::BATCH_BYTES_MAX && !documents.is_empty() {
                break;
            }
            documents.extend(self.pending.pop_front());
        }
        if let Some(left) = self
            .tailing
            .as_mut()
            .and_then(|tailing| tailing.left.as_mut())
        {
            *left = left.saturating_sub(documents.len() as u64);
            self.is_end = *left == 0;
        }
        Ok(Batch {
            documents,
            is_last: self.is_end && self.pending.is_empty(),
        })
    }
}

/// Between stages a document may be larger; what leaves them may not.
///
/// Errors: `BSONObjectTooLarge` (10334).
pub fn check_size(size: usize) -> Result<()> {
    if size <= limits::INTERNAL_DOCUMENT_BYTES_MAX {
        return Ok(());
    }
    Err(Error::new(
        codes::BSON_OBJECT_TOO_LARGE,
        format_args!("a result of {size} bytes is larger than 16 MB"),
    ))
}

/// All open cursors.
#[derive(Default)]
pub struct Cursors {
    open: OrderedMap<i64, Cursor>,
    /// How many were closed because nobody read them.
    timed_out: u64,
    /// The session of the command that runs.
    session: Option<SessionId>,
}

/// See [`Cursors::held`].
pub struct Held {
    pub timed_out: u64,
    /// Cursors that are kept however long nobody reads them.
    pub kept: usize,
    /// When the one that was not read for longest was read.
    pub oldest_use_ms: Option<i64>,
    /// Bytes of documents that were read and not given yet.
    pub buffered_bytes: usize,
}

impl Cursors {
    /// Keeps a cursor; gives its id, which is never zero.
    pub fn open(&mut self, mut cursor: Cursor, env: &dyn Env) -> i64 {
        cursor.session = self.session;
        loop {
            // 53 bits, so that the id is a whole number in JavaScript too.
            let id = (env.random() >> 11) as i64;
            if id != 0 && !self.open.contains_key(&id) {
                self.open.insert(id, cursor);
                return id;
            }
        }
    }

    /// Ends the cursors on a collection that is gone: their next batch says why.
    pub fn kill(&mut self, namespace: &Namespace, why: &'static str) {
        for cursor in self
            .open
            .values_mut()
            .filter(|cursor| cursor.namespace == *namespace)
        {
            cursor.killed = Some(why);
        }
    }

    /// Says in which session the commands from here on run.
    pub fn enter_session(&mut self, session: Option<SessionId>) {
        self.session = session;
    }

    /// Closes the cursors of sessions that `ends` says end.
    pub fn close_sessions(&mut self, ends: impl Fn(&SessionId) -> bool) {
        self.open
            .retain(|_, cursor| !cursor.session.as_ref().is_some_and(&ends));
    }

    /// The cursor with this id, for a command of the session that opened it.
    ///
    /// Errors: `CursorNotFound` (43), 50738 for a cursor of another session.
    pub fn get(&mut self, id: i64, now_ms: i64) -> Result<&mut Cursor> {
        match self.open.get_mut(&id) {
            Some(cursor) if cursor.session != self.session => Err(Error::new(
                50738,
                format_args!("cursor id {id} belongs to another session"),
            )),
            Some(cursor) => {
                cursor.last_used_ms = now_ms;
                Ok(cursor)
            }
            None => Err(Error::new(
                codes::CURSOR_NOT_FOUND,
                format_args!("cursor id {id} not found"),
            )),
        }
    }

    /// Closes a cursor; true if it was open.
    pub fn close(&mut self, id: i64) -> bool {
        self.open.remove(&id).is_some()
    }

    /// True if a cursor with this id is open.
    pub fn is_open(&self, id: i64) -> bool {
        self.open.contains_key(&id)
    }

    /// The namespace of an open cursor.
    pub fn namespace(&self, id: i64) -> Option<&Namespace> {
        self.open.get(&id).map(|cursor| &cursor.namespace)
    }

    /// Closes the cursors that were idle for so long, but for those that are to be kept.
    pub fn close_idle(&mut self, now_ms: i64, idle_ms_max: i64) {
        let before = self.open.len();
        self.open
            .retain(|_, cursor| cursor.is_kept || now_ms - cursor.last_used_ms < idle_ms_max);
        self.timed_out += (before - self.open.len()) as u64;
    }

    /// What the open cursors keep from being given back.
    pub fn held(&self) -> Held {
        let open = || self.open.values();
        let buffered = open().flat_map(|cursor| &cursor.pending);
        Held {
            timed_out: self.timed_out,
            kept: open().filter(|cursor| cursor.is_kept).count(),
            oldest_use_ms: open().map(|cursor| cursor.last_used_ms).min(),
            buffered_bytes: buffered.map(|one| one.as_ref().as_bytes().len()).sum(),
        }
    }

    /// The number of open cursors.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// True when none is open.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}
