//! What a plan can tell of a document beside its fields: where it was found and how it was sorted.

use super::Row;
use super::record_keys::ReadKeys;
use super::sort::SortPattern;
use super::stream::{BoxStream, Statistics, Stream};
use crate::error::Result;
use crate::expression::Context;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Which metadata is asked for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Metadata(u8);

/// The names in the order of their bits.
const NAMES: [&str; 5] = ["indexKey", "recordId", "sortKey", "score", "scoreDetails"];

impl Metadata {
    pub const INDEX_KEY: Metadata = Metadata(1);
    pub const RECORD_ID: Metadata = Metadata(2);
    pub const SORT_KEY: Metadata = Metadata(4);
    pub const SCORE: Metadata = Metadata(8);
    pub const SCORE_DETAILS: Metadata = Metadata(16);
    /// What plans give.
    const OF_PLANS: Metadata = Metadata(7);

    /// What a text of the query language asks for.
    pub fn asked_by(specification: DocumentRef<'_>) -> Metadata {
        let mut found = Metadata::default();
        for (name, value) in specification.iter() {
            found = found.and(match value {
                ValueRef::String(keyword) if name == "$meta" => {
                    let at = NAMES.iter().position(|name| *name == keyword);
                    Metadata(at.map_or(0, |at| 1 << at))
                }
                ValueRef::Document(inner) => Metadata::asked_by(inner),
                ValueRef::Array(list) => Metadata::asked_by(list.as_document()),
                _ => continue,
            });
        }
        found
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Metadata) -> Metadata {
        Metadata(self.0 | other.0)
    }

    /// True if something of the other is in it.
    pub const fn has(self, other: Metadata) -> bool {
        self.0 & other.0 != 0
    }

    /// True if a plan has to give some of it.
    pub const fn is_of_plans(self) -> bool {
        self.has(Metadata::OF_PLANS)
    }

    /// The name of the first of it that is not in the other.
    pub fn missing_in(self, other: Metadata) -> Option<&'static str> {
        let mut names = NAMES.iter().enumerate();
        let missing = self.0 & !other.0;
        names.find_map(|(at, name)| (missing >> at & 1 == 1).then_some(*name))
    }
}

/// Adds metadata to rows.
pub(super) struct Tell {
    input: BoxStream,
    asked: Metadata,
    keys: ReadKeys,
    sort: Option<SortPattern>,
}

impl Tell {
    /// `keys` knows the index that is read, `sort` is the order of the rows if there is one.
    pub(super) fn new(
        input: BoxStream,
        asked: Metadata,
        keys: ReadKeys,
        sort: Option<SortPattern>,
    ) -> Tell {
        Tell {
            input,
            asked,
            keys,
            sort,
        }
    }

    fn told(&mut self, row: Row) -> Result<Row> {
        let mut metadata = DocumentBuf::new();
        if self.asked.has(Metadata::INDEX_KEY)
            && let Some(key) = self.keys.key(row.document.as_ref())?
        {
            metadata.append("indexKey", &key);
        }
        if self.asked.has(Metadata::RECORD_ID) {
            metadata.append("recordId", row.record as i64);
        }
        if self.asked.has(Metadata::SORT_KEY)
            && let Some(sort) = &self.sort
        {
            metadata.append("sortKey", &sort.values(row.document.as_ref())?);
        }
        Ok(Row {
            document: row.document.knowing(metadata),
            record: row.record,
        })
    }
}

// It is no stage of its own to explain: the node below shows in its place.
impl Stream for Tell {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        match self.input.next(context)? {
            None => Ok(None),
            Some(row) => self.told(row).map(Some),
        }
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

    fn skip(&mut self, rows: u64) -> Result<u64> {
        self.input.skip(rows)
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        self.input.inputs()
    }
}
