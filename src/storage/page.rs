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
/// The last number a page may have: with its chunks' numbers it stays below 2^53.
pub const PAGE_ID_MAX: PageId = (1 << 43) - 1;
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
        (LEAF, 0) => Some(Content::Leaf(Leaf {
            entries,
            ..Leaf::default()
        })),
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
        if page == 0 || page > PAGE_ID_MAX || count == 0 || separator.is_empty() != (at == 0) {
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

/// What a page says of its place in a tree.
pub struct Outline {
    /// The pages right below; none for a leaf.
    pub children: Vec<PageId>,
    /// Entries on it and below.
    pub count: u64,
    /// The first key and value of a leaf.
    pub first: Option<(Vec<u8>, Vec<u8>)>,
}

/// The outline of a page; `None` when the bytes are not those of a page.
pub fn outline(bytes: &[u8]) -> Option<Outline> {
    Some(match decode(bytes)? {
        Content::Leaf(leaf) => {
            let (key, value) = leaf.entries.entry(0);
            Outline {
                children: Vec::new(),
                count: leaf.entries.len() as u64,
                first: Some((key.to_vec(), value.to_vec())),
            }
        }
        Content::Inner(inner) => Outline {
            children: inner
                .children
                .iter()
                .map(|child| child.node.page())
                .collect(),
            count: inner.children.iter().map(|child| child.count).sum(),
            first: None,
        },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::codes;
    use crate::storage::{Pager, Root, Tree};

    /// The pages of a tree, the root last, and what opens them.
    fn pages_of(tree: &Tree) -> (Vec<(PageId, Vec<u8>)>, Root) {
        let (mut last, mut pages) = (0, Vec::new());
        let mut allocate = || {
            last += 1;
            last
        };
        let mut write = |page, bytes| {
            pages.push((page, bytes));
            Ok(())
        };
        let root = tree.prepare(&mut allocate, &mut write).unwrap().root();
        (pages, root)
    }

    fn sample(page_bytes: usize) -> Tree {
        let mut tree = Tree::with_page_bytes(&Pager::new(), page_bytes);
        for number in 0..40u8 {
            tree.put(&[number / 3, number], &[number; 5]).unwrap();
        }
        tree
    }

    #[test]
    fn pages_are_as_drawn() {
        let mut tree = Tree::with_page_bytes(&Pager::new(), 32);
        for (key, value) in [("ab", "one"), ("ac", ""), ("b", "a value of twenty two.")] {
            tree.put(key.as_bytes(), value.as_bytes()).unwrap();
        }
        let (pages, root) = pages_of(&tree);
        assert_eq!(
            root,
            Root {
                page: 3,
                count: 3,
                data_bytes: 30
            }
        );
        assert_eq!(pages[0].1, b"L\0\0\0\x02\0\0\0\x02\x03abone\x02\0ac");
        assert_eq!(
            pages[1].1,
            b"L\0\0\0\x01\0\0\0\x01\x16ba value of twenty two."
        );
        let inner = b"I\x01\0\0\x02\0\0\0\
            \0\x10\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\
            \x01\x10b\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0";
        assert_eq!(pages[2].1, inner);
    }

    /// Reads all of a tree whose pages may hold anything.
    fn read_all(pages: &[(PageId, Vec<u8>)], root: Root) {
        let pager = Pager::new();
        for (page, bytes) in pages {
            let _ = pager.supply(*page, bytes);
        }
        let mut tree = Tree::open(&pager, 60, root);
        let mut cursor = tree.cursor();
        for _ in 0..100 {
            match cursor.next() {
                Ok(Some(entry)) => assert!(entry.key().len() + entry.value().len() < 300),
                Ok(None) => break,
                Err(error) => {
                    let damaged = error.code() == codes::DATA_CORRUPTION_DETECTED;
                    assert!(damaged || error.is_fault());
                    break;
                }
            }
        }
        for number in (0..40u8).step_by(7) {
            let key = [number / 3, number];
            let _ = (tree.get(&key).is_ok(), tree.rank(&key).is_ok());
            let _ = (
                cursor.seek_to_position(number.into()).is_ok(),
                cursor.previous().is_ok(),
            );
            let _ = (tree.remove(&key).is_ok(), tree.put(&key, &[1; 50]).is_ok());
        }
    }

    /// A page that decodes is written again byte for byte.
    fn check_canonical(bytes: &[u8]) {
        let again = match decode(bytes) {
            Some(Content::Leaf(leaf)) => encode_leaf(&leaf),
            Some(Content::Inner(inner)) => {
                let pages: Vec<_> = inner
                    .children
                    .iter()
                    .map(|child| child.node.page())
                    .collect();
                encode_inner(&inner, &pages)
            }
            None => return,
        };
        assert_eq!(again, bytes);
    }

    #[test]
    fn every_cut_of_a_page_is_refused() {
        let (pages, _) = pages_of(&sample(60));
        for (page, bytes) in pages {
            check_canonical(&bytes);
            for len in 0..bytes.len() {
                let pager = Pager::new();
                let error = pager.supply(page, &bytes[..len]).unwrap_err();
                assert_eq!(error.code(), codes::DATA_CORRUPTION_DETECTED);
            }
        }
    }

    #[test]
    fn a_damaged_page_is_an_error_and_the_rest_stays_readable() {
        let (pages, root) = pages_of(&sample(60));
        let pager = Pager::new();
        for (page, bytes) in &pages[1..] {
            pager.supply(*page, bytes).unwrap();
        }
        assert!(pager.supply(pages[0].0, b"L").is_err());
        let tree = Tree::open(&pager, 60, root);
        for _ in 0..2 {
            let error = tree.get(&[0, 0]).err().unwrap();
            assert_eq!(error.code(), codes::DATA_CORRUPTION_DETECTED);
        }
        assert_eq!(tree.get(&[13, 39]).unwrap().as_deref(), Some(&[39; 5][..]));
        pager.supply(pages[0].0, &pages[0].1).unwrap();
        assert_eq!(tree.get(&[0, 0]).unwrap().as_deref(), Some(&[0; 5][..]));
    }

    #[test]
    fn a_page_in_the_place_of_another_is_refused() {
        let (pages, root) = pages_of(&sample(200));
        for (wrong, (page, _)) in pages.iter().enumerate() {
            for (_, bytes) in pages.iter().enumerate().filter(|(at, _)| *at != wrong) {
                let pager = Pager::new();
                for (other, own) in &pages {
                    let bytes = if other == page { &bytes.1 } else { own };
                    pager.supply(*other, bytes).unwrap();
                }
                let tree = Tree::open(&pager, 200, root);
                let mut cursor = tree.cursor();
                let error = loop {
                    match cursor.next() {
                        Ok(entry) => assert!(entry.is_some(), "a wrong page was taken"),
                        Err(error) => break error,
                    }
                };
                assert_eq!(error.code(), codes::DATA_CORRUPTION_DETECTED);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn arbitrary_bytes_never_panic(
            kind in prop::sample::select(vec![LEAF, INNER]),
            level in 0u8..3,
            count in 0u8..9,
            body in prop::collection::vec(prop_oneof![0u8..20, any::<u8>()], 0..200),
        ) {
            check_canonical(&body);
            check_canonical(&[&[kind, level, 0, 0, count, 0, 0, 0], &body[..]].concat());
        }

        #[test]
        fn changed_pages_never_panic(
            changes in prop::collection::vec(
                (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let (mut pages, root) = pages_of(&sample(60));
            for (page, at, byte) in changes {
                let at_page = page.index(pages.len());
                let bytes = &mut pages[at_page].1;
                let at_byte = at.index(bytes.len());
                bytes[at_byte] = byte;
                check_canonical(bytes);
            }
            read_all(&pages, root);
        }
    }
}
