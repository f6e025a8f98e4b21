//! How is a key found, counted, or reached by its position?

use std::ops::Bound;
use std::rc::Rc;

use super::cursor::Cursor;
use super::handle::ValueHandle;
use super::node::{Content, Inner, Leaf, Node, Place};
use super::pager::Pager;
use super::retired::Retired;
use crate::error::{Error, PageId, Result};

/// Bytes of a page, unless a tree asks for another size.
pub const PAGE_BYTES: usize = 8 << 10;
/// Bytes of an entry (key and value) must be fewer than this.
pub const ENTRY_BYTES_END: usize = 256 << 20;

/// Entries of a leaf from which on a fault names its neighbours too.
const DENSE_LEAF: u64 = 32;
/// Pages that such a fault names, at most: half a megabyte.
const NEIGHBOURS: usize = 64;

/// A sorted map from bytes to bytes: a copy-on-write B+tree that knows how many entries lie below
/// each of its nodes.
///
/// A clone is a snapshot: it costs no more than a few counters, and neither of the two sees what
/// is changed in the other. As long as a snapshot lives, a change copies the nodes on its path;
/// without one they are changed in place.
///
/// Every access returns a `Result`, since a page may not be in memory ([`Error::fault`]). An access
/// that fails has changed nothing and can be repeated.
#[derive(Clone)]
pub struct Tree {
    pub(super) root: Rc<Node>,
    pub(super) pager: Rc<Pager>,
    pub(super) page_bytes: usize,
    pub(super) count: u64,
    pub(super) data_bytes: u64,
    pub(super) retired: Retired,
}

/// What has to be kept outside of the pages to open a tree again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// The page of the root; 0 for an empty tree.
    pub page: PageId,
    /// Number of entries.
    pub count: u64,
    /// Bytes of all keys and values.
    pub data_bytes: u64,
}

impl Tree {
    /// An empty tree.
    pub fn new(pager: &Rc<Pager>) -> Tree {
        Tree::with_page_bytes(pager, PAGE_BYTES)
    }

    /// An empty tree whose pages are at most this long, where more than one entry lies on them.
    pub fn with_page_bytes(pager: &Rc<Pager>, page_bytes: usize) -> Tree {
        Tree {
            root: Node::leaf(Leaf::default()),
            pager: Rc::clone(pager),
            page_bytes,
            count: 0,
            data_bytes: 0,
            retired: Retired::default(),
        }
    }

    /// The tree that a checkpoint wrote. None of its pages are in memory; they are loaded once as
    /// long as this tree, or a clone of it, is kept.
    pub fn open(pager: &Rc<Pager>, page_bytes: usize, root: Root) -> Tree {
        let mut tree = Tree::with_page_bytes(pager, page_bytes);
        if root.page != 0 {
            tree.root = Node::stored(root.page);
            tree.count = root.count;
            tree.data_bytes = root.data_bytes;
        }
        tree
    }

    /// Where the tree lies in the store; page 0 if it was changed since the last checkpoint.
    pub fn stored_root(&self) -> Root {
        Root {
            page: self.root.page(),
            count: self.count,
            data_bytes: self.data_bytes,
        }
    }

    /// Number of entries.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// True when there are no entries.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of all keys and values.
    pub fn data_bytes(&self) -> u64 {
        self.data_bytes
    }

    /// The pager that supplies this tree's pages.
    pub fn pager(&self) -> &Rc<Pager> {
        &self.pager
    }

    /// True when both are the same version of the same tree.
    pub fn is_same_version(&self, other: &Tree) -> bool {
        Rc::ptr_eq(&self.root, &other.root)
    }

    #[inline]
    pub(super) fn load_root(&self) -> Result<&Content> {
        match self.root.content() {
            Some(content) => Ok(content),
            None => self.claim_root(),
        }
    }

    #[cold]
    fn claim_root(&self) -> Result<&Content> {
        let place = Place {
            level: None,
            count: self.count,
            lower: None,
            upper: None,
        };
        self.root.claim(&self.pager, &place)
    }

    #[inline]
    pub(super) fn load_child<'a>(&self, inner: &'a Inner, at: usize) -> Result<&'a Content> {
        let node = &inner.children[at].node;
        match node.content() {
            Some(content) => Ok(content),
            None => node.claim(&self.pager, &inner.about(at)),
        }
    }

    /// As [`Tree::load_child`], on the way to a key. Where many entries lie on a page, as in an
    /// index, the keys that are asked for next are likely to lie beside it: a fault names the
    /// leaves beside the missing one as well, so that a tree is in memory after a few of them.
    #[inline]
    pub(super) fn load_toward<'a>(&self, inner: &'a Inner, at: usize) -> Result<&'a Content> {
        let loaded = self.load_child(inner, at);
        match loaded {
            Err(error) if error.is_fault() => Err(self.with_neighbours(inner, at, error)),
            other => other,
        }
    }

    #[cold]
    fn with_neighbours(&self, inner: &Inner, at: usize, fault: Error) -> Error {
        if inner.level != 1 || inner.children[at].count < DENSE_LEAF {
            return fault;
        }
        let mut pages = fault.missing_pages().unwrap_or_default().to_vec();
        let from = at.saturating_sub(NEIGHBOURS / 2);
        for beside in inner.children.iter().skip(from).take(NEIGHBOURS) {
            let page = beside.node.page();
            if beside.node.content().is_none()
                && !pages.contains(&page)
                && !self.pager.is_supplied(page)
            {
                pages.push(page);
            }
        }
        Error::fault(pages)
    }

    /// The leaf in whose range the key lies.
    #[inline]
    pub(super) fn leaf_for(&self, key: &[u8]) -> Result<(&Rc<Node>, &Leaf)> {
        let mut node = &self.root;
        let mut content = self.load_root()?;
        loop {
            match content {
                Content::Leaf(leaf) => return Ok((node, leaf)),
                Content::Inner(inner) => {
                    let at = inner.place(key);
                    node = &inner.children[at].node;
                    content = self.load_toward(inner, at)?;
                }
            }
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Result<Option<ValueHandle>> {
        let (node, leaf) = self.leaf_for(key)?;
        Ok(match leaf.entries.search(key) {
            Ok(at) => Some(ValueHandle::new(Rc::clone(node), leaf.entries.span(at))),
            Err(_) => None,
        })
    }

    /// The value of a key, borrowed.
    pub fn get_ref(&self, key: &[u8]) -> Result<Option<&[u8]>> {
        let (_, leaf) = self.leaf_for(key)?;
        Ok(leaf
            .entries
            .search(key)
            .ok()
            .map(|at| leaf.entries.entry(at).1))
    }

    /// True when the key is there.
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        let (_, leaf) = self.leaf_for(key)?;
        Ok(leaf.entries.search(key).is_ok())
    }

    /// Sees to it that what these keys lead to is in memory.
    ///
    /// # Errors
    /// One fault that names all pages that are missing at the level where each search stops.
    pub fn prefetch<'k>(&self, keys: impl IntoIterator<Item = &'k [u8]>) -> Result<()> {
        let mut missing = Vec::new();
        for key in keys {
            match self.leaf_for(key) {
                Ok(_) => {}
                Err(error) => match error.missing_pages() {
                    Some(pages) => missing.extend_from_slice(pages),
                    None => return Err(error),
                },
            }
        }
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Error::fault(missing))
        }
    }

    /// How many entries lie before the key; with `after`, the key itself is counted too.
    fn count_below(&self, key: &[u8], after: bool) -> Result<u64> {
        let mut below = 0;
        let mut content = self.load_root()?;
        loop {
            match content {
                Content::Leaf(leaf) => {
                    let at = match leaf.entries.search(key) {
                        Ok(at) => at + usize::from(after),
                        Err(at) => at,
                    };
                    return Ok(below + at as u64);
                }
                Content::Inner(inner) => {
                    let at = inner.place(key);
                    below += inner.count_before(at);
                    content = self.load_toward(inner, at)?;
                }
            }
        }
    }

    /// How many entries have keys below this one.
    pub fn rank(&self, key: &[u8]) -> Result<u64> {
        self.count_below(key, false)
    }

    /// How many entries lie before a range that begins so.
    pub fn position_of_lower(&self, bound: Bound<&[u8]>) -> Result<u64> {
        match bound {
            Bound::Unbounded => Ok(0),
            Bound::Included(key) => self.count_below(key, false),
            Bound::Excluded(key) => self.count_below(key, true),
        }
    }

    /// How many entries lie before the end of a range that ends so.
    pub fn position_of_upper(&self, bound: Bound<&[u8]>) -> Result<u64> {
        match bound {
            Bound::Unbounded => Ok(self.count),
            Bound::Included(key) => self.count_below(key, true),
            Bound::Excluded(key) => self.count_below(key, false),
        }
    }

    /// Number of entries in a range, exactly; 0 for a range that ends before it begins.
    pub fn count_range(&self, lower: Bound<&[u8]>, upper: Bound<&[u8]>) -> Result<u64> {
        let from = self.position_of_lower(lower)?;
        let to = self.position_of_upper(upper)?;
        Ok(to.saturating_sub(from))
    }

    /// Pages that were replaced in this version and are kept for older ones.
    pub fn pinned_pages(&self) -> usize {
        self.retired.referenced()
    }

    /// A cursor over this version of the tree, before the first entry.
    pub fn cursor(&self) -> Cursor {
        Cursor::new(self.clone())
    }

    /// Calls `visit` with the id of every page that this version of the tree lies on. Needs the
    /// inner nodes in memory, not the leaves.
    pub fn pages(&self, visit: &mut dyn FnMut(PageId)) -> Result<()> {
        if self.root.page() != 0 {
            visit(self.root.page());
        }
        match self.load_root()? {
            Content::Leaf(_) => Ok(()),
            Content::Inner(inner) => self.pages_below(inner, visit),
        }
    }

    fn pages_below(&self, inner: &Inner, visit: &mut dyn FnMut(PageId)) -> Result<()> {
        for (at, child) in inner.children.iter().enumerate() {
            if child.node.page() != 0 {
                visit(child.node.page());
            }
            if inner.level > 1
                && let Content::Inner(below) = self.load_child(inner, at)?
            {
                self.pages_below(below, visit)?;
            }
        }
        Ok(())
    }
}
