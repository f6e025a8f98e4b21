//! The store in IndexedDB: one database, version 1, three object stores with numbers as keys.
//!
//! The schema lies in our own pages, so the IndexedDB version never changes. No transaction is held
//! across anything but its own requests.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::ops::Range;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    IdbCursorDirection, IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbTransaction,
};

use super::frame::Frame;
use super::{idb, timer};
use crate::error::{Error, Result, codes};
use crate::persist::{Batch, Durability, Failure, Space, Store, Values};

/// How long a request or transaction may take before its connection counts as dead.
const ANSWER_MS: u32 = 60_000;

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

/// An open connection, with the handler for its end: another tab deletes or upgrades the database,
/// or the browser closes it.
struct Connection {
    database: IdbDatabase,
    is_closed: Rc<Cell<bool>>,
    _on_end: Closure<dyn FnMut()>,
    /// The document it was opened from, if that is not the page.
    _frame: Option<Frame>,
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

    /// Begins a transaction.
    async fn transaction(
        &self,
        write: bool,
        durability: Durability,
    ) -> std::result::Result<IdbTransaction, Failure> {
        let connection = self.connection().await.map_err(Failure::Lost)?;
        if connection.is_closed.get() {
            return Err(Failure::Lost(idb::closed()));
        }
        begin(&connection.database, write, durability).map_err(|thrown| idb::failure(&thrown))
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
    let own = match open(&factory()?, name, None).await {
        Ok(connection) => return Ok(connection),
        Err(thrown) => thrown,
    };
    let is_lost = idb::describe(&own).0 == "UnknownError" || is_silence(&own);
    if is_lost
        && let Some(frame) = Frame::new()
        && let Some(factory) = frame.factory()
        && let Ok(connection) = open(&factory, name, Some(frame)).await
    {
        return Ok(connection);
    }
    Err(idb::error(&own))
}

async fn open(
    factory: &IdbFactory,
    name: &str,
    frame: Option<Frame>,
) -> std::result::Result<Connection, JsValue> {
    let request = factory.open_with_u32(name, 1)?;
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
    let opened = timed(idb::request(&request)).await.inspect_err(|_| {
        // An answer that comes after all finds nobody.
        request.set_onupgradeneeded(None);
        request.set_onsuccess(None);
        request.set_onerror(None);
    })?;
    drop(on_upgrade);
    let database: IdbDatabase = opened.unchecked_into();
    let is_closed = Rc::new(Cell::new(false));
    let (closing, ended) = (database.clone(), is_closed.clone());
    let on_end = Closure::<dyn FnMut()>::new(move || {
        ended.set(true);
        closing.close();
    });
    database.set_onversionchange(Some(on_end.as_ref().unchecked_ref()));
    database.set_onclose(Some(on_end.as_ref().unchecked_ref()));
    Ok(Connection {
        database,
        is_closed,
        _on_end: on_end,
        _frame: frame,
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
    let bytes_of = |value: Vec<u8>| Uint8Array::from(value.as_slice());
    for (key, value) in batch.adds.drain(..) {
        let number = JsValue::from_f64(key.number as f64);
        store(transaction, key.space)?.add_with_key(&bytes_of(value), &number)?;
    }
    for key in &batch.deletes {
        store(transaction, key.space)?.delete(&JsValue::from_f64(key.number as f64))?;
    }
    for &(space, from, to) in &batch.delete_ranges {
        store(transaction, space)?.delete(&key_range(from, to)?.into())?;
    }
    // What IndexedDB has is not kept here as well.
    for (key, value) in batch.puts.drain(..) {
        let number = JsValue::from_f64(key.number as f64);
        store(transaction, key.space)?.put_with_key(&bytes_of(value), &number)?;
    }
    Ok(())
}

impl Store for IndexedDb {
    async fn read(
        &self,
        space: Space,
        ranges: &[Range<u64>],
    ) -> std::result::Result<Vec<Values>, Failure> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let failed = |thrown: JsValue| idb::failure(&thrown);
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
            let values = timed(values).await.map_err(failed)?;
            let bytes = |value: JsValue| Uint8Array::new(&value).to_vec();
            found.push(match keys {
                Some(keys) => {
                    let keys: Array = timed(keys).await.map_err(failed)?.unchecked_into();
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

    async fn last(&self, space: Space) -> std::result::Result<Option<u64>, Failure> {
        let failed = |thrown: JsValue| idb::failure(&thrown);
        let transaction = self.transaction(false, Durability::Relaxed).await?;
        let cursor = store(&transaction, space)
            .and_then(|store| {
                let backwards = IdbCursorDirection::Prev;
                store.open_key_cursor_with_range_and_direction(&JsValue::NULL, backwards)
            })
            .map_err(failed)?;
        let cursor = timed(idb::request(&cursor)).await.map_err(failed)?;
        if cursor.is_null() {
            return Ok(None);
        }
        let key = Reflect::get(&cursor, &JsValue::from_str("key")).map_err(failed)?;
        Ok(key.as_f64().map(|number| number as u64))
    }

    async fn commit(&self, mut batch: Batch) -> std::result::Result<(), Failure> {
        let transaction = self.transaction(true, batch.durability).await?;
        let completion = idb::completion(&transaction);
        if let Err(thrown) = put_all(&transaction, &mut batch) {
            // Nothing of it may be applied.
            let _ = transaction.abort();
            return Err(idb::failure(&thrown));
        }
        drop(batch);
        // (web-sys still has `commit` under an old name, hence the call by name.)
        if commits_rightly()
            && let Ok(commit) = Reflect::get(&transaction, &JsValue::from_str("commit"))
            && let Ok(commit) = commit.dyn_into::<Function>()
        {
            let _ = commit.call0(&transaction);
        }
        timed(completion)
            .await
            .map(drop)
            .map_err(|thrown| idb::failure(&thrown))
    }

    fn reset(&self) {
        self.close();
    }

    async fn pause(&self, ms: u32) {
        timer::pause(ms).await;
    }
}

/// Whether a transaction may be told to commit before its requests have called back, which saves a
/// turn of the event loop: in Chromium. Firefox 153 then stores the rest of a transaction of which
/// a request failed (the fence that stops a replaced owner, a full quota), and says that it is
/// complete; WebKit 2.50 aborts it without a reason. Only Chromium has the field.
fn commits_rightly() -> bool {
    let field = |object: &JsValue, name: &str| {
        let found = Reflect::get(object, &JsValue::from_str(name)).ok()?;
        (!found.is_undefined()).then_some(found)
    };
    field(&js_sys::global(), "navigator")
        .is_some_and(|navigator| field(&navigator, "userAgentData").is_some())
}

const SILENCE: &str = "no answer";

fn is_silence(thrown: &JsValue) -> bool {
    thrown.as_string().as_deref() == Some(SILENCE)
}

/// An answer, or the error that there was none for too long: a dead connection may say nothing.
async fn timed(
    answer: impl Future<Output = std::result::Result<JsValue, JsValue>>,
) -> std::result::Result<JsValue, JsValue> {
    let (mut answer, mut patience) = (pin!(answer), pin!(timer::pause(ANSWER_MS)));
    poll_fn(|context| {
        if let Poll::Ready(outcome) = answer.as_mut().poll(context) {
            return Poll::Ready(outcome);
        }
        let is_over = patience.as_mut().poll(context).is_ready();
        match is_over {
            true => Poll::Ready(Err(JsValue::from_str(SILENCE))),
            false => Poll::Pending,
        }
    })
    .await
}
