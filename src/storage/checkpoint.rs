//! How do dirty nodes get onto pages?
//!
//! In two steps, since the pages are written by a transaction that may fail:
//! [`Tree::prepare`] gives the bytes of all dirty nodes and the ids of their pages, and
//! [`Tree::confirm`] marks the nodes clean once these pages, and the [`Root`] that names them, are
//! durable. A [`Prepared`] that is dropped instead leaves the nodes dirty. In between the tree can
//! be read and changed as always; what is changed then belongs to the next checkpoint.
//!
//! [`Prepared::freed`] names the pages that the checkpoint makes superfluous. Deleting one that is
//! already gone must do no harm, and an id must never be used again: a version that was cloned
//! before a checkpoint and took the place of the tree after it may name a page twice. Two things
//! leave pages that nobody names: closing while a snapshot still held a replaced page, and a clone
//! that was changed before a checkpoint and published after it. [`Tree::pages`] lists what is in
//! use, for sweeping such pages away.
//!
//! To drop a tree: [`Tree::clear`] it, and keep it for the checkpoints until it is no longer
//! [dirty](Tree::is_dirty).

use std::rc::Rc;

use super::node::{Content, Node};
use super::page;
use super::tree::{Root, Tree};
use crate::error::{Error, PageId, Result};

/// A checkpoint of one tree under way.
pub struct Prepared {
    root: Root,
    nodes: Vec<(Rc<Node>, PageId)>,
    freed: Vec<PageId>,
    written: bool,
}

impl Prepared {
    /// What the manifest has to keep to open this version of the tree again.
    pub fn root(&self) -> Root {
        self.root
    }

    /// The pages that are to be deleted in the transaction that makes [`Prepared::root`] durable:
    /// neither this version nor a snapshot in memory needs them. In ascending order.
    pub fn freed(&self) -> &[PageId] {
        &self.freed
    }

    /// Number of pages that were written.
    pub fn written(&self) -> usize {
        self.nodes.len()
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        for (node, page) in &self.nodes {
            node.settle(*page, self.written);
        }
    }
}

impl Tree {
    /// True when a checkpoint would write something or delete something.
    pub fn is_dirty(&self) -> bool {
        self.root.page() == 0 && self.count > 0 || !self.retired.is_empty()
    }

    /// Number of nodes that a checkpoint would write.
    pub fn dirty_pages(&self) -> usize {
        fn below(node: &Node) -> usize {
            if node.page() != 0 {
                return 0;
            }
            let inner = node.as_inner().into_iter();
            1 + inner
                .flat_map(|inner| &inner.children)
                .map(|child| below(&child.node))
                .sum::<usize>()
        }
        if self.count == 0 {
            0
        } else {
            below(&self.root)
        }
    }

    /// Writes the nodes that are on no page yet, children before their parents: `allocate` gives
    /// ids that were never used before, `write` takes the bytes of each page.
    ///
    /// # Errors
    /// Those of `write`; `InternalError` (1) when another checkpoint of the same nodes is under
    /// way. After an error the tree is as it was.
    pub fn prepare(
        &self,
        allocate: &mut dyn FnMut() -> PageId,
        write: &mut dyn FnMut(PageId, Vec<u8>) -> Result<()>,
    ) -> Result<Prepared> {
        let mut prepared = Prepared {
            root: Root::default(),
            nodes: Vec::new(),
            freed: self.retired.unreferenced(),
            written: false,
        };
        if self.count > 0 {
            let page = prepare_below(&self.root, allocate, write, &mut prepared.nodes)?;
            prepared.root = Root {
                page,
                count: self.count,
                data_bytes: self.data_bytes,
            };
        }
        Ok(prepared)
    }

    /// Says that the pages of a checkpoint are durable and that the freed ones are deleted. Call it
    /// on the latest version of the tree, whether or not it has changed since.
    pub fn confirm(&mut self, mut prepared: Prepared) {
        prepared.written = true;
        self.retired.forget(&prepared.freed);
        self.pager.forget(&prepared.freed);
    }
}

fn prepare_below(
    node: &Rc<Node>,
    allocate: &mut dyn FnMut() -> PageId,
    write: &mut dyn FnMut(PageId, Vec<u8>) -> Result<()>,
    nodes: &mut Vec<(Rc<Node>, PageId)>,
) -> Result<PageId> {
    if node.page() != 0 {
        return Ok(node.page());
    }
    if node.pending() != 0 {
        return Err(Error::internal(
            "A checkpoint of this tree is under way already",
        ));
    }
    let bytes = match node.content() {
        Some(Content::Leaf(leaf)) => page::encode_leaf(leaf),
        Some(Content::Inner(inner)) => {
            let mut pages = Vec::with_capacity(inner.children.len());
            for child in &inner.children {
                pages.push(prepare_below(&child.node, allocate, write, nodes)?);
            }
            page::encode_inner(inner, &pages)
        }
        None => return Err(super::node::not_loaded()),
    };
    let page = allocate();
    node.set_pending(page);
    nodes.push((Rc::clone(node), page));
    write(page, bytes)?;
    Ok(page)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::codes;
    use crate::storage::Pager;

    fn prepare(tree: &Tree, last: &mut PageId) -> Result<Prepared> {
        let mut allocate = || {
            *last += 1;
            *last
        };
        tree.prepare(&mut allocate, &mut |_, _| Ok(()))
    }

    fn tree_of(count: u8) -> Tree {
        let mut tree = Tree::with_page_bytes(&Pager::new(), 64);
        for number in 0..count {
            tree.put(&[number], b"some value").unwrap();
        }
        tree
    }

    #[test]
    fn a_write_that_fails_leaves_everything_dirty() {
        let tree = tree_of(100);
        let dirty = tree.dirty_pages();
        for fails in 0..dirty {
            let (mut last, mut written) = (0, 0);
            let mut allocate = || {
                last += 1;
                last
            };
            let mut write = |_, _| {
                written += 1;
                if written > fails {
                    Err(Error::new(codes::OUT_OF_DISK_SPACE, "full"))
                } else {
                    Ok(())
                }
            };
            let error = tree.prepare(&mut allocate, &mut write).err().unwrap();
            assert_eq!(error.code(), codes::OUT_OF_DISK_SPACE);
            assert_eq!(tree.dirty_pages(), dirty);
        }
        assert_eq!(prepare(&tree, &mut 0).unwrap().written(), dirty);
    }

    #[test]
    fn one_checkpoint_at_a_time() {
        let (mut tree, mut last) = (tree_of(100), 0);
        let first = prepare(&tree, &mut last).unwrap();
        assert_eq!(
            prepare(&tree, &mut last).err().unwrap().code(),
            codes::INTERNAL_ERROR
        );
        tree.confirm(first);
        assert_eq!(prepare(&tree, &mut last).unwrap().written(), 0);
    }

    #[test]
    fn a_change_writes_its_path_and_frees_what_it_replaced() {
        let (mut tree, mut last) = (tree_of(100), 0);
        let first = prepare(&tree, &mut last).unwrap();
        tree.confirm(first);
        let before = tree.clone();
        tree.put(&[50], b"another value").unwrap();
        let height = tree.dirty_pages();
        assert!((3..6).contains(&height));

        let second = prepare(&tree, &mut last).unwrap();
        assert_eq!((second.written(), second.freed()), (height, &[][..]));
        tree.confirm(second);
        drop(before);
        let third = prepare(&tree, &mut last).unwrap();
        assert_eq!((third.written(), third.freed().len()), (0, height));
        tree.confirm(third);
        assert!(!tree.is_dirty());
    }

    #[test]
    fn an_empty_tree_has_no_page() {
        let (mut tree, mut last) = (tree_of(100), 0);
        let first = prepare(&tree, &mut last).unwrap();
        let pages = first.written();
        tree.confirm(first);
        tree.clear().unwrap();
        assert!(tree.is_dirty());
        let second = prepare(&tree, &mut last).unwrap();
        assert_eq!(
            (second.root(), second.freed().len()),
            (Root::default(), pages)
        );
        tree.confirm(second);
        assert!(!tree.is_dirty());
    }
}
