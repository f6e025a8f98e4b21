//! What is a node of the tree, in memory?
//!
//! A [`Node`] stands for a leaf or an inner node. It has an id once it was written to a page, and
//! content once it was built or loaded: a node with an id and no content is a page that is not in
//! memory. Nodes are shared by all trees and snapshots that contain them, so that a page which one
//! of them loads is there for the others too.
//!
//! Invariant: a node that more than one owner holds is never changed, except that its missing
//! content is filled in and that a checkpoint gives it its page id.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::packed::{Packed, common_prefix};
use super::page;
use super::pager::Pager;
use crate::error::{Error, PageId, Result, codes};

/// A leaf or an inner node, in memory or only on its page.
pub(super) struct Node {
    /// The page that holds exactly this content; 0 when there is none (the node is dirty).
    page: Cell<PageId>,
    /// The page that a checkpoint under way writes this node to; 0 when there is none.
    pending: Cell<PageId>,
    content: OnceCell<Content>,
}

/// What a node holds.
pub(super) enum Content {
    Leaf(Leaf),
    Inner(Inner),
}

/// Entries in the order of their keys.
#[derive(Default)]
pub(super) struct Leaf {
    pub(super) entries: Packed,
    /// Where the latest entry came in.
    pub(super) last: usize,
    /// How many entries in a row came in right behind (positive) or right before (negative) the one
    /// that came before.
    pub(super) run: i32,
}

/// Children in the order of their keys.
pub(super) struct Inner {
    /// Levels below this node; the children of a node of level 1 are leaves.
    pub(super) level: u8,
    /// One fewer than children: separator `i` is above all keys of child `i`, and not above any
    /// key of child `i + 1`.
    pub(super) separators: Packed,
    /// Never empty, and none of them is empty.
    pub(super) children: Vec<Child>,
}

/// A child of an inner node.
#[derive(Clone)]
pub(super) struct Child {
    pub(super) node: Rc<Node>,
    /// Entries below it.
    pub(super) count: u64,
}

impl Node {
    /// A node that no page holds yet.
    pub(super) fn dirty(content: Content) -> Node {
        Node {
            page: Cell::new(0),
            pending: Cell::new(0),
            content: OnceCell::from(content),
        }
    }

    pub(super) fn leaf(leaf: Leaf) -> Rc<Node> {
        Rc::new(Node::dirty(Content::Leaf(leaf)))
    }

    pub(super) fn inner(inner: Inner) -> Rc<Node> {
        Rc::new(Node::dirty(Content::Inner(inner)))
    }

    /// A page that is not in memory.
    pub(super) fn stored(page: PageId) -> Rc<Node> {
        Rc::new(Node {
            page: Cell::new(page),
            pending: Cell::new(0),
            content: OnceCell::new(),
        })
    }

    /// The page that holds this content; 0 for a dirty node.
    pub(super) fn page(&self) -> PageId {
        self.page.get()
    }

    /// The page that a checkpoint under way gives to this node; 0 for none.
    pub(super) fn pending(&self) -> PageId {
        self.pending.get()
    }

    /// Begins to give the node a page.
    pub(super) fn set_pending(&self, page: PageId) {
        self.pending.set(page);
    }

    /// Ends what [`Node::set_pending`] began: the page is there, or it is not.
    pub(super) fn settle(&self, page: PageId, written: bool) {
        if self.pending.get() == page {
            self.pending.set(0);
            if written {
                self.page.set(page);
            }
        }
    }

    /// The content, if it is in memory.
    #[inline]
    pub(super) fn content(&self) -> Option<&Content> {
        self.content.get()
    }

    /// Takes the content that the pager was given for this page; a fault when there is none. A
    /// page that cannot be the one that is referred to is damaged.
    #[cold]
    pub(super) fn claim(&self, pager: &Pager, place: &Place<'_>) -> Result<&Content> {
        let page = self.page.get();
        let content = pager.take(page)?;
        if !place.takes(&content) {
            let error = damaged(page, "does not fit where it is referred to");
            pager.refuse(page, error.clone());
            return Err(error);
        }
        Ok(self.content.get_or_init(|| content))
    }

    #[inline]
    pub(super) fn as_leaf(&self) -> Option<&Leaf> {
        match self.content.get() {
            Some(Content::Leaf(leaf)) => Some(leaf),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn as_inner(&self) -> Option<&Inner> {
        match self.content.get() {
            Some(Content::Inner(inner)) => Some(inner),
            _ => None,
        }
    }

    /// The content, to be changed; the node is dirty from now on. The caller holds the only
    /// reference, see `Rc::make_mut`.
    pub(super) fn content_mut(&mut self) -> Result<&mut Content> {
        let Some(content) = self.content.get_mut() else {
            return Err(not_loaded());
        };
        self.page.set(0);
        self.pending.set(0);
        Ok(content)
    }
}

/// The copy of "copy-on-write": it belongs to no page.
impl Clone for Node {
    fn clone(&self) -> Node {
        let content = match self.content.get() {
            Some(Content::Leaf(leaf)) => OnceCell::from(Content::Leaf(Leaf {
                entries: leaf.entries.copy_for_write(),
                last: leaf.last,
                run: leaf.run,
            })),
            Some(Content::Inner(inner)) => OnceCell::from(Content::Inner(Inner {
                level: inner.level,
                separators: inner.separators.copy_for_write(),
                children: inner.children.clone(),
            })),
            None => OnceCell::new(),
        };
        Node {
            page: Cell::new(0),
            pending: Cell::new(0),
            content,
        }
    }
}

impl Content {
    pub(super) fn level(&self) -> u8 {
        match self {
            Content::Leaf(_) => 0,
            Content::Inner(inner) => inner.level,
        }
    }

    /// Entries in or below the node.
    pub(super) fn count(&self) -> u64 {
        match self {
            Content::Leaf(leaf) => leaf.entries.len() as u64,
            Content::Inner(inner) => inner.count(),
        }
    }
}

impl Leaf {
    /// Bytes of the page.
    pub(super) fn size(&self) -> usize {
        page::HEADER_BYTES + self.entries.size()
    }
}

impl Inner {
    /// Bytes of the page.
    pub(super) fn size(&self) -> usize {
        page::inner_size(self.separators.size(), self.children.len())
    }

    /// Entries below the node.
    pub(super) fn count(&self) -> u64 {
        self.count_before(self.children.len())
    }

    /// Entries below the children before the one at `at`.
    #[inline]
    pub(super) fn count_before(&self, at: usize) -> u64 {
        self.children.iter().take(at).map(|child| child.count).sum()
    }

    /// The place of the child in whose range the key lies.
    #[inline]
    pub(super) fn place(&self, key: &[u8]) -> usize {
        self.separators.place(key)
    }

    /// What is known about the page of a child.
    pub(super) fn about(&self, at: usize) -> Place<'_> {
        Place {
            level: Some(self.level - 1),
            count: self.children[at].count,
            lower: at.checked_sub(1).map(|before| self.separators.key(before)),
            upper: (at < self.separators.len()).then(|| self.separators.key(at)),
        }
    }

    /// The place of the child that holds the entry at `position`, and the position within it.
    /// A position past the end is one in the last child.
    pub(super) fn place_of(&self, position: u64) -> (usize, u64) {
        let mut rest = position;
        let last = self.children.len() - 1;
        for (at, child) in self.children.iter().enumerate() {
            if rest < child.count || at == last {
                return (at, rest);
            }
            rest -= child.count;
        }
        (last, rest)
    }
}

/// What is known about a page from where it is referred to.
pub(super) struct Place<'a> {
    /// The level, unless it is the root.
    pub(super) level: Option<u8>,
    /// Entries below.
    pub(super) count: u64,
    /// The separators around the page: no key is below the first, all are below the second.
    pub(super) lower: Option<&'a [u8]>,
    pub(super) upper: Option<&'a [u8]>,
}

impl Place<'_> {
    fn takes(&self, content: &Content) -> bool {
        let keys = match content {
            Content::Leaf(leaf) => &leaf.entries,
            Content::Inner(inner) => &inner.separators,
        };
        let between = keys.ends().is_none_or(|(first, last)| {
            self.lower.is_none_or(|lower| lower <= first)
                && self.upper.is_none_or(|upper| last < upper)
        });
        between
            && self.level.is_none_or(|level| level == content.level())
            && self.count == content.count()
    }
}

/// The shortest key that is above `left` and not above `right`.
pub(super) fn separator(left: &[u8], right: &[u8]) -> Vec<u8> {
    let shared = common_prefix(left, right);
    right.iter().copied().take(shared + 1).collect()
}

/// Writing loads what it needs before it begins to change anything.
#[cold]
pub(super) fn not_loaded() -> Error {
    Error::internal("A page is to be changed that is not in memory")
}

/// A page that cannot be what was written.
#[cold]
pub(super) fn damaged(page: PageId, what: &str) -> Error {
    Error::new(
        codes::DATA_CORRUPTION_DETECTED,
        format_args!("Page {page} {what}"),
    )
}
