//! Does the tree do what a `BTreeMap` does, on pages so small that the trees are deep?
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::error::{PageId, Result};

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// Pages that survive; a fault is answered with the page that was asked for, and no other.
#[derive(Default)]
struct Disk {
    pages: BTreeMap<PageId, Vec<u8>>,
    last: PageId,
    loads: usize,
}

impl Disk {
    /// Repeats an access until no page is missing.
    fn run<T>(&mut self, pager: &Pager, mut access: impl FnMut() -> Result<T>) -> T {
        for _ in 0..10_000 {
            match access() {
                Ok(done) => return done,
                Err(error) => {
                    let missing = error.missing_pages().expect("a fault").to_vec();
                    assert_eq!(missing.iter().collect::<BTreeSet<_>>().len(), missing.len());
                    for page in &missing {
                        assert!(self.pages.contains_key(page), "page {page} was deleted");
                    }
                    pager.supply(missing[0], &self.pages[&missing[0]]).unwrap();
                    self.loads += 1;
                }
            }
        }
        panic!("the access never ends");
    }

    fn prepare(&mut self, tree: &Tree) -> Prepared {
        let mut last = self.last;
        let pages = &mut self.pages;
        let mut allocate = || {
            last += 1;
            last
        };
        let mut write = |page, bytes| {
            assert!(pages.insert(page, bytes).is_none());
            Ok(())
        };
        let prepared = tree.prepare(&mut allocate, &mut write).unwrap();
        self.last = last;
        prepared
    }

    fn confirm(&mut self, tree: &mut Tree, prepared: Prepared) {
        for page in prepared.freed() {
            self.pages.remove(page);
        }
        tree.confirm(prepared);
    }
}

#[derive(Clone, Debug)]
enum Op {
    Put(Vec<u8>, Vec<u8>),
    Insert(Vec<u8>, Vec<u8>),
    PutMany(u8, Vec<u8>),
    Remove(Vec<u8>),
    RemoveRange(Vec<u8>, u8),
    Clear,
    Snapshot,
    DropSnapshot,
    /// Change a clone, and give it up or put it in the place of the original.
    Branch(Vec<(Vec<u8>, Vec<u8>)>, bool),
    Checkpoint,
    /// A checkpoint that fails after some writes.
    AbortedCheckpoint(Vec<(Vec<u8>, Vec<u8>)>),
    /// A checkpoint with writes between its two steps.
    SlowCheckpoint(Vec<(Vec<u8>, Vec<u8>)>),
    Reopen,
    Check(Vec<u8>, Vec<u8>),
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::collection::vec(0u8..4, 0..6),
        3 => (0u64..400).prop_map(|n| n.to_be_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 0..12),
        1 => prop::collection::vec(any::<u8>(), 100..400),
    ]
}

fn pairs() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    prop::collection::vec((key(), value()), 0..6)
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => (key(), value()).prop_map(|(k, v)| Op::Put(k, v)),
        3 => (key(), value()).prop_map(|(k, v)| Op::Insert(k, v)),
        5 => (any::<u8>(), value()).prop_map(|(n, v)| Op::PutMany(n, v)),
        8 => key().prop_map(Op::Remove),
        3 => (key(), 1u8..40).prop_map(|(k, n)| Op::RemoveRange(k, n)),
        1 => Just(Op::Clear),
        2 => Just(Op::Snapshot),
        1 => Just(Op::DropSnapshot),
        2 => (pairs(), any::<bool>()).prop_map(|(p, keep)| Op::Branch(p, keep)),
        2 => Just(Op::Checkpoint),
        2 => pairs().prop_map(Op::AbortedCheckpoint),
        2 => pairs().prop_map(Op::SlowCheckpoint),
        1 => Just(Op::Reopen),
        3 => (key(), key()).prop_map(|(a, b)| Op::Check(a, b)),
    ]
}

/// A tree, what it must hold, and what it was at other times.
struct Run {
    pager: Rc<Pager>,
    disk: Disk,
    page_bytes: usize,
    tree: Tree,
    model: Model,
    durable: (Root, Model),
    snapshots: Vec<(Tree, Cursor, Model)>,
    /// True when pages may lie on the disk that nobody knows of: what a checkpoint wrote that was
    /// given up, or what a snapshot still held when everything was closed.
    litter: bool,
}

impl Run {
    fn new(page_bytes: usize) -> Run {
        let pager = Pager::new();
        let tree = Tree::with_page_bytes(&pager, page_bytes);
        Run {
            pager,
            disk: Disk::default(),
            page_bytes,
            tree,
            model: Model::new(),
            durable: Default::default(),
            snapshots: Vec::new(),
            litter: false,
        }
    }

    fn put(&mut self, key: &[u8], value: &[u8]) {
        let Run {
            pager,
            disk,
            tree,
            model,
            ..
        } = self;
        let replaced = disk.run(pager, || tree.put(key, value));
        let expected = model.insert(key.to_vec(), value.to_vec());
        assert_eq!(replaced, expected.map(|old| old.len()));
    }

    fn remove(&mut self, key: &[u8]) {
        let Run {
            pager,
            disk,
            tree,
            model,
            ..
        } = self;
        let removed = disk.run(pager, || tree.remove(key));
        assert_eq!(removed, model.remove(key).map(|old| old.len()));
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Put(key, value) => self.put(key, value),
            Op::Insert(key, value) => {
                let Run {
                    pager,
                    disk,
                    tree,
                    model,
                    ..
                } = self;
                let added = disk.run(pager, || tree.insert(key, value));
                assert_eq!(added, !model.contains_key(key));
                model.entry(key.clone()).or_insert_with(|| value.clone());
            }
            Op::PutMany(first, value) => {
                for n in 0..30u64 {
                    self.put(&(u64::from(*first) + n).to_be_bytes(), value);
                }
            }
            Op::Remove(key) => self.remove(key),
            Op::RemoveRange(from, count) => {
                let range = self.model.range(from.clone()..);
                let keys: Vec<_> = range
                    .take(usize::from(*count))
                    .map(|(key, _)| key.clone())
                    .collect();
                for key in keys {
                    self.remove(&key);
                }
            }
            Op::Clear => {
                let Run {
                    pager,
                    disk,
                    tree,
                    model,
                    ..
                } = self;
                disk.run(pager, || tree.clear());
                model.clear();
            }
            Op::Snapshot => {
                let mut cursor = self.tree.cursor();
                self.disk.run(&self.pager, || cursor.next());
                self.snapshots
                    .push((self.tree.clone(), cursor, self.model.clone()));
            }
            Op::DropSnapshot => {
                if !self.snapshots.is_empty() {
                    self.snapshots.remove(0);
                }
            }
            Op::Branch(pairs, keep) => {
                let (tree, model) = (self.tree.clone(), self.model.clone());
                for (key, value) in pairs {
                    self.put(key, value);
                    self.remove(&value[..value.len().min(3)]);
                }
                if !keep {
                    (self.tree, self.model) = (tree, model);
                }
            }
            Op::Checkpoint => self.checkpoint(&[]),
            Op::SlowCheckpoint(pairs) => self.checkpoint(pairs),
            Op::AbortedCheckpoint(pairs) => {
                let dirty = self.tree.dirty_pages();
                let prepared = self.disk.prepare(&self.tree);
                assert_eq!(prepared.written(), dirty);
                self.litter = true;
                for (key, value) in pairs {
                    self.put(key, value);
                }
                drop(prepared);
                if pairs.is_empty() {
                    assert_eq!(self.tree.dirty_pages(), dirty);
                }
            }
            Op::Reopen => {
                let (root, model) = self.durable.clone();
                self.snapshots.clear();
                self.litter = true;
                self.pager = Pager::new();
                self.tree = Tree::open(&self.pager, self.page_bytes, root);
                self.model = model;
            }
            Op::Check(low, high) => self.check_range(low, high),
        }
        assert_eq!(self.tree.len(), self.model.len() as u64);
        let bytes: usize = self
            .model
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum();
        assert_eq!(self.tree.data_bytes(), bytes as u64);
    }

    fn checkpoint(&mut self, meanwhile: &[(Vec<u8>, Vec<u8>)]) {
        let prepared = self.disk.prepare(&self.tree);
        self.durable = (prepared.root(), self.model.clone());
        for (key, value) in meanwhile {
            self.put(key, value);
        }
        self.disk.confirm(&mut self.tree, prepared);
        if meanwhile.is_empty() {
            assert_eq!(self.tree.dirty_pages(), 0);
            if self.snapshots.is_empty() {
                assert!(!self.tree.is_dirty());
            }
        }
    }

    /// Gets, counts, ranks and cursors around two keys.
    fn check_range(&mut self, low: &[u8], high: &[u8]) {
        let Run {
            pager,
            disk,
            tree,
            model,
            ..
        } = self;
        let found = disk.run(pager, || tree.get(low));
        assert_eq!(found.as_deref(), model.get(low).map(Vec::as_slice));
        let found = disk.run(pager, || Ok(tree.get_ref(high)?.map(<[u8]>::to_vec)));
        assert_eq!(found.as_ref(), model.get(high));
        let rank = disk.run(pager, || tree.rank(low));
        assert_eq!(rank, model.range(..low.to_vec()).count() as u64);

        let bounds = |key: &[u8]| {
            [
                Bound::Included(key.to_vec()),
                Bound::Excluded(key.to_vec()),
                Bound::Unbounded,
            ]
        };
        for lower in bounds(low) {
            for upper in bounds(high) {
                let (from, to) = (as_slice(&lower), as_slice(&upper));
                let inside = |key: &[u8]| {
                    (match from {
                        Bound::Included(low) => key >= low,
                        Bound::Excluded(low) => key > low,
                        Bound::Unbounded => true,
                    }) && (match to {
                        Bound::Included(high) => key <= high,
                        Bound::Excluded(high) => key < high,
                        Bound::Unbounded => true,
                    })
                };
                let expected: Vec<_> = model.iter().filter(|(key, _)| inside(key)).collect();
                let count = disk.run(pager, || tree.count_range(from, to));
                assert_eq!(count, expected.len() as u64);

                let mut cursor = tree.cursor();
                disk.run(pager, || cursor.seek_lower(from));
                for (key, value) in &expected {
                    let entry = disk.run(pager, || cursor.next()).unwrap();
                    assert_eq!(
                        (entry.key(), entry.value()),
                        (key.as_slice(), value.as_slice())
                    );
                }
                let mut cursor = tree.cursor();
                disk.run(pager, || cursor.seek_upper(to));
                for (key, value) in expected.iter().rev() {
                    let entry = disk.run(pager, || cursor.previous()).unwrap();
                    assert_eq!(
                        (entry.key(), entry.value()),
                        (key.as_slice(), value.as_slice())
                    );
                }
            }
        }
    }

    fn check_all(&mut self) {
        check_whole(&mut self.disk, &self.pager, &self.tree, &self.model);
        for (snapshot, mut cursor, model) in std::mem::take(&mut self.snapshots) {
            check_whole(&mut self.disk, &self.pager, &snapshot, &model);
            // This cursor has read one entry, long ago.
            for (key, value) in model.iter().skip(1) {
                let entry = self.disk.run(&self.pager, || cursor.next()).unwrap();
                assert_eq!(
                    (entry.key(), &*entry.clone().into_value()),
                    (key.as_slice(), value.as_slice())
                );
            }
            assert!(self.disk.run(&self.pager, || cursor.next()).is_none());
        }
        // With the snapshots gone, a checkpoint leaves exactly the pages of the tree.
        self.checkpoint(&[]);
        self.checkpoint(&[]);
        let mut pages = BTreeSet::new();
        let Run {
            pager, disk, tree, ..
        } = self;
        disk.run(pager, || {
            pages.clear();
            tree.pages(&mut |page| assert!(pages.insert(page)))
        });
        if !self.litter {
            assert_eq!(pages, self.disk.pages.keys().copied().collect());
        }
        self.step(&Op::Reopen);
        check_whole(&mut self.disk, &self.pager, &self.tree, &self.model);
    }
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}

/// Walks over a whole tree in every way.
fn check_whole(disk: &mut Disk, pager: &Pager, tree: &Tree, model: &Model) {
    let expected: Vec<_> = model
        .iter()
        .map(|(key, value)| EntryRef { key, value })
        .collect();
    let mut cursor = tree.cursor();
    for (position, entry) in expected.iter().enumerate() {
        assert_eq!(cursor.position(), position as u64);
        let found = disk.run(pager, || Ok(cursor.next_ref()?.is_some()));
        assert!(found);
        assert_eq!(cursor.value_before().as_deref(), Some(entry.value));
    }
    assert!(disk.run(pager, || cursor.next()).is_none());
    for entry in expected.iter().rev() {
        assert!(disk.run(pager, || Ok(cursor.previous_ref()?.is_some())));
        assert_eq!(cursor.value_after().as_deref(), Some(entry.value));
    }
    assert!(disk.run(pager, || cursor.previous()).is_none());

    let mut by_leaf = Vec::new();
    while let Some(leaf) = disk.run(pager, || cursor.next_leaf()) {
        by_leaf.push(leaf);
    }
    assert_eq!(
        by_leaf
            .iter()
            .flat_map(LeafEntries::iter)
            .collect::<Vec<_>>(),
        expected
    );
    for leaf in &by_leaf {
        for (at, entry) in leaf.iter().enumerate() {
            assert_eq!(leaf.entry(at).unwrap().key(), entry.key);
        }
        assert!(leaf.entry(leaf.len()).is_none());
    }
    let mut by_leaf = Vec::new();
    while let Some(leaf) = disk.run(pager, || cursor.previous_leaf()) {
        by_leaf.extend(leaf.iter().rev().map(|entry| entry.key.to_vec()));
    }
    let backward: Vec<_> = expected
        .iter()
        .rev()
        .map(|entry| entry.key.to_vec())
        .collect();
    assert_eq!(by_leaf, backward);

    let len = expected.len() as u64;
    for (from, by) in [
        (0, 1),
        (len / 3, len / 3),
        (len / 2, 2),
        (len, 1),
        (len + 9, 0),
    ] {
        disk.run(pager, || cursor.seek_to_position(from));
        assert_eq!(cursor.position(), from.min(len));
        let skipped = disk.run(pager, || cursor.skip(by));
        assert_eq!(skipped, by.min(len - from.min(len)));
        let next = disk.run(pager, || cursor.clone().next());
        let at = from.min(len) + skipped;
        assert_eq!(
            next.as_ref().map(Entry::key),
            expected.get(at as usize).map(|e| e.key)
        );
        let back = disk.run(pager, || cursor.skip_back(by + 1));
        assert_eq!(back, (by + 1).min(at));
        assert_eq!(cursor.position(), at - back);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn does_what_a_btreemap_does(
        page_bytes in 0usize..400,
        ops in prop::collection::vec(op(), 1..120),
    ) {
        let mut run = Run::new(page_bytes);
        for op in &ops {
            run.step(op);
        }
        run.check_all();
    }

    #[test]
    fn a_built_tree_is_as_one_that_grew(
        page_bytes in 0usize..400,
        model in prop::collection::btree_map(key(), value(), 0..600),
    ) {
        let pager = Pager::new();
        let mut builder = TreeBuilder::with_page_bytes(&pager, page_bytes);
        for (key, value) in &model {
            builder.append(key, value).unwrap();
            prop_assert!(builder.append(key, value).is_err());
        }
        let mut run = Run::new(page_bytes);
        run.pager = Rc::clone(&pager);
        run.tree = builder.finish();
        run.model = model;
        check_whole(&mut run.disk, &run.pager, &run.tree, &run.model);
        let keys: Vec<_> = run.model.keys().step_by(2).cloned().collect();
        for key in keys {
            run.remove(&key);
            run.put(&[key, vec![1, 2]].concat(), b"added");
        }
        run.check_all();
    }
}
