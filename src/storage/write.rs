//! How is a tree changed?
//!
//! On the way down every node that others hold is replaced by a copy, on the way up counts are
//! corrected, and nodes that became too large or too small are split, merged or removed. Before
//! that the whole path is loaded, so that a fault happens while nothing has changed.

use std::rc::Rc;

use super::node::{Child, Content, Inner, Leaf, Node, not_loaded, separator};
use super::packed::{Packed, Span, entry_size};
use super::retired::Retired;
use super::tree::{ENTRY_BYTES_END, Tree};
use crate::error::{Error, Result, codes};

/// Children of an inner node, at most. More would make the tree flatter, but a change below a
/// shared node copies them all.
pub(super) const CHILDREN_MAX: usize = 128;

/// A node that was split off to the right, and the separator before it.
type Sibling = (Vec<u8>, Child);

/// What a change below did.
struct Put {
    /// Length of the value that was replaced.
    replaced: Option<usize>,
    /// Nodes that follow the one that was changed, in the order of their keys.
    siblings: Vec<Sibling>,
}

impl Tree {
    /// Sets the value of a key and gives the length of the value that it had before.
    ///
    /// # Errors
    /// `BSONObjectTooLarge` (10334) for entries of [`ENTRY_BYTES_END`] bytes or more; faults.
    pub fn put(&mut self, key: &[u8], value: &[u8]) -> Result<Option<usize>> {
        self.leaf_for(key)?;
        self.put_loaded(key, value)
    }

    /// Adds an entry unless its key is there already; true when it was added.
    ///
    /// # Errors
    /// As for [`Tree::put`].
    pub fn insert(&mut self, key: &[u8], value: &[u8]) -> Result<bool> {
        let added = !self.contains(key)?;
        if added {
            self.put_loaded(key, value)?;
        }
        Ok(added)
    }

    /// Replaces the value of a key and gives the length of the old one; `None`, and nothing is
    /// done, when the key is not there.
    ///
    /// # Errors
    /// As for [`Tree::put`].
    pub fn replace(&mut self, key: &[u8], value: &[u8]) -> Result<Option<usize>> {
        if self.contains(key)? {
            self.put_loaded(key, value)
        } else {
            Ok(None)
        }
    }

    /// Sets a value; the path to the leaf is in memory.
    fn put_loaded(&mut self, key: &[u8], value: &[u8]) -> Result<Option<usize>> {
        check_size(key, value)?;
        let (page_bytes, retired) = (self.page_bytes, &mut self.retired);
        let put = put_below(&mut self.root, key, value, page_bytes, retired)?;
        if !put.siblings.is_empty() {
            self.grow(put.siblings)?;
        }
        match put.replaced {
            Some(old_len) => {
                self.data_bytes =
                    self.data_bytes.saturating_sub(old_len as u64) + value.len() as u64;
            }
            None => {
                self.count += 1;
                self.data_bytes += (key.len() + value.len()) as u64;
            }
        }
        Ok(put.replaced)
    }

    /// Removes an entry and gives the length of the value that it had.
    pub fn remove(&mut self, key: &[u8]) -> Result<Option<usize>> {
        if self.count == 0 || !self.contains(key)? {
            return Ok(None);
        }
        let span = remove_below(&mut self.root, key, self.page_bytes, &mut self.retired)?;
        self.count -= 1;
        self.data_bytes = self.data_bytes.saturating_sub(span.data_len() as u64);
        self.shrink();
        Ok(Some(span.value_len()))
    }

    /// Removes all entries. Unlike a new tree, this one still knows which pages it leaves behind.
    ///
    /// # Errors
    /// Faults: the inner nodes have to be in memory, the leaves need not.
    pub fn clear(&mut self) -> Result<()> {
        self.pages(&mut |_| {})?;
        retire_below(&self.root, &mut self.retired);
        self.root = Node::leaf(Leaf::default());
        self.count = 0;
        self.data_bytes = 0;
        Ok(())
    }

    /// Puts a new root above the old one and the nodes that were split off it.
    fn grow(&mut self, mut siblings: Vec<Sibling>) -> Result<()> {
        while !siblings.is_empty() {
            let content = self.root.content().ok_or_else(not_loaded)?;
            let (level, count) = (content.level() + 1, content.count());
            let old = Child {
                node: Rc::clone(&self.root),
                count,
            };
            let mut root = Inner {
                level,
                separators: Packed::default(),
                children: vec![old],
            };
            root.insert_siblings(0, siblings);
            siblings = root.split_while_large(0, self.page_bytes);
            self.root = Node::inner(root);
        }
        Ok(())
    }

    /// Takes roots away that have only one child.
    fn shrink(&mut self) {
        while let Some(inner) = self.root.as_inner()
            && let [only] = inner.children.as_slice()
        {
            let below = Rc::clone(&only.node);
            self.retired.push(&self.root);
            self.root = below;
        }
    }
}

/// Refuses an entry that is larger than a tree takes.
pub(super) fn check_size(key: &[u8], value: &[u8]) -> Result<()> {
    if key.len().saturating_add(value.len()) < ENTRY_BYTES_END {
        return Ok(());
    }
    let message = format!("An entry must be smaller than {ENTRY_BYTES_END} bytes");
    Err(Error::new(codes::BSON_OBJECT_TOO_LARGE, message))
}

/// Makes a node one that may be changed: the only reference to it is this one, and what page it
/// was on no longer matters.
fn writable<'a>(node: &'a mut Rc<Node>, retired: &mut Retired) -> Result<&'a mut Content> {
    if node.content().is_none() {
        return Err(not_loaded());
    }
    retired.push_changed(node);
    Rc::make_mut(node).content_mut()
}

fn put_below(
    node: &mut Rc<Node>,
    key: &[u8],
    value: &[u8],
    page_bytes: usize,
    retired: &mut Retired,
) -> Result<Put> {
    match writable(node, retired)? {
        Content::Leaf(leaf) => Ok(leaf.put(key, value, page_bytes)),
        Content::Inner(inner) => {
            let at = inner.place(key);
            let child = &mut inner.children[at];
            let mut put = put_below(&mut child.node, key, value, page_bytes, retired)?;
            if !put.siblings.is_empty() {
                child.count = child.node.content().map_or(0, Content::count);
                let after = at + put.siblings.len();
                inner.insert_siblings(at, std::mem::take(&mut put.siblings));
                put.siblings = inner.split_while_large(after, page_bytes);
            } else if put.replaced.is_none() {
                child.count += 1;
            }
            Ok(put)
        }
    }
}

/// Removes an entry that is there.
fn remove_below(
    node: &mut Rc<Node>,
    key: &[u8],
    page_bytes: usize,
    retired: &mut Retired,
) -> Result<Span> {
    match writable(node, retired)? {
        Content::Leaf(leaf) => {
            let at = leaf.entries.search(key).map_err(|_| not_loaded())?;
            leaf.run = 0;
            Ok(leaf.entries.remove(at))
        }
        Content::Inner(inner) => {
            let at = inner.place(key);
            let child = &mut inner.children[at];
            let span = remove_below(&mut child.node, key, page_bytes, retired)?;
            child.count -= 1;
            inner.merge_if_small(at, page_bytes, retired)?;
            Ok(span)
        }
    }
}

/// True when an inner node with this many children and bytes has to be split. Long separators make
/// a page longer than the bound rather than the tree higher.
pub(super) fn is_too_large(children: usize, size: usize, page_bytes: usize) -> bool {
    children > CHILDREN_MAX || (size > page_bytes && children >= 4)
}

/// Retires all pages of a tree whose inner nodes are in memory.
fn retire_below(node: &Rc<Node>, retired: &mut Retired) {
    retired.push(node);
    if let Some(inner) = node.as_inner() {
        for child in &inner.children {
            retire_below(&child.node, retired);
        }
    }
}

impl Leaf {
    fn put(&mut self, key: &[u8], value: &[u8], page_bytes: usize) -> Put {
        let (at, replaced) = match self.entries.search(key) {
            Err(at) => (at, None),
            Ok(at) => {
                let old_len = self.entries.span(at).value_len();
                let grown = (self.size() + value.len()).saturating_sub(old_len);
                if grown <= page_bytes || self.entries.len() == 1 || value.len() <= old_len {
                    self.entries.replace(at, value);
                    return Put {
                        replaced: Some(old_len),
                        siblings: Vec::new(),
                    };
                }
                self.entries.remove(at);
                (at, Some(old_len))
            }
        };
        let mut right = Vec::new();
        self.insert(at, key, value, page_bytes, &mut right);
        if right.is_empty() {
            return Put {
                replaced,
                siblings: Vec::new(),
            };
        }
        let mut siblings = Vec::with_capacity(right.len());
        let mut before: &Leaf = self;
        for leaf in &right {
            if let (Some((_, last)), Some((first, _))) =
                (before.entries.ends(), leaf.entries.ends())
            {
                siblings.push(separator(last, first));
            }
            before = leaf;
        }
        let children = right.into_iter().map(|leaf| {
            let count = leaf.entries.len() as u64;
            Child {
                node: Node::leaf(leaf),
                count,
            }
        });
        Put {
            replaced,
            siblings: siblings.into_iter().zip(children).collect(),
        }
    }

    /// Inserts an entry. Where the leaf would become longer than a page, what does not fit goes to
    /// new leaves, which are appended to `right`.
    fn insert(
        &mut self,
        at: usize,
        key: &[u8],
        value: &[u8],
        page_bytes: usize,
        right: &mut Vec<Leaf>,
    ) {
        let count = self.entries.len();
        let need = entry_size(key.len(), value.len());
        if count == 0 || self.size() + need <= page_bytes {
            self.run = match at {
                _ if at == count => self.run.max(0) + 1,
                0 => self.run.min(0) - 1,
                _ => 0,
            };
            return self.entries.insert(at, key, value);
        }
        // Entries that come in order at one end of a leaf leave it full behind them. Otherwise it
        // is cut in the middle, so that both halves have room for entries in any order.
        let in_order = self.run.unsigned_abs() as usize * 2 >= count;
        let apart = count == 1 || need * 2 > page_bytes;
        if at == count && (apart || (in_order && self.run > 0)) {
            right.push(Leaf::of_one(key, value, 1));
        } else if at == 0 && (apart || (in_order && self.run < 0)) {
            let all = std::mem::replace(self, Leaf::of_one(key, value, -1));
            right.push(all);
        } else if apart {
            let rest = self.split_off(at);
            self.insert(at, key, value, page_bytes, right);
            right.push(rest);
        } else {
            let middle = self.entries.middle();
            let mut rest = self.split_off(middle);
            let left = at < middle || (at == middle && self.size() <= rest.size());
            if left {
                self.insert(at, key, value, page_bytes, right);
                right.push(rest);
            } else {
                let mut further = Vec::new();
                rest.insert(at - middle, key, value, page_bytes, &mut further);
                right.push(rest);
                right.append(&mut further);
            }
        }
    }

    fn of_one(key: &[u8], value: &[u8], run: i32) -> Leaf {
        let mut entries = Packed::default();
        entries.insert(0, key, value);
        Leaf { entries, run }
    }

    fn split_off(&mut self, at: usize) -> Leaf {
        self.run = 0;
        Leaf {
            entries: self.entries.split_off(at),
            run: 0,
        }
    }
}

impl Inner {
    /// Puts nodes that were split off the child at `at` behind it.
    fn insert_siblings(&mut self, at: usize, siblings: Vec<Sibling>) {
        for (more, (separator, child)) in siblings.into_iter().enumerate() {
            self.separators.insert(at + more, &separator, &[]);
            self.children.insert(at + more + 1, child);
        }
    }

    /// Splits a node that has too many children. `latest` is the child that came in last: when it
    /// is at the end, the nodes that are split off leave the others full.
    fn split_while_large(&mut self, latest: usize, page_bytes: usize) -> Vec<Sibling> {
        let mut siblings = Vec::new();
        let at_end = latest + 1 == self.children.len();
        while is_too_large(self.children.len(), self.size(), page_bytes) {
            let len = self.children.len();
            let at = if at_end && siblings.is_empty() {
                len - 2
            } else {
                len / 2
            };
            siblings.push(self.split_off(at));
        }
        siblings.reverse();
        siblings
    }

    /// Takes the children from `at` on away, as a node of their own.
    fn split_off(&mut self, at: usize) -> Sibling {
        let between = self.separators.key(at - 1).to_vec();
        let separators = self.separators.split_off(at);
        self.separators.remove(at - 1);
        let children = self.children.split_off(at);
        let right = Inner {
            level: self.level,
            separators,
            children,
        };
        let count = right.count();
        (
            between,
            Child {
                node: Node::inner(right),
                count,
            },
        )
    }

    /// Removes the child at `at` if it is empty, and merges it with a neighbour if both are small.
    /// A neighbour that is not in memory is left alone.
    fn merge_if_small(
        &mut self,
        at: usize,
        page_bytes: usize,
        retired: &mut Retired,
    ) -> Result<()> {
        if self.children.len() < 2 {
            return Ok(());
        }
        if self.children[at].count == 0 {
            let child = self.children.remove(at);
            self.separators.remove(at.saturating_sub(1));
            retired.push(&child.node);
            return Ok(());
        }
        if !self.is_small(at, page_bytes) {
            return Ok(());
        }
        if at > 0 && self.fit_together(at - 1, page_bytes) {
            self.merge(at - 1, retired)
        } else if self.fit_together(at, page_bytes) {
            self.merge(at, retired)
        } else {
            Ok(())
        }
    }

    fn is_small(&self, at: usize, page_bytes: usize) -> bool {
        match self.children[at].node.content() {
            Some(Content::Leaf(leaf)) => leaf.size() < page_bytes / 4,
            Some(Content::Inner(inner)) => {
                inner.children.len() < 2
                    || (inner.children.len() < CHILDREN_MAX / 4 && inner.size() < page_bytes / 4)
            }
            None => false,
        }
    }

    /// True when the child at `at` and the next one would leave room on the page of both.
    fn fit_together(&self, at: usize, page_bytes: usize) -> bool {
        let Some(right) = self.children.get(at + 1) else {
            return false;
        };
        let left = self.children[at].node.content();
        match (left, right.node.content()) {
            (Some(Content::Leaf(left)), Some(Content::Leaf(right))) => {
                left.size() + right.size() <= page_bytes / 4 * 3
            }
            (Some(Content::Inner(left)), Some(Content::Inner(right))) => {
                left.children.len() + right.children.len() <= CHILDREN_MAX / 4 * 3
                    && left.size() + right.size() + self.separators.key(at).len()
                        <= page_bytes / 4 * 3
            }
            _ => false,
        }
    }

    /// Merges the child at `at` and the next one.
    fn merge(&mut self, at: usize, retired: &mut Retired) -> Result<()> {
        let between = self.separators.key(at).to_vec();
        let right = self.children.remove(at + 1);
        self.separators.remove(at);
        let left = &mut self.children[at];
        match (writable(&mut left.node, retired)?, right.node.content()) {
            (Content::Leaf(left), Some(Content::Leaf(right))) => {
                left.run = 0;
                left.entries.append(&right.entries);
            }
            (Content::Inner(left), Some(Content::Inner(right))) => {
                left.separators
                    .insert(left.children.len() - 1, &between, &[]);
                left.separators.append(&right.separators);
                left.children.extend(right.children.iter().cloned());
            }
            _ => return Err(not_loaded()),
        }
        left.count += right.count;
        retired.push(&right.node);
        Ok(())
    }
}
