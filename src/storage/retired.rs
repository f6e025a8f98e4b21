//! Which pages does a tree no longer need?
//!
//! A version of a tree remembers the pages that it replaced, or that the versions it was made from
//! replaced. A clone shares the list up to where the two part, so that the changes of a version
//! that is given up retire nothing in the one that stays. Pages that a snapshot may still have to
//! load stay on the list until it is gone.

use std::rc::{Rc, Weak};

use super::node::Node;
use crate::error::PageId;
use crate::ordered::OrderedSet;

/// A list that clones share, the latest first.
#[derive(Clone, Default)]
pub(super) struct Retired {
    latest: Option<Rc<Link>>,
}

struct Link {
    page: PageId,
    /// The node that stood for the page, where others than the tree held it.
    node: Weak<Node>,
    earlier: Option<Rc<Link>>,
}

impl Retired {
    /// Puts the page of a node on the list that is going to be changed: only the owners that hold
    /// the node besides the caller still need it.
    pub(super) fn push_changed(&mut self, node: &Rc<Node>) {
        if Rc::strong_count(node) > 1 {
            self.push(node);
        } else if let Some(page) = page_of(node) {
            self.push_link(page, Weak::new());
        }
    }

    /// Puts the page of a node on the list that is no longer part of the tree.
    pub(super) fn push(&mut self, node: &Rc<Node>) {
        if let Some(page) = page_of(node) {
            self.push_link(page, Rc::downgrade(node));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.latest.is_none()
    }

    fn push_link(&mut self, page: PageId, node: Weak<Node>) {
        let earlier = self.latest.take();
        self.latest = Some(Rc::new(Link {
            page,
            node,
            earlier,
        }));
    }

    fn iter(&self) -> impl Iterator<Item = &Rc<Link>> {
        std::iter::successors(self.latest.as_ref(), |link| link.earlier.as_ref())
    }

    /// The pages that nobody can ask for any more, in ascending order.
    pub(super) fn unreferenced(&self) -> Vec<PageId> {
        let unreferenced = self.iter().filter(|link| link.node.strong_count() == 0);
        let mut pages: Vec<_> = unreferenced.map(|link| link.page).collect();
        pages.sort_unstable();
        pages.dedup();
        pages
    }

    /// How many pages a snapshot still holds.
    pub(super) fn referenced(&self) -> usize {
        let links = self.iter();
        links.filter(|link| link.node.strong_count() > 0).count()
    }

    /// Takes pages that were deleted off the list.
    pub(super) fn forget(&mut self, pages: &[PageId]) {
        if pages.is_empty() {
            return;
        }
        let pages: OrderedSet<_> = pages.iter().copied().collect();
        let mut kept = Retired::default();
        for link in self.iter().filter(|link| !pages.contains(&link.page)) {
            kept.push_link(link.page, Weak::clone(&link.node));
        }
        *self = kept;
    }
}

/// The page of a node. A page that is only being written counts: it will be there when the change
/// that replaces it is checkpointed.
fn page_of(node: &Node) -> Option<PageId> {
    [node.page(), node.pending()]
        .into_iter()
        .find(|page| *page != 0)
}

/// Takes a long list apart link by link, not by recursion.
impl Drop for Retired {
    fn drop(&mut self) {
        let mut next = self.latest.take();
        while let Some(link) = next {
            next = Rc::into_inner(link).and_then(|mut link| link.earlier.take());
        }
    }
}
