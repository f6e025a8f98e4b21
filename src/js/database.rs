//! `Database`: an engine over IndexedDB; writes are answered once they are durable.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use js_sys::Uint8Array;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::env::HostEnv;
use super::indexed_db::IndexedDb;
use super::marker::Marker;
use super::panic::keep_messages;
use super::web_lock::WebLock;
use crate::error::Error;
use crate::persist::{self, Attempt, Durability};

/// The options of [`Database::open`].
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Options {
    /// `"strict"` (on the disk; the default) or `"relaxed"` (handed to the operating system).
    durability: Option<String>,
    /// Makes ids, `$rand` and `$sample` repeatable.
    seed: Option<u64>,
}

/// A database in IndexedDB.
#[wasm_bindgen]
pub struct Database(Rc<Inner>);

struct Inner {
    database: persist::Database<Shared>,
    store: Rc<IndexedDb>,
    lock: RefCell<Option<WebLock>>,
    marker: Marker,
    /// The sequence number in the marker when storage came back with less.
    lost: Option<u64>,
    /// The sequence number that was noted last.
    marked: Cell<u64>,
    /// The reply that the host reads in place.
    reply: RefCell<Vec<u8>>,
}

/// The store, which closing needs too.
struct Shared(Rc<IndexedDb>);

impl persist::Store for Shared {
    async fn read(
        &self,
        space: persist::Space,
        ranges: &[Range<u64>],
    ) -> crate::error::Result<Vec<persist::Values>> {
        self.0.read(space, ranges).await
    }

    async fn commit(&self, batch: persist::Batch) -> crate::error::Result<()> {
        self.0.commit(batch).await
    }
}

/// An `Error` with `code` and `codeName`, for the driver to make its own of.
fn thrown(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(error.message());
    let set = |name: &str, value: JsValue| {
        let _ = js_sys::Reflect::set(&thrown, &JsValue::from_str(name), &value);
    };
    set("code", JsValue::from(error.code()));
    set("codeName", JsValue::from_str(&error.code_name()));
    thrown.into()
}

#[wasm_bindgen]
impl Database {
    /// Opens the database of this name, or creates it.
    ///
    /// Rejects with an `Error` that has `code` and `codeName`: `LockBusy` (46) when it is open
    /// elsewhere, `DataCorruptionDetected` (301), `UnsupportedFormat` (12), `OutOfDiskSpace` (14031).
    pub async fn open(name: String, options: JsValue) -> Result<Database, JsValue> {
        keep_messages();
        let options: Options = if options.is_undefined() || options.is_null() {
            Options::default()
        } else {
            serde_wasm_bindgen::from_value(options)?
        };
        let durability = match options.durability.as_deref() {
            None | Some("strict") => Durability::Strict,
            Some("relaxed") => Durability::Relaxed,
            Some(other) => {
                let message = format!("durability must be 'strict' or 'relaxed', not '{other}'");
                return Err(thrown(&Error::bad_value(message)));
            }
        };
        let opened = Inner::open(&name, durability, options.seed).await;
        opened
            .map(|inner| Database(Rc::new(inner)))
            .map_err(|error| thrown(&error))
    }

    /// Runs one command (BSON). Gives the reply (BSON), or a promise of it when the command has to
    /// wait for pages or for its write to be durable.
    #[wasm_bindgen(js_name = runCommand)]
    pub fn run_command(&self, command: Vec<u8>) -> JsValue {
        match self.0.database.try_command(&command) {
            Attempt::Done(reply) => Uint8Array::from(reply.as_slice()).into(),
            attempt => self.0.clone().later(command, attempt),
        }
    }

    /// Runs one command (BSON). Says where in this module's memory the reply (BSON, which begins
    /// with its length) lies until the next call of this database; or gives a promise of the
    /// reply's bytes when the command has to wait.
    #[wasm_bindgen(js_name = runCommandInPlace)]
    pub fn run_command_in_place(&self, command: Vec<u8>) -> JsValue {
        match self.0.database.try_command(&command) {
            Attempt::Done(reply) => {
                let mut kept = self.0.reply.borrow_mut();
                *kept = reply;
                JsValue::from(kept.as_ptr() as usize)
            }
            attempt => self.0.clone().later(command, attempt),
        }
    }

    /// When the browser dropped what was stored, or part of it: the sequence number of the last
    /// commit that is known to have been durable. Undefined otherwise.
    #[wasm_bindgen(getter)]
    pub fn lost(&self) -> Option<f64> {
        self.0.lost.map(|sequence| sequence as f64)
    }

    /// The number of commits that are not durable yet.
    #[wasm_bindgen(getter)]
    pub fn pending(&self) -> f64 {
        let (last, durable) = self.0.database.sequences();
        (last - durable) as f64
    }

    /// Makes everything durable and quick to open.
    pub fn flush(&self) -> js_sys::Promise {
        let inner = self.0.clone();
        future_to_promise(async move {
            inner
                .database
                .flush()
                .await
                .map_err(|error| thrown(&error))?;
            inner.mark();
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Flushes, then lets go of the database so that others can open it.
    pub fn close(&self) -> js_sys::Promise {
        let inner = self.0.clone();
        future_to_promise(async move {
            let flushed = inner.database.flush().await;
            inner.mark();
            inner.store.close();
            inner.lock.borrow_mut().take();
            // A checkpoint that failed (for a full quota, say) leaves the journal, which is enough.
            let (last, durable) = inner.database.sequences();
            match flushed {
                Err(error) if last > durable => Err(thrown(&error)),
                _ => Ok(JsValue::UNDEFINED),
            }
        })
    }
}

impl Inner {
    async fn open(
        name: &str,
        durability: Durability,
        seed: Option<u64>,
    ) -> crate::error::Result<Inner> {
        let lock = WebLock::take(name).await?;
        let store = Rc::new(IndexedDb::open(name).await?);
        let options = persist::Options {
            durability,
            ..persist::Options::default()
        };
        let env = Rc::new(HostEnv::new(seed));
        let database = persist::Database::open(Shared(store.clone()), env, options).await?;
        let marker = Marker::new(name);
        let (last, _) = database.sequences();
        let lost = marker.read().filter(|&marked| marked > last);
        Ok(Inner {
            database,
            store,
            lock: RefCell::new(Some(lock)),
            marker,
            lost,
            marked: Cell::new(last),
            reply: RefCell::default(),
        })
    }

    /// A promise of the reply to a command that has to wait.
    fn later(self: Rc<Inner>, command: Vec<u8>, attempt: Attempt) -> JsValue {
        future_to_promise(async move {
            let reply = self.database.finish(&command, attempt).await;
            self.mark();
            Ok(Uint8Array::from(reply.as_slice()).into())
        })
        .into()
    }

    /// Notes how far the store has come, if it has come further.
    fn mark(&self) {
        let (_, durable) = self.database.sequences();
        if durable > self.marked.get() {
            self.marked.set(durable);
            self.marker.write(durable);
        }
    }
}
