//! Sort patterns, sort keys, and sorting rows with or without a limit.
//!
//! Source: the manual, "cursor.sort()". An array sorts by its smallest element ascending and its
//! largest descending; missing sorts as null.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Row;
use crate::error::{Error, Result, codes};
use crate::expression::metadata_unavailable;
use crate::index::{IndexField, KeySet, index_keys, sort_key};
use crate::keystring::decode;
use crate::limits;
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// Fields and directions of a sort.
#[derive(Clone)]
pub struct SortPattern {
    pub fields: Vec<IndexField>,
    document: DocumentBuf,
}

impl SortPattern {
    /// Checks a sort document such as `{a: 1, "b.c": -1}`.
    ///
    /// Errors: `BadValue` (2) for more than 32 keys; 15974 for a key that is neither a number nor
    /// a document; 15975 for a number that is neither 1 nor -1; those of [`check_metadata_key`].
    pub fn parse(document: DocumentRef<'_>) -> Result<SortPattern> {
        if document.count() > limits::KEY_FIELDS_MAX {
            return Err(Error::bad_value(
                "too many compound keys: a sort has at most 32",
            ));
        }
        SortPattern::parse_long(document)
    }

    /// As [`SortPattern::parse`], of any number of keys.
    pub fn parse_long(document: DocumentRef<'_>) -> Result<SortPattern> {
        let mut fields: Vec<IndexField> = Vec::new();
        for (name, value) in document.iter() {
            let descending = direction(name, value)?;
            if name.is_empty() {
                return Err(Error::new(
                    40352,
                    "FieldPath cannot be constructed with an empty string",
                ));
            }
            let path = FieldPath::parse_strict(name)?;
            if fields.iter().any(|field| field.path == path) {
                return Err(Error::bad_value(format_args!(
                    "the sort key '{name}' is given twice"
                )));
            }
            fields.push(IndexField::new(path, descending));
        }
        Ok(SortPattern {
            fields,
            document: document.into(),
        })
    }

    /// The pattern as it was written.
    pub fn document(&self) -> &DocumentBuf {
        &self.document
    }

    /// The values that give the document its place; missing ones are null.
    ///
    /// Errors: 171 for parallel arrays.
    pub fn values(&self, document: DocumentRef<'_>) -> Result<ArrayBuf> {
        let mut keys = KeySet::default();
        index_keys(&self.fields, document, &mut keys)?;
        let descending: Vec<bool> = self.fields.iter().map(|field| field.descending).collect();
        match keys.entries.first() {
            None => Ok(ArrayBuf::new()),
            Some(first) => Ok(decode(&first.key, &first.types, &descending)?
                .iter()
                .map(|value| value.as_ref())
                .collect()),
        }
    }

    /// The document's place in the order, as bytes.
    ///
    /// Errors: `BadValue` (2) for parallel arrays.
    pub fn key(
        &self,
        document: DocumentRef<'_>,
        scratch: &mut KeySet,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        sort_key(&self.fields, document, scratch, out).map_err(|error| match error.code() {
            171 => Error::bad_value("cannot sort with keys that are parallel arrays"),
            _ => error,
        })
    }
}

/// Checks a key of a sort that is a document: `{$meta: ...}`.
///
/// Errors: 17312 (another document), `FailedToParse` (9: more keys), 31138 (no metadata to sort by),
/// 40218 for text scores and distances, which nothing gives.
pub fn check_metadata_key(name: &str, meta: DocumentRef<'_>) -> Result<()> {
    let Some(first) = meta.first().filter(|first| first.name == "$meta") else {
        return Err(Error::new(
            17312,
            format_args!("$meta is the only expression supported by $sort right now, at '{name}'"),
        ));
    };
    if meta.count() > 1 {
        return Err(Error::failed_to_parse(
            "Cannot have additional keys in a $meta sort specification",
        ));
    }
    match first.value() {
        ValueRef::String(keyword @ ("textScore" | "geoNearDistance")) => {
            Err(metadata_unavailable(keyword))
        }
        ValueRef::String("searchScore" | "vectorSearchScore" | "score" | "randVal") => Ok(()),
        other => Err(Error::new(
            31138,
            format_args!("Illegal $meta sort: $meta: {other}"),
        )),
    }
}

fn direction(name: &str, value: ValueRef<'_>) -> Result<bool> {
    if let ValueRef::Document(meta) = value {
        check_metadata_key(name, meta)?;
        return Err(Error::new(
            codes::COMMAND_NOT_SUPPORTED,
            "sorting by $meta is only supported by the stage $sort",
        ));
    }
    match value.to_i64_coerced() {
        None => Err(Error::new(
            15974,
            format_args!("Illegal key in $sort specification: {name}: {value}"),
        )),
        Some(1) => Ok(false),
        Some(-1) => Ok(true),
        Some(_) => Err(Error::new(
            15975,
            "$sort key ordering must be 1 (for ascending) or -1 (for descending)",
        )),
    }
}

/// The beginning of a key as a number: comparing these first parts most keys without a call.
#[inline]
pub fn key_head(key: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = key.len().min(8);
    first[..length].copy_from_slice(&key[..length]);
    u64::from_be_bytes(first)
}

/// A row with its place. The first eight bytes of the key are compared as one number.
struct Entry {
    head: u64,
    key: Vec<u8>,
    /// The number of rows that came before: equal keys keep their order.
    sequence: u64,
    row: Row,
}

impl Entry {
    fn place(&self) -> (u64, &[u8], u64) {
        (self.head, &self.key, self.sequence)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        self.place().cmp(&other.place())
    }
}

/// Collects rows and gives them in order; with a limit it keeps only the first ones.
pub struct Sorter {
    pattern: SortPattern,
    limit: Option<usize>,
    entries: BinaryHeap<Entry>,
    sorted: std::vec::IntoIter<Entry>,
    sequence: u64,
    memory_bytes: usize,
    /// Of all documents that were taken in, stored ones too.
    sorted_bytes: usize,
    scratch: KeySet,
    key: Vec<u8>,
}

impl Sorter {
    /// Keeps the first `limit` rows, or all.
    pub fn new(pattern: SortPattern, limit: Option<u64>) -> Sorter {
        Sorter {
            pattern,
            limit: limit.and_then(|limit| usize::try_from(limit).ok()),
            entries: BinaryHeap::new(),
            sorted: Vec::new().into_iter(),
            sequence: 0,
            memory_bytes: 0,
            sorted_bytes: 0,
            scratch: KeySet::default(),
            key: Vec::new(),
        }
    }

    /// The pattern it sorts by.
    pub fn pattern(&self) -> &SortPattern {
        &self.pattern
    }

    /// Takes a row in.
    ///
    /// Errors: `QueryExceededMemoryLimitNoDiskUseAllowed` (292) when computed documents and keys
    /// take more than 100 MB; `BadValue` (2) for parallel arrays.
    pub fn add(&mut self, row: Row) -> Result<()> {
        self.key.clear();
        self.pattern
            .key(row.document.as_ref(), &mut self.scratch, &mut self.key)?;
        self.add_keyed(row)
    }

    /// As [`Sorter::add`], where another document stands in for the row's in the order.
    pub fn add_by(&mut self, row: Row, document: DocumentRef<'_>) -> Result<()> {
        self.key.clear();
        self.pattern
            .key(document, &mut self.scratch, &mut self.key)?;
        self.add_keyed(row)
    }

    #[inline]
    fn add_keyed(&mut self, row: Row) -> Result<()> {
        let head = key_head(&self.key);
        let sequence = self.sequence;
        self.sequence += 1;
        self.sorted_bytes += row.document.as_ref().as_bytes().len();
        if self.limit == Some(self.entries.len()) {
            // A later row of an equal key comes after, so only a smaller key gets in.
            let gets_in = self
                .entries
                .peek()
                .is_some_and(|last| (head, self.key.as_slice()) < (last.head, last.key.as_slice()));
            if !gets_in {
                return Ok(());
            }
            if let Some(last) = self.entries.pop() {
                self.memory_bytes -= last.row.document.owned_bytes() + last.key.len();
            }
        }
        self.memory_bytes += row.document.owned_bytes() + self.key.len();
        if self.memory_bytes > limits::STAGE_MEMORY_BYTES_MAX {
            return Err(Error::new(
                codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                "Sort exceeded memory limit of 104857600 bytes, and there is no disk to use",
            ));
        }
        self.entries.push(Entry {
            head,
            key: self.key.clone(),
            sequence,
            row,
        });
        Ok(())
    }

    /// To be called after the last row and before [`Sorter::next`].
    pub fn finish(&mut self) {
        self.sorted = std::mem::take(&mut self.entries)
            .into_sorted_vec()
            .into_iter();
    }

    /// The size of the documents that were taken in.
    pub fn sorted_bytes(&self) -> usize {
        self.sorted_bytes
    }

    /// The next row in order.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Row> {
        self.sorted.next().map(|entry| entry.row)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sorted(pattern: &[(&str, i32)], limit: Option<u64>, values: &[i32]) -> Vec<i32> {
        let mut document = DocumentBuf::new();
        pattern
            .iter()
            .for_each(|(name, direction)| document.append(name, *direction));
        let mut sorter = Sorter::new(SortPattern::parse(document.as_ref()).unwrap(), limit);
        for &value in values {
            let mut row = DocumentBuf::new();
            row.append("a", value % 10);
            row.append("v", value);
            sorter.add(row.into()).unwrap();
        }
        sorter.finish();
        let value = |row: Row| match row.document.as_ref().get("v") {
            Some(ValueRef::Int32(value)) => value,
            _ => -1,
        };
        std::iter::from_fn(|| sorter.next()).map(value).collect()
    }

    #[test]
    fn sorts_and_keeps_the_order_of_equals() {
        assert_eq!(
            sorted(&[("a", 1)], None, &[31, 12, 21, 11]),
            [31, 21, 11, 12]
        );
        assert_eq!(sorted(&[("a", -1)], None, &[31, 12, 21]), [12, 31, 21]);
        assert_eq!(
            sorted(&[("a", 1), ("v", -1)], Some(2), &[11, 12, 21, 31]),
            [31, 21]
        );
        assert_eq!(sorted(&[("a", 1)], Some(2), &[31, 12, 21, 11]), [31, 21]);
    }

    #[test]
    fn bad_patterns_are_refused() {
        let check = |value: ValueRef<'_>, code: i32| {
            let mut document = DocumentBuf::new();
            document.append("a", value);
            assert_eq!(
                SortPattern::parse(document.as_ref()).err().unwrap().code(),
                code
            );
        };
        check(ValueRef::Int32(2), 15975);
        check(ValueRef::String("x"), 15974);
    }
}
