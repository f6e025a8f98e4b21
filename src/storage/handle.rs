//! How are keys and values read without copying them?

use std::ops::Deref;
use std::rc::Rc;

use super::node::Node;
use super::packed::Span;

/// The bytes of a value, where they lie in the leaf. Cheap to clone; keeps the leaf alive, so that
/// it stays as it was whatever happens to the tree.
#[derive(Clone)]
pub struct ValueHandle {
    leaf: Rc<Node>,
    start: u32,
    end: u32,
}

/// An entry, where it lies in the leaf; as durable as a [`ValueHandle`].
#[derive(Clone)]
pub struct Entry {
    leaf: Rc<Node>,
    span: Span,
}

/// An entry, borrowed from a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryRef<'a> {
    /// The key.
    pub key: &'a [u8],
    /// The value.
    pub value: &'a [u8],
}

/// Entries that follow one another in one leaf.
#[derive(Clone)]
pub struct LeafEntries {
    pub(super) leaf: Rc<Node>,
    pub(super) from: usize,
    pub(super) to: usize,
}

#[inline]
fn slice(leaf: &Node, start: u32, end: u32) -> &[u8] {
    let bytes = leaf.as_leaf().map(|leaf| leaf.entries.bytes());
    bytes
        .and_then(|bytes| bytes.get(start as usize..end as usize))
        .unwrap_or_default()
}

impl ValueHandle {
    #[inline]
    pub(super) fn new(leaf: Rc<Node>, span: Span) -> ValueHandle {
        ValueHandle {
            leaf,
            start: span.value,
            end: span.end,
        }
    }
}

impl Deref for ValueHandle {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        slice(&self.leaf, self.start, self.end)
    }
}

impl AsRef<[u8]> for ValueHandle {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Entry {
    #[inline]
    pub(super) fn new(leaf: Rc<Node>, span: Span) -> Entry {
        Entry { leaf, span }
    }

    /// The key.
    #[inline]
    pub fn key(&self) -> &[u8] {
        slice(&self.leaf, self.span.key, self.span.value)
    }

    /// The value.
    #[inline]
    pub fn value(&self) -> &[u8] {
        slice(&self.leaf, self.span.value, self.span.end)
    }

    /// The value, as a handle of its own.
    #[inline]
    pub fn into_value(self) -> ValueHandle {
        ValueHandle::new(self.leaf, self.span)
    }
}

impl LeafEntries {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.to - self.from
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.from == self.to
    }

    /// The entries, in the order of their keys (`rev()` for the other order).
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = EntryRef<'_>> {
        let entries = self.leaf.as_leaf().map(|leaf| &leaf.entries);
        entries.into_iter().flat_map(|entries| {
            (self.from..self.to).map(|at| {
                let (key, value) = entries.entry(at);
                EntryRef { key, value }
            })
        })
    }

    /// Turns a value's handle into that of another one of these: without a new owner of the leaf.
    #[inline]
    pub fn show(&self, at: usize, handle: &mut ValueHandle) {
        let entries = self.leaf.as_leaf().map(|leaf| &leaf.entries);
        if let Some(entries) = entries.filter(|_| at < self.len()) {
            let span = entries.span(self.from + at);
            (handle.start, handle.end) = (span.value, span.end);
        }
    }

    /// One of the entries, kept alive on its own.
    pub fn entry(&self, at: usize) -> Option<Entry> {
        let entries = &self.leaf.as_leaf()?.entries;
        let at = self.from + at;
        (at < self.to).then(|| Entry::new(Rc::clone(&self.leaf), entries.span(at)))
    }
}
