//! How does a node lie in the bytes of a page?
//!
//! ```text
//!  0       1       2               4                               8
//! +-------+-------+---------------+-------------------------------+----------------
//! | kind  | level | 0           0 | count, u32 little-endian      | entries ...
//! +-------+-------+---------------+-------------------------------+----------------
//!   'L'     0                       entries of the leaf
//!   'I'     1..                     children of the inner node
//!
//! an entry
//! +---------+-----------+-----------+--------------+
//! | key_len | value_len | key bytes | value bytes  |    lengths: 7 bits per byte, lowest first,
//! +---------+-----------+-----------+--------------+    high bit set on all but the last byte
//! ```
//!
//! Entries follow one another in strictly ascending order of their keys (memcmp) and fill the page
//! to its end. A page has no fixed size: it is as long as its entries, and the tree bounds it (an
//! entry longer than the bound has a leaf of its own).
//!
//! In an inner node the key is the separator before the child (empty for the first child) and the
//! value is
//!
//! ```text
//!  0                               8                              16
//! +-------------------------------+-------------------------------+
//! | page of the child, u64 LE     | entries below it, u64 LE      |     neither is ever 0
//! +-------------------------------+-------------------------------+
//! ```
//!
//! There is no array of offsets: decoding has to look at every entry anyway to know that it is
//! whole and in order, and finds the offsets on the way. The same content always gives the same
//! bytes. Checksums are not here but around the page, where it is stored.

use super::node::{Child, Content, Inner, Leaf, Node};
use super::packed::Packed;
use crate::error::PageId;

/// Bytes before the first entry.
pub(super) const HEADER_BYTES: usize = 8;
/// Bytes of a child's value in an inner page.
const CHILD_VALUE_BYTES: usize = 16;
/// A tree of this height cannot be filled.
const LEVEL_MAX: u8 = 32;

const LEAF: u8 = b'L';
const INNER: u8 = b'I';

/// Bytes of an inner page with this many children and bytes of separators (as entries without a
/// value).
pub(super) fn inner_size(separators: usize, children: usize) -> usize {
    HEADER_BYTES + separators + children * CHILD_VALUE_BYTES + 2
}

/// The page of a leaf.
pub(super) fn encode_leaf(leaf: &Leaf) -> Vec<u8> {
    let mut out = Vec::with_capacity(leaf.size());
    push_header(&mut out, LEAF, 0, leaf.entries.len());
    leaf.entries.write_to(&mut out);
    out
}

/// The page of an inner node whose children lie on `pages`.
pub(super) fn encode_inner(inner: &Inner, pages: &[PageId]) -> Vec<u8> {
    let mut entries = Packed::default();
    let mut value = [0; CHILD_VALUE_BYTES];
    for (at, (child, page)) in inner.children.iter().zip(pages).enumerate() {
        value[..8].copy_from_slice(&page.to_le_bytes());
        value[8..].copy_from_slice(&child.count.to_le_bytes());
        let separator = if at == 0 {
            &[]
        } else {
            inner.separators.key(at - 1)
        };
        entries.insert(at, separator, &value);
    }
    let mut out = Vec::with_capacity(inner.size());
    push_header(&mut out, INNER, inner.level, inner.children.len());
    entries.write_to(&mut out);
    out
}

fn push_header(out: &mut Vec<u8>, kind: u8, level: u8, count: usize) {
    out.extend_from_slice(&[kind, level, 0, 0]);
    out.extend_from_slice(&(count as u32).to_le_bytes());
}

/// The node that a page holds; `None` when the bytes are not those of a page. Takes any bytes.
pub(super) fn decode(bytes: &[u8]) -> Option<Content> {
    let (header, body) = bytes.split_first_chunk::<HEADER_BYTES>()?;
    let [kind, level, 0, 0, count @ ..] = *header else {
        return None;
    };
    let count = u32::from_le_bytes(count) as usize;
    if count == 0 {
        return None;
    }
    let entries = Packed::decode(body, count)?;
    match (kind, level) {
        (LEAF, 0) => Some(Content::Leaf(Leaf { entries, run: 0 })),
        (INNER, 1..=LEVEL_MAX) => decode_inner(level, &entries).map(Content::Inner),
        _ => None,
    }
}

fn decode_inner(level: u8, entries: &Packed) -> Option<Inner> {
    let mut separators = Packed::default();
    let mut children = Vec::with_capacity(entries.len());
    let mut total = 0u64;
    for at in 0..entries.len() {
        let (separator, value) = entries.entry(at);
        let (page, count) = value.split_first_chunk::<8>()?;
        let page = u64::from_le_bytes(*page);
        let count = u64::from_le_bytes(count.try_into().ok()?);
        total = total.checked_add(count)?;
        if page == 0 || count == 0 || separator.is_empty() != (at == 0) {
            return None;
        }
        if at > 0 {
            separators.insert(at - 1, separator, &[]);
        }
        children.push(Child {
            node: Node::stored(page),
            count,
        });
    }
    Some(Inner {
        level,
        separators,
        children,
    })
}
