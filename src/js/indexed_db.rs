//! The store in IndexedDB: one database, version 1, three object stores with numbers as keys.
//!
//! The schema lies in our own pages, so the IndexedDB version never changes. No transaction is held
//! across anything but its own requests.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbTransaction};

use super::idb;
use crate::error::{Error, Result, codes};
use crate::persist::{Batch, Durability, Space, Store, Values};

const SPACES: [Space; 3] = [Space::Meta, Space::Journal, Space::Pages];

fn store_name(space: Space) -> &'static str {
    match space {
        Space::Meta => "meta",
        Space::Journal => "journal",
        Space::Pages => "pages",
    }
}

/// A store of one name.
pub struct IndexedDb {
    name: String,
    connection: RefCell<Option<Rc<Connection>>>,
}

/// An open connection, with the handler that lets other tabs delete or upgrade the database.
struct Connection {
    database: IdbDatabase,
    _on_version_change: Closure<dyn FnMut()>,
}

impl IndexedDb {
    /// Opens or creates the database.
    ///
    /// Errors: `OperationFailed` (96) where there is no IndexedDB or it refuses.
    pub async fn open(name: &str) -> Result<IndexedDb> {
        let store = IndexedDb {
            name: name.to_owned(),
            connection: RefCell::new(None),
        };
        store.connection().await?;
        Ok(store)
    }

    /// Closes the connection.
    pub fn close(&self) {
        if let Some(connection) = self.connection.borrow_mut().take() {
            connection.database.close();
        }
    }

    async fn connection(&self) -> Result<Rc<Connection>> {
        if let Some(connection) = self.connection.borrow().as_ref() {
            return Ok(connection.clone());
        }
        let connection = Rc::new(connect(&self.name).await?);
        *self.connection.borrow_mut() = Some(connection.clone());
        Ok(connection)
    }

    /// Begins a transaction, on a new connection if the old one is dead.
    async fn transaction(&self, write: bool, durability: Durability) -> Result<IdbTransaction> {
        let connection = self.connection().await?;
        match begin(&connection.database, write, durability) {
            Ok(transaction) => Ok(transaction),
            Err(_) => {
                self.close();
                let connection = self.connection().await?;
                begin(&connection.database, write, durability).map_err(|thrown| idb::error(&thrown))
            }
        }
    }
}

fn factory() -> Result<IdbFactory> {
    let found = Reflect::get(&js_sys::global(), &JsValue::from_str("indexedDB"));
    found
        .ok()
        .filter(|found| !found.is_undefined() && !found.is_null())
        .map(JsCast::unchecked_into)
        .ok_or_else(|| {
            Error::new(
                codes::OPERATION_FAILED,
                "there is no IndexedDB here: use memory:// outside of browsers",
            )
        })
}

async fn connect(name: &str) -> Result<Connection> {
    let failed = |thrown: JsValue| idb::error(&thrown);
    let request = factory()?.open_with_u32(name, 1).map_err(failed)?;
    let upgrading = request.clone();
    let on_upgrade = Closure::<dyn FnMut()>::new(move || {
        let Ok(database) = upgrading.result() else {
            return;
        };
        let database: IdbDatabase = database.unchecked_into();
        for space in SPACES {
            // A failure aborts the upgrade, and the request reports it.
            let _ = database.create_object_store(store_name(space));
        }
    });
    request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    let opened = idb::request(&request).await.map_err(failed)?;
    drop(on_upgrade);
    let database: IdbDatabase = opened.unchecked_into();
    let closing = database.clone();
    let on_version_change = Closure::<dyn FnMut()>::new(move || closing.close());
    database.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
    Ok(Connection {
        database,
        _on_version_change: on_version_change,
    })
}

/// `database.transaction(stores, mode, {durability})`, whose options web-sys does not know.
fn begin(
    database: &IdbDatabase,
    write: bool,
    durability: Durability,
) -> std::result::Result<IdbTransaction, JsValue> {
    let names: Array = SPACES
        .iter()
        .map(|space| JsValue::from_str(store_name(*space)))
        .collect();
    let mode = JsValue::from_str(if write { "readwrite" } else { "readonly" });
    let options = Object::new();
    let durability = match durability {
        Durability::Strict => "strict",
        Durability::Relaxed => "relaxed",
    };
    Reflect::set(
        &options,
        &JsValue::from_str("durability"),
        &JsValue::from_str(durability),
    )?;
    let begin: Function = Reflect::get(database, &JsValue::from_str("transaction"))?.dyn_into()?;
    begin
        .call3(database, &names, &mode, &options)
        .map(JsCast::unchecked_into)
}

fn store(
    transaction: &IdbTransaction,
    space: Space,
) -> std::result::Result<IdbObjectStore, JsValue> {
    transaction.object_store(store_name(space))
}

/// Keys from the first to before the second.
fn key_range(from: u64, to: u64) -> std::result::Result<IdbKeyRange, JsValue> {
    let (from, to) = (JsValue::from_f64(from as f64), JsValue::from_f64(to as f64));
    IdbKeyRange::bound_with_lower_open_and_upper_open(&from, &to, false, true)
}

fn put_all(transaction: &IdbTransaction, batch: &mut Batch) -> std::result::Result<(), JsValue> {
    for key in &batch.deletes {
        store(transaction, key.space)?.delete(&JsValue::from_f64(key.number as f64))?;
    }
    for &(space, from, to) in &batch.delete_ranges {
        store(transaction, space)?.delete(&key_range(from, to)?.into())?;
    }
    // What IndexedDB has is not kept here as well.
    for (key, value) in batch.puts.drain(..) {
        let bytes = Uint8Array::from(value.as_slice());
        store(transaction, key.space)?
            .put_with_key(&bytes, &JsValue::from_f64(key.number as f64))?;
    }
    Ok(())
}

impl Store for IndexedDb {
    async fn read(&self, space: Space, ranges: &[Range<u64>]) -> Result<Vec<Values>> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let failed = |thrown: JsValue| idb::error(&thrown);
        let transaction = self.transaction(false, Durability::Relaxed).await?;
        let store = store(&transaction, space).map_err(failed)?;
        // All requests are made before the first is waited for.
        let requests: std::result::Result<Vec<_>, JsValue> = ranges
            .iter()
            .map(|range| {
                if range.end - range.start == 1 {
                    let key = JsValue::from_f64(range.start as f64);
                    return Ok((idb::request(&store.get(&key)?), None));
                }
                let keys = key_range(range.start, range.end)?;
                let values = idb::request(&store.get_all_with_key(&keys)?);
                let keys = idb::request(&store.get_all_keys_with_key(&keys)?);
                Ok((values, Some(keys)))
            })
            .collect();
        let mut found = Vec::with_capacity(ranges.len());
        for (range, (values, keys)) in ranges.iter().zip(requests.map_err(failed)?) {
            let values = values.await.map_err(failed)?;
            let bytes = |value: JsValue| Uint8Array::new(&value).to_vec();
            found.push(match keys {
                Some(keys) => {
                    let keys: Array = keys.await.map_err(failed)?.unchecked_into();
                    let number = |key: JsValue| key.as_f64().unwrap_or(0.0) as u64;
                    let values: Array = values.unchecked_into();
                    let values = values.iter().map(bytes);
                    keys.iter().map(number).zip(values).collect()
                }
                None if values.is_undefined() => Vec::new(),
                None => vec![(range.start, bytes(values))],
            });
        }
        Ok(found)
    }

    async fn commit(&self, mut batch: Batch) -> Result<()> {
        let transaction = self.transaction(true, batch.durability).await?;
        let completion = idb::completion(&transaction);
        if let Err(thrown) = put_all(&transaction, &mut batch) {
            // Nothing of it may be applied.
            let _ = transaction.abort();
            return Err(idb::error(&thrown));
        }
        drop(batch);
        // Not waiting for the requests to call back saves a turn of the event loop.
        // (web-sys still has `commit` under an old name, hence the call by name.)
        if let Ok(commit) = Reflect::get(&transaction, &JsValue::from_str("commit"))
            && let Ok(commit) = commit.dyn_into::<Function>()
        {
            let _ = commit.call0(&transaction);
        }
        completion
            .await
            .map(drop)
            .map_err(|thrown| idb::error(&thrown))
    }
}
