//! How is a tree built from entries that come in order?

use std::rc::Rc;

use super::node::{Child, Inner, Leaf, Node, separator};
use super::packed::{Packed, entry_size};
use super::pager::Pager;
use super::tree::{PAGE_BYTES, Tree};
use super::{page, write};
use crate::error::{Error, Result};

/// Builds a tree whose pages are full, without searching in it.
pub struct TreeBuilder {
    tree: Tree,
    leaf: Leaf,
    /// The separator before `leaf`.
    lead: Vec<u8>,
    /// The inner nodes that are being filled, from level 1 up.
    levels: Vec<Level>,
}

#[derive(Default)]
struct Level {
    separators: Packed,
    children: Vec<Child>,
    /// The separator before the first child.
    lead: Vec<u8>,
}

impl TreeBuilder {
    /// A builder that has no entries yet.
    pub fn new(pager: &Rc<Pager>) -> TreeBuilder {
        TreeBuilder::with_page_bytes(pager, PAGE_BYTES)
    }

    /// As [`Tree::with_page_bytes`].
    pub fn with_page_bytes(pager: &Rc<Pager>, page_bytes: usize) -> TreeBuilder {
        TreeBuilder {
            tree: Tree::with_page_bytes(pager, page_bytes),
            leaf: Leaf::default(),
            lead: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Number of entries so far.
    pub fn len(&self) -> u64 {
        self.tree.count
    }

    /// True when there are no entries yet.
    pub fn is_empty(&self) -> bool {
        self.tree.count == 0
    }

    /// The key that was appended last.
    pub fn last_key(&self) -> Option<&[u8]> {
        self.leaf.entries.ends().map(|(_, last)| last)
    }

    /// Adds an entry whose key is above all keys so far.
    ///
    /// # Errors
    /// `InternalError` (1) when it is not; `BSONObjectTooLarge` (10334) as for [`Tree::put`].
    pub fn append(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        write::check_size(key, value)?;
        let mut lead = None;
        if let Some(last) = self.last_key() {
            if last >= key {
                return Err(Error::internal(
                    "Keys are to be appended in ascending order",
                ));
            }
            let size = self.leaf.size() + entry_size(key.len(), value.len());
            lead = (size > self.tree.page_bytes).then(|| separator(last, key));
        }
        if let Some(lead) = lead {
            self.close_leaf(lead);
        }
        let at = self.leaf.entries.len();
        self.leaf.entries.insert(at, key, value);
        (self.leaf.last, self.leaf.run) = (at, self.leaf.run + 1);
        self.tree.count += 1;
        self.tree.data_bytes += (key.len() + value.len()) as u64;
        Ok(())
    }

    /// The tree of all entries.
    pub fn finish(mut self) -> Tree {
        if self.levels.is_empty() {
            self.tree.root = Node::leaf(self.leaf);
            return self.tree;
        }
        self.close_leaf(Vec::new());
        let mut at = 0;
        while at + 1 < self.levels.len() {
            self.close(at);
            at += 1;
        }
        let top = self.levels.pop().unwrap_or_default();
        self.tree.root = match <[Child; 1]>::try_from(top.children) {
            Ok([only]) => only.node,
            Err(children) => Node::inner(Inner {
                level: self.levels.len() as u8 + 1,
                separators: top.separators,
                children,
            }),
        };
        self.tree
    }

    /// Ends a leaf; `next` is the separator behind it.
    fn close_leaf(&mut self, next: Vec<u8>) {
        let leaf = std::mem::take(&mut self.leaf);
        let lead = std::mem::replace(&mut self.lead, next);
        let count = leaf.entries.len() as u64;
        self.push(
            0,
            lead,
            Child {
                node: Node::leaf(leaf),
                count,
            },
        );
    }

    /// Adds a child to the inner node that is being filled.
    fn push(&mut self, at: usize, lead: Vec<u8>, child: Child) {
        if at == self.levels.len() {
            self.levels.push(Level::default());
        }
        let filled = &self.levels[at];
        let children = filled.children.len() + 1;
        let size = page::inner_size(filled.separators.size() + lead.len(), children);
        if write::is_too_large(children, size, self.tree.page_bytes) {
            self.close(at);
        }
        let level = &mut self.levels[at];
        if level.children.is_empty() {
            level.lead = lead;
        } else {
            let last = level.separators.len();
            level.separators.insert(last, &lead, &[]);
        }
        level.children.push(child);
    }

    /// Ends an inner node and hands it to the level above.
    fn close(&mut self, at: usize) {
        let level = std::mem::take(&mut self.levels[at]);
        let Level {
            separators,
            children,
            lead,
        } = level;
        let inner = Inner {
            level: at as u8 + 1,
            separators,
            children,
        };
        let count = inner.count();
        self.push(
            at + 1,
            lead,
            Child {
                node: Node::inner(inner),
                count,
            },
        );
    }
}
