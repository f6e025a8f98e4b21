//! How is a tree walked, forward and backward?

use std::ops::{Bound, Range};
use std::rc::Rc;

use super::handle::{Entry, EntryRef, LeafEntries, ValueHandle};
use super::node::{Content, Inner, Node, not_loaded};
use super::tree::Tree;
use crate::error::{Error, PageId, Result};

/// Pages that a scan asks for at once when it first meets one that is not in memory.
const READ_AHEAD_MIN: usize = 16;
/// Pages that a scan asks for at once, at most.
const READ_AHEAD_MAX: usize = 4096;

/// A place between two entries of one version of a tree.
///
/// The cursor owns its snapshot: it sees none of the changes made after it was created, and keeps
/// no reference to the tree. A new cursor stands before the first entry and has loaded nothing.
///
/// A call that fails, with a fault or otherwise, leaves the cursor where it was: after the pages
/// were loaded the call can be repeated. A scan that is repeated from its start asks for more pages
/// at a time the further it comes, so that the repetitions together cost about as much as one scan.
#[derive(Clone)]
pub struct Cursor {
    tree: Tree,
    /// The inner nodes from the root down, and the child that was taken in each.
    path: Vec<Frame>,
    /// The leaf; none while the cursor stands at one end of the tree and has not loaded anything.
    leaf: Option<Rc<Node>>,
    /// Entries of the leaf, and how many of them lie before the cursor.
    leaf_len: usize,
    index: usize,
    /// Where a cursor without a leaf stands.
    at_end: bool,
    /// Leaves that were left by walking.
    leaves_walked: usize,
}

#[derive(Clone)]
struct Frame {
    node: Rc<Node>,
    index: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}
use Direction::{Backward, Forward};

/// Where to go in each node on the way down from the root.
#[derive(Clone, Copy)]
enum Target<'a> {
    /// Before the first entry whose key is not below this one.
    Before(&'a [u8]),
    /// Behind the last entry whose key is not above this one.
    After(&'a [u8]),
    /// Behind this many entries.
    Position(u64),
    Start,
    End,
}

impl Cursor {
    pub(super) fn new(tree: Tree) -> Cursor {
        Cursor {
            tree,
            path: Vec::new(),
            leaf: None,
            leaf_len: 0,
            index: 0,
            at_end: false,
            leaves_walked: 0,
        }
    }

    /// The version of the tree that the cursor walks over.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Goes before the first entry whose key is not below this one.
    pub fn seek(&mut self, key: &[u8]) -> Result<()> {
        self.place(Target::Before(key))
    }

    /// Goes behind the last entry whose key is not above this one.
    pub fn seek_after(&mut self, key: &[u8]) -> Result<()> {
        self.place(Target::After(key))
    }

    /// Goes to the lower end of a range, to walk over it forward.
    pub fn seek_lower(&mut self, bound: Bound<&[u8]>) -> Result<()> {
        match bound {
            Bound::Included(key) => self.seek(key),
            Bound::Excluded(key) => self.seek_after(key),
            Bound::Unbounded => {
                self.seek_start();
                Ok(())
            }
        }
    }

    /// Goes to the upper end of a range, to walk over it backward.
    pub fn seek_upper(&mut self, bound: Bound<&[u8]>) -> Result<()> {
        match bound {
            Bound::Included(key) => self.seek_after(key),
            Bound::Excluded(key) => self.seek(key),
            Bound::Unbounded => {
                self.seek_end();
                Ok(())
            }
        }
    }

    /// Goes behind this many entries, or to the end if there are fewer.
    pub fn seek_to_position(&mut self, position: u64) -> Result<()> {
        self.place(Target::Position(position))
    }

    /// Goes before the first entry; loads nothing.
    pub fn seek_start(&mut self) {
        self.unplace(false);
    }

    /// Goes behind the last entry; loads nothing.
    pub fn seek_end(&mut self) {
        self.unplace(true);
    }

    fn unplace(&mut self, at_end: bool) {
        self.path.clear();
        self.leaf = None;
        self.leaf_len = 0;
        self.index = 0;
        self.at_end = at_end;
    }

    /// How many entries lie before the cursor.
    pub fn position(&self) -> u64 {
        if self.leaf.is_none() {
            return if self.at_end { self.tree.count } else { 0 };
        }
        let before = self.path.iter().map(|frame| {
            frame
                .node
                .as_inner()
                .map_or(0, |inner| inner.count_before(frame.index))
        });
        before.sum::<u64>() + self.index as u64
    }

    /// The number of all entries, wherever the cursor is.
    pub fn entries(&self) -> u64 {
        self.tree.count
    }

    /// Goes on behind `count` entries, or to the end; gives how many were left behind.
    pub fn skip(&mut self, count: u64) -> Result<u64> {
        let left = (self.leaf_len - self.index) as u64;
        if count <= left {
            self.index += count as usize;
            return Ok(count);
        }
        let from = self.position();
        let to = from.saturating_add(count).min(self.tree.count);
        self.seek_to_position(to)?;
        Ok(to - from)
    }

    /// Goes back before `count` entries, or to the start; gives how many were left behind.
    pub fn skip_back(&mut self, count: u64) -> Result<u64> {
        if count <= self.index as u64 {
            self.index -= count as usize;
            return Ok(count);
        }
        let from = self.position();
        let to = from.saturating_sub(count);
        self.seek_to_position(to)?;
        Ok(from - to)
    }

    /// The next entry; the cursor is behind it afterwards.
    // Not an `Iterator`: each step may fail, and can then be repeated.
    #[allow(clippy::should_implement_trait)]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Entry>> {
        if !self.has_next()? {
            return Ok(None);
        }
        let at = self.index;
        self.index += 1;
        Ok(self.entry(at))
    }

    /// The entry before the cursor; the cursor is before it afterwards.
    #[inline]
    pub fn previous(&mut self) -> Result<Option<Entry>> {
        if !self.has_previous()? {
            return Ok(None);
        }
        self.index -= 1;
        Ok(self.entry(self.index))
    }

    /// As [`Cursor::next`], but the entry is only borrowed.
    #[inline]
    pub fn next_ref(&mut self) -> Result<Option<EntryRef<'_>>> {
        if !self.has_next()? {
            return Ok(None);
        }
        let at = self.index;
        self.index += 1;
        Ok(self.entry_ref(at))
    }

    /// As [`Cursor::previous`], but the entry is only borrowed.
    #[inline]
    pub fn previous_ref(&mut self) -> Result<Option<EntryRef<'_>>> {
        if !self.has_previous()? {
            return Ok(None);
        }
        self.index -= 1;
        Ok(self.entry_ref(self.index))
    }

    /// The value of the entry that [`Cursor::next`] or [`Cursor::next_ref`] gave last, if the
    /// cursor has not been moved since.
    pub fn value_before(&self) -> Option<ValueHandle> {
        self.entry(self.index.checked_sub(1)?)
            .map(Entry::into_value)
    }

    /// The value of the entry that [`Cursor::previous`] or [`Cursor::previous_ref`] gave last, if
    /// the cursor has not been moved since.
    pub fn value_after(&self) -> Option<ValueHandle> {
        self.entry(self.index).map(Entry::into_value)
    }

    /// The rest of the leaf behind the cursor, or all of the next leaf; the cursor is behind it
    /// afterwards. `None` at the end of the tree.
    pub fn next_leaf(&mut self) -> Result<Option<LeafEntries>> {
        if !self.has_next()? {
            return Ok(None);
        }
        let from = std::mem::replace(&mut self.index, self.leaf_len);
        let leaf = self.leaf.clone();
        Ok(leaf.map(|leaf| LeafEntries {
            leaf,
            from,
            to: self.leaf_len,
        }))
    }

    /// The part of the leaf before the cursor, or all of the leaf before; the cursor is before it
    /// afterwards. `None` at the start of the tree.
    pub fn previous_leaf(&mut self) -> Result<Option<LeafEntries>> {
        if !self.has_previous()? {
            return Ok(None);
        }
        let to = std::mem::replace(&mut self.index, 0);
        let leaf = self.leaf.clone();
        Ok(leaf.map(|leaf| LeafEntries { leaf, from: 0, to }))
    }

    #[inline(always)]
    fn entry(&self, at: usize) -> Option<Entry> {
        let node = self.leaf.as_ref()?;
        let entries = &node.as_leaf()?.entries;
        (at < entries.len()).then(|| Entry::new(Rc::clone(node), entries.span(at)))
    }

    #[inline(always)]
    fn entry_ref(&self, at: usize) -> Option<EntryRef<'_>> {
        let entries = &self.leaf.as_ref()?.as_leaf()?.entries;
        let (key, value) = entries.entry(at);
        Some(EntryRef { key, value })
    }

    /// Goes to the leaf that holds the next entry; false when there is none.
    #[inline(always)]
    fn has_next(&mut self) -> Result<bool> {
        if self.index < self.leaf_len {
            Ok(true)
        } else {
            self.find_next()
        }
    }

    #[inline]
    fn has_previous(&mut self) -> Result<bool> {
        if self.index > 0 {
            Ok(true)
        } else {
            self.find_previous()
        }
    }

    #[cold]
    fn find_next(&mut self) -> Result<bool> {
        if self.leaf.is_none() {
            if self.at_end {
                return Ok(false);
            }
            self.place(Target::Start)?;
        }
        Ok(self.index < self.leaf_len || self.walk(Forward)?)
    }

    #[cold]
    fn find_previous(&mut self) -> Result<bool> {
        if self.leaf.is_none() {
            if !self.at_end {
                return Ok(false);
            }
            self.place(Target::End)?;
        }
        Ok(self.index > 0 || self.walk(Backward)?)
    }

    /// Goes down from the root.
    fn place(&mut self, target: Target<'_>) -> Result<()> {
        let mut target = target;
        let mut path = Vec::with_capacity(self.path.capacity());
        let mut node = &self.tree.root;
        let mut content = self.tree.load_root()?;
        while let Content::Inner(inner) = content {
            let index = match &mut target {
                Target::Before(key) | Target::After(key) => inner.place(key),
                Target::Position(position) => {
                    let (index, rest) = inner.place_of(*position);
                    *position = rest;
                    index
                }
                Target::Start => 0,
                Target::End => inner.children.len() - 1,
            };
            path.push(Frame {
                node: Rc::clone(node),
                index,
            });
            node = &inner.children[index].node;
            content = match target {
                Target::Before(_) | Target::After(_) => self.tree.load_toward(inner, index)?,
                _ => self.tree.load_child(inner, index)?,
            };
        }
        let Content::Leaf(leaf) = content else {
            return Err(not_loaded());
        };
        let len = leaf.entries.len();
        self.index = match target {
            Target::Before(key) => leaf.entries.search(key).unwrap_or_else(|at| at),
            Target::After(key) => leaf.entries.search(key).map_or_else(|at| at, |at| at + 1),
            Target::Position(position) => position.min(len as u64) as usize,
            Target::Start => 0,
            Target::End => len,
        };
        self.leaf_len = len;
        self.leaf = Some(Rc::clone(node));
        self.path = path;
        self.leaves_walked = 0;
        Ok(())
    }

    /// Goes to the next or the previous leaf; false when there is none.
    fn walk(&mut self, direction: Direction) -> Result<bool> {
        let beside = |frame: &Frame| frame.beside(direction);
        let Some(depth) = self.path.iter().rposition(|frame| beside(frame).is_some()) else {
            return Ok(false);
        };
        let start = beside(&self.path[depth]).unwrap_or_default();
        let (leaf, leaf_len, below) = match self.edge(depth, start, direction) {
            Err(error) if error.is_fault() => return Err(self.read_ahead(&error, direction)),
            other => other?,
        };
        self.path.truncate(depth + 1);
        self.path[depth].index = start;
        self.path.extend(below);
        if let Some(leaf) = leaf.as_leaf() {
            leaf.entries.touch();
        }
        self.leaf = Some(leaf);
        self.leaf_len = leaf_len;
        self.index = if direction == Forward { 0 } else { leaf_len };
        self.leaves_walked += 1;
        Ok(true)
    }

    /// The first leaf (or the last, going backward) below a child of a node on the path, its
    /// length, and the nodes between the two.
    fn edge(
        &self,
        depth: usize,
        index: usize,
        direction: Direction,
    ) -> Result<(Rc<Node>, usize, Vec<Frame>)> {
        let mut between = Vec::new();
        let mut node = &self.path[depth].node;
        let mut index = index;
        loop {
            // The nodes on the path, and those that were pushed, are inner ones in memory.
            let Some(inner) = node.as_inner() else {
                return Err(not_loaded());
            };
            node = &inner.children[index].node;
            match self.tree.load_child(inner, index)? {
                Content::Leaf(leaf) => return Ok((Rc::clone(node), leaf.entries.len(), between)),
                Content::Inner(below) => {
                    index = if direction == Forward {
                        0
                    } else {
                        below.children.len() - 1
                    };
                    between.push(Frame {
                        node: Rc::clone(node),
                        index,
                    });
                }
            }
        }
    }

    /// Adds to a fault the pages that the scan will come to after the missing one.
    #[cold]
    fn read_ahead(&self, fault: &Error, direction: Direction) -> Error {
        let limit = (self.leaves_walked * 4).clamp(READ_AHEAD_MIN, READ_AHEAD_MAX);
        let mut pages: Vec<PageId> = fault.missing_pages().unwrap_or_default().to_vec();
        for frame in self.path.iter().rev() {
            if let Some(inner) = frame.node.as_inner() {
                let beside = match direction {
                    Forward => frame.index + 1..inner.children.len(),
                    Backward => 0..frame.index,
                };
                self.missing(inner, beside, direction, limit, &mut pages);
            }
        }
        Error::fault(pages)
    }

    /// Lists the pages below some children that are not in memory, until there are `limit`.
    fn missing(
        &self,
        inner: &Inner,
        range: Range<usize>,
        direction: Direction,
        limit: usize,
        pages: &mut Vec<PageId>,
    ) {
        for step in 0..range.len() {
            if pages.len() >= limit {
                return;
            }
            let at = match direction {
                Forward => range.start + step,
                Backward => range.end - 1 - step,
            };
            let page = inner.children[at].node.page();
            match self.tree.load_child(inner, at) {
                Ok(Content::Inner(below)) => {
                    self.missing(below, 0..below.children.len(), direction, limit, pages);
                }
                Err(error) if error.is_fault() && pages.first() != Some(&page) => pages.push(page),
                // In memory, or damaged: the scan will say so when it comes there.
                _ => {}
            }
        }
    }
}

impl Frame {
    /// The child that comes after the one that was taken, if there is one.
    fn beside(&self, direction: Direction) -> Option<usize> {
        match direction {
            Forward => {
                let children = self.node.as_inner().map_or(0, |inner| inner.children.len());
                (self.index + 1 < children).then_some(self.index + 1)
            }
            Backward => self.index.checked_sub(1),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::storage::{Pager, Root};

    /// A tree on pages only: what it takes to open it.
    fn stored(count: u32) -> (BTreeMap<PageId, Vec<u8>>, Root) {
        let mut tree = Tree::with_page_bytes(&Pager::new(), 500);
        for number in 0..count {
            tree.put(&number.to_be_bytes(), b"12345678").unwrap();
        }
        let (mut last, mut pages) = (0, BTreeMap::new());
        let mut allocate = || {
            last += 1;
            last
        };
        let mut write = |page, bytes| {
            pages.insert(page, bytes);
            Ok(())
        };
        let root = tree.prepare(&mut allocate, &mut write).unwrap().root();
        (pages, root)
    }

    /// Scans a tree, from its start at every fault; gives how many leaves were walked over and how
    /// many faults there were.
    fn scan(forward: bool) -> (usize, usize, usize) {
        let (pages, root) = stored(100_000);
        let pager = Pager::new();
        let tree = Tree::open(&pager, 500, root);
        let (mut walked, mut faults) = (0, 0);
        loop {
            let mut cursor = tree.cursor();
            if !forward {
                cursor.seek_end();
            }
            let mut seen = 0;
            let error = loop {
                let next = if forward {
                    cursor.next_leaf()
                } else {
                    cursor.previous_leaf()
                };
                match next {
                    Ok(Some(leaf)) => seen += leaf.len(),
                    Ok(None) => {
                        assert_eq!((seen, pager.waiting()), (100_000, 0));
                        return (walked + cursor.leaves_walked, faults, pages.len());
                    }
                    Err(error) => break error,
                }
            };
            walked += cursor.leaves_walked;
            faults += 1;
            for page in error.missing_pages().unwrap() {
                pager.supply(*page, &pages[page]).unwrap();
            }
        }
    }

    #[test]
    fn a_scan_reads_ahead_further_and_further() {
        for forward in [true, false] {
            let (walked, faults, pages) = scan(forward);
            assert!(pages > 2500);
            assert!(walked < 3 * pages, "{walked} leaves for {pages} pages");
            assert!(faults < 50, "{faults} faults for {pages} pages");
        }
    }

    #[test]
    fn many_keys_are_one_fault_per_level() {
        let (pages, root) = stored(100_000);
        let pager = Pager::new();
        let tree = Tree::open(&pager, 500, root);
        let keys: Vec<_> = (0..100_000u32)
            .step_by(2500)
            .map(u32::to_be_bytes)
            .collect();
        let mut faults = 0;
        while let Err(error) = tree.prefetch(keys.iter().map(|key| key.as_slice())) {
            faults += 1;
            for page in error.missing_pages().unwrap() {
                pager.supply(*page, &pages[page]).unwrap();
            }
        }
        assert!(faults < 8);
        assert!(keys.iter().all(|key| tree.contains(key).unwrap()));
    }

    #[test]
    fn a_new_cursor_loads_nothing() {
        let (_, root) = stored(100);
        let tree = Tree::open(&Pager::new(), 100, root);
        let mut cursor = tree.cursor();
        assert_eq!(
            (cursor.position(), cursor.previous().unwrap().is_none()),
            (0, true)
        );
        assert!(cursor.next().err().unwrap().is_fault());
        cursor.seek_end();
        assert_eq!(
            (cursor.position(), cursor.next().unwrap().is_none()),
            (100, true)
        );
        assert!(cursor.previous().err().unwrap().is_fault());
    }
}
