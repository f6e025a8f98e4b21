//! Repair: a database that works again, of all that can be read of a damaged one.

use std::rc::Rc;

use super::database::{Database, Options};
use super::link::Link;
use super::recovery;
use super::salvage::{self, Salvaged};
use super::store::Store;
use crate::catalog::{Catalog, Collection};
use crate::env::Env;
use crate::error::Result;
use crate::index::Index;
use crate::storage::Tree;
use crate::value::DocumentBuf;

impl<S: Store> Database<S> {
    /// Writes what can be read of a store onto new pages, with indexes built from the documents, in
    /// one transaction: before it the store is as it was. Also gives what could not be read, as
    /// `tussockSnapshot` describes it.
    ///
    /// Errors: `UnsupportedFormat` (12), `LockBusy` (46), the store's.
    pub async fn repair(
        store: S,
        env: Rc<dyn Env>,
        options: Options,
    ) -> Result<(Database<S>, Vec<DocumentBuf>)> {
        let check = &recovery::check_not_newer;
        let link = Link::claim(store, options.durability, check).await?;
        if let Some(refusal) = link.refusal() {
            return Err(refusal.clone());
        }
        let mut salvaged = salvage::salvage(&link, env.clone()).await?;
        rebuild(&link, &mut salvaged).await?;
        let Salvaged {
            mut recovered,
            collections,
            missing,
            ..
        } = salvaged;
        let mut catalog = Catalog::default();
        for collection in collections {
            let namespace = collection.info.namespace.clone();
            catalog.set(&namespace, Some(Rc::new(collection)));
        }
        let (sequence, next) = (
            recovered.engine.sequence(),
            recovered.counters.next_collection,
        );
        recovered.engine.restore(catalog, sequence, next);
        let sweep_end = recovered.counters.next_page;
        let database = Database::over(link, recovered, options, env);
        database.progress.borrow_mut().sweep_end = sweep_end;
        database.flush().await?;
        Ok((database, missing.0))
    }
}

async fn rebuild<S: Store>(link: &Link<S>, salvaged: &mut Salvaged) -> Result<()> {
    for collection in &mut salvaged.collections {
        let namespace = collection.info.namespace.clone();
        let (records, lost) = salvage::copy(link, &salvaged.pager, &collection.records).await?;
        salvaged.missing.documents(&namespace, lost);
        collection.records = records;
        let specs: Vec<_> = collection
            .indexes
            .drain(..)
            .map(|index| index.spec)
            .collect();
        for spec in specs {
            let index = Index::new(spec.as_ref().clone(), Tree::new(&salvaged.pager));
            match built(collection, index) {
                Ok(index) => collection.indexes.push(index),
                // Documents that a missing commit deleted or changed can be in its way.
                Err(_) => salvaged.missing.index(&namespace, &spec.name),
            }
        }
    }
    Ok(())
}

fn built(collection: &Collection, mut index: Index) -> Result<Index> {
    collection.build_index(&mut index, None)?;
    Ok(index)
}
