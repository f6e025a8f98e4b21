//! Checkpoints: the dirty pages of all trees and a new manifest, in one transaction.

use crate::ordered::OrderedMap;
use crate::sorting::sort;
use std::rc::Rc;

use super::format::{self, COPY, COPY_END, CollectionRoots, Counters, MANIFEST, PAGE_CHUNKS};
use super::store::{Batch, Durability, Space};
use super::{frame, journal};
use crate::catalog::Collection;
use crate::engine::Engine;
use crate::error::{PageId, Result};
use crate::storage::{Prepared, Root, Tree};

/// The trees of the last manifest, by collection and place (0: records, then the indexes by name),
/// so that the pages of those that are gone can be deleted.
pub(super) type WrittenTrees = OrderedMap<(u64, String), Root>;

/// A checkpoint on its way to the store.
pub(super) struct Checkpoint {
    pub batch: Batch,
    pub counters: Counters,
    pub trees: WrittenTrees,
    prepared: Vec<CollectionPrepared>,
}

struct CollectionPrepared {
    id: u64,
    records: Prepared,
    /// By name, as indexes may be dropped while the checkpoint is written.
    indexes: Vec<(String, Prepared)>,
}

impl Checkpoint {
    /// Collects what has to be written. `counters.journal` is the number of the first journal
    /// chunk that is not replaced, and gets an empty group as a trace; `dropped` are pages of trees
    /// that are gone; `walls`, in order, are chunks of the journal that stay.
    pub(super) fn prepare(
        engine: &Engine,
        mut counters: Counters,
        first_chunk: u64,
        dropped: &[PageId],
        walls: &[u64],
        durability: Durability,
    ) -> Result<Checkpoint> {
        let mut batch = Batch {
            durability,
            ..Batch::default()
        };
        let mut prepared = Vec::new();
        let mut collections: Vec<(Rc<Collection>, CollectionRoots)> = Vec::new();
        let mut trees = WrittenTrees::new();
        for collection in engine.catalog().iter() {
            let id = collection.info.id;
            let mut write = |tree: &Tree| write_tree(tree, &mut counters.next_page, &mut batch);
            let records = write(collection.records.tree())?;
            let mut indexes = Vec::new();
            for index in &collection.indexes {
                indexes.push((index.spec.name.clone(), write(&index.tree)?));
            }
            trees.insert((id, String::new()), records.root());
            for (name, index) in &indexes {
                trees.insert((id, name.clone()), index.root());
            }
            let roots = CollectionRoots {
                records: records.root(),
                indexes: indexes.iter().map(|(_, index)| index.root()).collect(),
            };
            collections.push((Rc::clone(collection), roots));
            prepared.push(CollectionPrepared {
                id,
                records,
                indexes,
            });
        }
        counters.sequence = engine.sequence();
        counters.next_collection = engine.next_collection_id();
        let replaced = counters.journal;
        counters.journal = first_chunk;
        let manifest = format::write_manifest(counters, &collections, engine.answers());
        batch.delete_ranges.push((Space::Meta, MANIFEST, COPY_END));
        let walls = walls.iter().copied();
        let walls = walls.filter(|wall| (replaced..first_chunk).contains(wall));
        let mut from = replaced;
        for wall in walls.chain([first_chunk]) {
            batch.delete_ranges.push((Space::Journal, from, wall));
            from = wall + 1;
        }
        dropped
            .iter()
            .for_each(|&page| delete_page(page, &mut batch));
        for place in [MANIFEST, COPY] {
            frame::seal(Space::Meta, place, &[&manifest], &mut batch.puts);
        }
        journal::write_trace(counters.sequence, first_chunk, &mut batch.adds);
        Ok(Checkpoint {
            batch,
            counters,
            trees,
            prepared,
        })
    }

    /// Says that the batch is durable.
    pub(super) fn confirm(self, engine: &mut Engine) {
        for done in self.prepared {
            let namespace = engine
                .catalog()
                .iter()
                .find(|collection| collection.info.id == done.id);
            // A collection that was dropped meanwhile needs no page ids any more.
            let Some(namespace) = namespace.map(|found| found.info.namespace.clone()) else {
                continue;
            };
            engine.update_pages(&namespace, |collection| {
                collection.records.tree_mut().confirm(done.records);
                for (name, prepared) in done.indexes {
                    let mut indexes = collection.indexes.iter_mut();
                    if let Some(index) = indexes.find(|index| index.spec.name == name) {
                        index.tree.confirm(prepared);
                    }
                }
            });
        }
    }
}

fn write_tree(tree: &Tree, next_page: &mut u64, batch: &mut Batch) -> Result<Prepared> {
    let mut allocate = || {
        *next_page += 1;
        *next_page - 1
    };
    let prepared = tree.prepare(&mut allocate, &mut |page, bytes| {
        frame::seal(Space::Pages, page * PAGE_CHUNKS, &[&bytes], &mut batch.puts);
        Ok(())
    })?;
    prepared
        .freed()
        .iter()
        .for_each(|&page| delete_page(page, batch));
    Ok(prepared)
}

fn delete_page(page: PageId, batch: &mut Batch) {
    let first = page * PAGE_CHUNKS;
    batch
        .delete_ranges
        .push((Space::Pages, first, first + PAGE_CHUNKS));
}

/// Runs of neighbouring ranges are one request each.
pub(super) fn join_ranges(batch: &mut Batch) {
    sort(&mut batch.delete_ranges);
    let mut joined: Vec<(Space, u64, u64)> = Vec::new();
    for range in batch.delete_ranges.drain(..) {
        match joined.last_mut() {
            Some(last) if last.0 == range.0 && last.2 >= range.1 => last.2 = last.2.max(range.2),
            _ => joined.push(range),
        }
    }
    joined.retain(|range| range.1 < range.2);
    batch.delete_ranges = joined;
}

/// The names of all trees there are, with the roots they have in the store.
pub(super) fn stored_trees(engine: &Engine) -> WrittenTrees {
    let mut trees = WrittenTrees::new();
    for collection in engine.catalog().iter() {
        let id = collection.info.id;
        trees.insert((id, String::new()), collection.records.tree().stored_root());
        for index in &collection.indexes {
            trees.insert((id, index.spec.name.clone()), index.tree.stored_root());
        }
    }
    trees
}
