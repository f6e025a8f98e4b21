//! One change, written and read.

use crate::error::{Error, Result, codes};
use crate::limits;
use crate::value::{DocumentRef, validate};

/// One change of one collection, which is named by its id.
#[derive(Clone, Copy)]
pub enum Change<'a> {
    /// A new document at a record id.
    Insert {
        collection: u64,
        record: u64,
        document: DocumentRef<'a>,
    },
    /// The whole new content of a record.
    Update {
        collection: u64,
        record: u64,
        document: DocumentRef<'a>,
    },
    /// A record is gone.
    Delete { collection: u64, record: u64 },
    /// A new collection or view, as the catalog describes it (without documents).
    CreateCollection {
        collection: u64,
        description: DocumentRef<'a>,
    },
    /// A collection is gone, with its documents and indexes.
    DropCollection { collection: u64 },
    /// `{to: "database.collection"}`.
    RenameCollection {
        collection: u64,
        to: DocumentRef<'a>,
    },
    /// A new index, built over the documents there are, or other properties of the one with this
    /// name.
    CreateIndex {
        collection: u64,
        description: DocumentRef<'a>,
    },
    /// `{name: ...}`.
    DropIndex {
        collection: u64,
        name: DocumentRef<'a>,
    },
    /// A collection or view has other options: all of it, as the catalog describes it.
    ModifyCollection {
        collection: u64,
        description: DocumentRef<'a>,
    },
    /// What was answered to the command that made this commit.
    Answer { answer: DocumentRef<'a> },
}

const INSERT: u8 = 1;
const UPDATE: u8 = 2;
const DELETE: u8 = 3;
const CREATE_COLLECTION: u8 = 4;
const DROP_COLLECTION: u8 = 5;
const RENAME_COLLECTION: u8 = 6;
const CREATE_INDEX: u8 = 7;
const DROP_INDEX: u8 = 8;
const MODIFY_COLLECTION: u8 = 9;
const ANSWER: u8 = 10;

/// Collects the changes of a commit.
#[derive(Default)]
pub struct ChangeWriter {
    bytes: Vec<u8>,
}

impl ChangeWriter {
    /// Appends a change.
    pub fn push(&mut self, change: Change<'_>) {
        match change {
            Change::Insert {
                collection,
                record,
                document,
            } => {
                self.head(INSERT, collection);
                self.bytes.extend_from_slice(&record.to_le_bytes());
                self.document(document);
            }
            Change::Update {
                collection,
                record,
                document,
            } => {
                self.head(UPDATE, collection);
                self.bytes.extend_from_slice(&record.to_le_bytes());
                self.document(document);
            }
            Change::Delete { collection, record } => {
                self.head(DELETE, collection);
                self.bytes.extend_from_slice(&record.to_le_bytes());
            }
            Change::CreateCollection {
                collection,
                description,
            } => {
                self.head(CREATE_COLLECTION, collection);
                self.document(description);
            }
            Change::DropCollection { collection } => self.head(DROP_COLLECTION, collection),
            Change::RenameCollection { collection, to } => {
                self.head(RENAME_COLLECTION, collection);
                self.document(to);
            }
            Change::CreateIndex {
                collection,
                description,
            } => {
                self.head(CREATE_INDEX, collection);
                self.document(description);
            }
            Change::DropIndex { collection, name } => {
                self.head(DROP_INDEX, collection);
                self.document(name);
            }
            Change::ModifyCollection {
                collection,
                description,
            } => {
                self.head(MODIFY_COLLECTION, collection);
                self.document(description);
            }
            Change::Answer { answer } => {
                self.head(ANSWER, 0);
                self.document(answer);
            }
        }
    }

    /// True when nothing changed.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The changes' bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn head(&mut self, tag: u8, collection: u64) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&collection.to_le_bytes());
    }

    /// A document's own first four bytes are its length.
    fn document(&mut self, document: DocumentRef<'_>) {
        self.bytes.extend_from_slice(document.as_bytes());
    }
}

/// Reads the changes of a commit back, checking every byte.
pub struct ChangeReader<'a> {
    rest: &'a [u8],
}

impl<'a> ChangeReader<'a> {
    /// Over the bytes of a [`ChangeWriter`].
    pub fn new(bytes: &'a [u8]) -> ChangeReader<'a> {
        ChangeReader { rest: bytes }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let taken = self.rest.get(..count).ok_or_else(damaged)?;
        self.rest = &self.rest[count..];
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64> {
        let bytes = self.take(8)?.first_chunk::<8>().ok_or_else(damaged)?;
        Ok(u64::from_le_bytes(*bytes))
    }

    fn document(&mut self) -> Result<DocumentRef<'a>> {
        let head = self.rest.first_chunk::<4>().ok_or_else(damaged)?;
        let bytes = self.take(u32::from_le_bytes(*head) as usize)?;
        // Twice the depth of a command: what was stored may be nested inside a description.
        validate(bytes, 2 * limits::NESTING_DEPTH_MAX).map_err(|_| damaged())
    }

    fn read(&mut self) -> Result<Change<'a>> {
        let tag = self.take(1)?[0];
        let collection = self.number()?;
        Ok(match tag {
            INSERT => Change::Insert {
                collection,
                record: self.number()?,
                document: self.document()?,
            },
            UPDATE => Change::Update {
                collection,
                record: self.number()?,
                document: self.document()?,
            },
            DELETE => Change::Delete {
                collection,
                record: self.number()?,
            },
            CREATE_COLLECTION => Change::CreateCollection {
                collection,
                description: self.document()?,
            },
            DROP_COLLECTION => Change::DropCollection { collection },
            RENAME_COLLECTION => Change::RenameCollection {
                collection,
                to: self.document()?,
            },
            CREATE_INDEX => Change::CreateIndex {
                collection,
                description: self.document()?,
            },
            DROP_INDEX => Change::DropIndex {
                collection,
                name: self.document()?,
            },
            MODIFY_COLLECTION => Change::ModifyCollection {
                collection,
                description: self.document()?,
            },
            ANSWER => Change::Answer {
                answer: self.document()?,
            },
            _ => return Err(damaged()),
        })
    }
}

impl<'a> Iterator for ChangeReader<'a> {
    type Item = Result<Change<'a>>;

    fn next(&mut self) -> Option<Result<Change<'a>>> {
        if self.rest.is_empty() {
            return None;
        }
        let change = self.read();
        if change.is_err() {
            self.rest = &[];
        }
        Some(change)
    }
}

#[cold]
fn damaged() -> Error {
    Error::new(
        codes::DATA_CORRUPTION_DETECTED,
        "the change log holds bytes that cannot be read",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::value::DocumentBuf;

    #[test]
    fn changes_are_read_back_and_cuts_are_noticed() {
        let mut document = DocumentBuf::new();
        document.append("a", 1);
        let view = document.as_ref();
        let mut writer = ChangeWriter::default();
        writer.push(Change::CreateCollection {
            collection: 3,
            description: view,
        });
        writer.push(Change::Insert {
            collection: 3,
            record: 9,
            document: view,
        });
        writer.push(Change::Delete {
            collection: 3,
            record: 9,
        });
        let bytes = writer.into_bytes();
        let changes: Vec<_> = ChangeReader::new(&bytes).collect::<Result<_>>().unwrap();
        assert_eq!(changes.len(), 3);
        assert!(
            matches!(changes[1], Change::Insert { collection: 3, record: 9, document } if document.as_bytes() == view.as_bytes())
        );
        let whole = |end: usize| ChangeReader::new(&bytes[..end]).all(|change| change.is_ok());
        assert_eq!((1..bytes.len()).filter(|&end| whole(end)).count(), 2);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(0u8.., 0..80)) {
            ChangeReader::new(&bytes).for_each(|change| drop(change.err()));
        }
    }
}
