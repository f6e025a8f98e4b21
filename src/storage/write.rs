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

/// Entries that have to come in one after the other before a leaf is cut behind them.
const RUN_MIN: usize = 8;

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
    Err(Error::new(
        codes::BSON_OBJECT_TOO_LARGE,
        format_args!("An entry must be smaller than {ENTRY_BYTES_END} bytes"),
    ))
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
            (leaf.run, leaf.last) = (0, 0);
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
            self.note_insert(at);
            return self.entries.insert(at, key, value);
        }
        // Entries that come in order leave the leaf full behind them: it is cut where they come in.
        // Otherwise it is cut in the middle, so that both halves have room for any order.
        let run = self.run.unsigned_abs() as usize;
        let goes_on = at
            == if self.run > 0 {
                self.last + 1
            } else {
                self.last
            };
        let in_order = goes_on && run >= (count / 2).clamp(1, RUN_MIN);
        let apart = count == 1 || need * 2 > page_bytes;
        if !in_order && !apart {
            return self.insert_halved(at, key, value, page_bytes, right);
        }
        let ascending = self.run >= 0;
        let mut rest = Leaf::default();
        if at < count {
            rest.entries = self.entries.split_off(at);
        }
        if ascending && at > 0 && self.size() + need <= page_bytes {
            self.note_insert(at);
            self.entries.insert(at, key, value);
        } else if !ascending && at < count && rest.size() + need <= page_bytes {
            rest.run = self.run;
            rest.note_insert(0);
            rest.entries.insert(0, key, value);
        } else if at == 0 {
            self.run = self.run.min(-1);
            self.last = 0;
            self.entries.insert(0, key, value);
        } else {
            let mut one = Leaf {
                run: self.run.max(1),
                ..Leaf::default()
            };
            one.entries.insert(0, key, value);
            right.push(one);
        }
        if rest.entries.len() > 0 {
            right.push(rest);
        }
    }

    /// As [`Leaf::insert`], after the leaf was cut in two halves.
    fn insert_halved(
        &mut self,
        at: usize,
        key: &[u8],
        value: &[u8],
        page_bytes: usize,
        right: &mut Vec<Leaf>,
    ) {
        let middle = self.entries.middle();
        let mut rest = Leaf {
            entries: self.entries.split_off(middle),
            ..Leaf::default()
        };
        (self.run, self.last) = (0, 0);
        if at < middle || (at == middle && self.size() <= rest.size()) {
            self.insert(at, key, value, page_bytes, right);
            right.push(rest);
        } else {
            let mut further = Vec::new();
            rest.insert(at - middle, key, value, page_bytes, &mut further);
            right.push(rest);
            right.append(&mut further);
        }
    }

    /// Keeps count of entries that come in order.
    fn note_insert(&mut self, at: usize) {
        self.run = match at {
            _ if at == self.last + 1 && self.run >= 0 => self.run + 1,
            _ if at == self.last && self.run <= 0 => self.run - 1,
            _ => 0,
        };
        self.last = at;
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
                (left.run, left.last) = (0, 0);
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::storage::Pager;

    /// Entries go in by the numbers given; how full are the pages, in percent?
    fn fill(numbers: impl Iterator<Item = u32>) -> usize {
        let mut tree = Tree::with_page_bytes(&Pager::new(), 1000);
        for number in numbers {
            tree.put(&number.to_be_bytes(), b"12345678").unwrap();
        }
        // Four bytes of key, eight of value, and their lengths.
        tree.len() as usize * 14 * 100 / (tree.dirty_pages() * 1000)
    }

    #[test]
    fn pages_are_full_where_entries_come_in_order() {
        let in_groups = (0..20_000).map(|n| (n % 10) * 100_000 + n / 10);
        let mut state = 1u64;
        let in_disorder = (0..20_000).map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 32) as u32
        });
        assert!(fill(0..20_000) >= 90);
        assert!(fill((0..20_000).rev()) >= 90);
        assert!(fill(in_groups) >= 80);
        let disorder = fill(in_disorder);
        assert!(disorder >= 60, "{disorder}");
    }

    #[test]
    fn large_entries_lie_alone_and_leave_the_others_together() {
        let mut tree = Tree::with_page_bytes(&Pager::new(), 200);
        for number in 0..8u8 {
            tree.put(&[number * 10], b"small").unwrap();
        }
        tree.put(&[35], &[1; 5000]).unwrap();
        assert_eq!(tree.dirty_pages(), 4);
        tree.put(&[35], b"small").unwrap();
        for number in 0..8u8 {
            tree.remove(&[number * 10]).unwrap();
        }
        assert_eq!((tree.dirty_pages(), tree.len()), (1, 1));
    }

    #[test]
    fn small_nodes_are_merged() {
        let mut tree = Tree::with_page_bytes(&Pager::new(), 200);
        for number in 0..2000u32 {
            tree.put(&number.to_be_bytes(), b"12345678").unwrap();
        }
        let full = tree.dirty_pages();
        for number in (0..2000u32).filter(|number| number % 10 != 0) {
            tree.remove(&number.to_be_bytes()).unwrap();
        }
        assert!(tree.dirty_pages() * 3 < full);
        for number in (0..2000u32).step_by(10) {
            tree.remove(&number.to_be_bytes()).unwrap();
        }
        assert!(tree.is_empty() && tree.root.as_leaf().is_some());
    }

    #[test]
    fn too_large_is_refused() {
        let mut tree = Tree::new(&Pager::new());
        let error = tree.put(b"key", &vec![0; ENTRY_BYTES_END]).unwrap_err();
        assert_eq!(error.code(), codes::BSON_OBJECT_TOO_LARGE);
        assert!(tree.is_empty());
    }
}
