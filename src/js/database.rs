//! `Database`: an engine over IndexedDB; writes are answered once they are durable.

use std::cell::RefCell;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{future_to_promise, spawn_local};

use super::env::HostEnv;
use super::indexed_db::IndexedDb;
use super::options::Options;
use super::panic::keep_messages;
use crate::engine::{ClientId, Ticket};
use crate::error::Error;
use crate::persist::{self, Attempt, Failure, State};
use crate::value::DocumentBuf;

/// How durable everything is, as JavaScript sees it.
#[derive(Serialize)]
struct Durable {
    state: &'static str,
    commits: f64,
    bytes: f64,
    #[serde(rename = "ageMS")]
    age_ms: f64,
}

/// A database in IndexedDB.
#[wasm_bindgen]
pub struct Database(Rc<Inner>);

struct Inner {
    database: persist::Database<Shared>,
    store: Rc<IndexedDb>,
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
    ) -> std::result::Result<Vec<persist::Values>, Failure> {
        self.0.read(space, ranges).await
    }

    async fn last(&self, space: persist::Space) -> std::result::Result<Option<u64>, Failure> {
        self.0.last(space).await
    }

    async fn commit(&self, batch: persist::Batch) -> std::result::Result<(), Failure> {
        self.0.commit(batch).await
    }

    fn reset(&self) {
        persist::Store::reset(&*self.0);
    }

    async fn pause(&self, ms: u32) {
        persist::Store::pause(&*self.0, ms).await;
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

/// The promise of any future. Boxed, since what wakes a future and settles its promise would be in the module once
/// for each kind.
fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(future);
    future_to_promise(future)
}

#[wasm_bindgen]
impl Database {
    /// Opens the database of this name, or creates it. Whoever had it open can write no more: the
    /// caller holds the lock that says whose it is.
    ///
    /// Rejects with an `Error` that has `code` and `codeName`: `LockBusy` (46) when it is opened
    /// elsewhere at the same moment, `DataCorruptionDetected` (301), `UnsupportedFormat` (12), `OutOfDiskSpace` (14031).
    #[wasm_bindgen(unchecked_return_type = "Promise<Database>")]
    pub fn open(name: String, options: JsValue) -> Promise {
        promise(async move {
            keep_messages();
            let options = Options::of(&options).map_err(|error| thrown(&error))?;
            Inner::open(&name, &options)
                .await
                .map(|inner| Database(Rc::new(inner)).into())
                .map_err(|error| thrown(&error))
        })
    }

    /// Makes a database that works of what can be read of a damaged one, and closes it. Resolves to
    /// BSON: `{missing: [...]}`, as `tussockSnapshot` describes it.
    ///
    /// Rejects as [`Database::open`].
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn repair(name: String) -> Promise {
        promise(async move {
            keep_messages();
            let repaired = Inner::repair(&name).await;
            repaired
                .map(|reply| Uint8Array::from(reply.as_slice()).into())
                .map_err(|error| thrown(&error))
        })
    }

    /// Runs one command (BSON). Gives the reply (BSON), or a promise of it when the command has to
    /// wait for pages or for its write to be durable.
    #[wasm_bindgen(js_name = runCommand)]
    pub fn run_command(&self, command: Vec<u8>) -> JsValue {
        match self.0.database.try_command(&command, None) {
            Attempt::Done(reply) => Uint8Array::from(reply.as_slice()).into(),
            Attempt::Buffered { reply, settle } => {
                self.0.clone().settle(settle);
                Uint8Array::from(reply.as_slice()).into()
            }
            attempt => self.0.clone().later(command, None, attempt),
        }
    }

    /// Runs one command (BSON). Says where in this module's memory the reply (BSON, which begins
    /// with its length) lies until the next call of this database; or gives a promise of the
    /// reply's bytes when the command has to wait.
    #[wasm_bindgen(js_name = runCommandInPlace)]
    pub fn run_command_in_place(&self, command: Vec<u8>) -> JsValue {
        match self.0.database.try_command(&command, None) {
            Attempt::Done(reply) => self.0.keep(reply),
            Attempt::Buffered { reply, settle } => {
                self.0.clone().settle(settle);
                self.0.keep(reply)
            }
            attempt => self.0.clone().later(command, None, attempt),
        }
    }

    /// Runs one command (BSON) of a client elsewhere, which may send it again: a write is done once.
    /// `client` is a UUID, `number` counts its commands, and it has the answers to all up to
    /// `done`. Gives the reply, or a promise of it, as `runCommand` does.
    #[wasm_bindgen(js_name = runCommandOnce)]
    pub fn run_command_once(
        &self,
        command: Vec<u8>,
        client: &[u8],
        number: f64,
        done: f64,
    ) -> JsValue {
        let ticket = Ticket {
            client: ClientId::try_from(client).unwrap_or_default(),
            number: number as u64,
            done: done as u64,
        };
        match self.0.database.try_command(&command, Some(&ticket)) {
            Attempt::Done(reply) => Uint8Array::from(reply.as_slice()).into(),
            Attempt::Buffered { reply, settle } => {
                self.0.clone().settle(settle);
                Uint8Array::from(reply.as_slice()).into()
            }
            attempt => self.0.clone().later(command, Some(ticket), attempt),
        }
    }

    /// The sequence number of the last durable commit.
    #[wasm_bindgen(getter)]
    pub fn durable(&self) -> f64 {
        self.0.database.sequences().1 as f64
    }

    /// The number of commits that are not durable yet.
    #[wasm_bindgen(getter)]
    pub fn pending(&self) -> f64 {
        let (last, durable) = self.0.database.sequences();
        (last - durable) as f64
    }

    /// How durable everything is: `{state, commits, bytes, ageMS}`, and `error` if the store does
    /// not do its work. See [`persist::Status`].
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> JsValue {
        let status = self.0.database.status();
        let shown = Durable {
            state: status.state.name(),
            commits: status.commits as f64,
            bytes: status.bytes as f64,
            age_ms: status.age_ms,
        };
        let Ok(result) = serde_wasm_bindgen::to_value(&shown) else {
            return JsValue::UNDEFINED;
        };
        if let Some(failure) = &status.failure {
            let _ = Reflect::set(&result, &JsValue::from_str("error"), &thrown(failure));
        }
        result
    }

    /// Whom to call, with the name of the state, when the state of `status` changes.
    #[wasm_bindgen(js_name = onState)]
    pub fn on_state(&self, listener: Function) {
        self.0.database.listen(Rc::new(move |state: State| {
            // Not at once: the listener may call the database.
            let state = JsValue::from_str(state.name());
            let listener = listener.clone();
            spawn_local(async move {
                let _ = listener.call1(&JsValue::UNDEFINED, &state);
            });
        }));
    }

    /// Looks whether a store that failed is back; resolves to whether it works.
    pub fn probe(&self) -> Promise {
        let inner = self.0.clone();
        promise(async move {
            inner.database.probe().await;
            let state = inner.database.status().state;
            Ok(JsValue::from(!matches!(
                state,
                State::Failing | State::ReadOnly
            )))
        })
    }

    /// Waits until everything that was written so far is on the disk.
    pub fn sync(&self) -> Promise {
        let inner = self.0.clone();
        promise(async move {
            let synced = inner.database.sync().await;
            synced
                .map(|()| JsValue::UNDEFINED)
                .map_err(|error| thrown(&error))
        })
    }

    /// Makes everything durable and quick to open.
    pub fn flush(&self) -> Promise {
        let inner = self.0.clone();
        promise(async move {
            inner
                .database
                .flush()
                .await
                .map_err(|error| thrown(&error))?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Flushes, then lets go of the database so that others can open it.
    pub fn close(&self) -> Promise {
        let inner = self.0.clone();
        promise(async move {
            let flushed = inner.database.flush().await;
            inner.store.close();
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
    async fn open(name: &str, options: &Options) -> crate::error::Result<Inner> {
        let store = Rc::new(IndexedDb::open(name).await?);
        let env = Rc::new(HostEnv::new(options.seed));
        let shared = Shared(store.clone());
        let database = match options.damaged {
            true => persist::Database::open_damaged(shared, env).await?,
            false => persist::Database::open(shared, env, options.kept()).await?,
        };
        Ok(Inner {
            database,
            store,
            reply: RefCell::default(),
        })
    }

    async fn repair(name: &str) -> crate::error::Result<Vec<u8>> {
        let store = Rc::new(IndexedDb::open(name).await?);
        let env = Rc::new(HostEnv::new(None));
        let options = persist::Options::default();
        let repaired = persist::Database::repair(Shared(store.clone()), env, options).await;
        store.close();
        let (_, missing) = repaired?;
        let mut reply = DocumentBuf::new();
        reply.append_array("missing", |list| {
            missing.iter().for_each(|one| list.push(one));
        });
        Ok(reply.into_bytes())
    }

    /// Keeps a reply for the host to read in place.
    fn keep(&self, reply: Vec<u8>) -> JsValue {
        let mut kept = self.reply.borrow_mut();
        *kept = reply;
        JsValue::from(kept.as_ptr() as usize)
    }

    /// Sees to it that what was answered early is written soon, if that is up to this call.
    fn settle(self: Rc<Inner>, settle: bool) {
        if settle {
            spawn_local(async move {
                self.database.settle().await;
            });
        }
    }

    /// A promise of the reply to a command that has to wait.
    fn later(
        self: Rc<Inner>,
        command: Vec<u8>,
        ticket: Option<Ticket>,
        attempt: Attempt,
    ) -> JsValue {
        promise(async move {
            let database = &self.database;
            let reply = database.finish(&command, ticket.as_ref(), attempt).await;
            Ok(Uint8Array::from(reply.as_slice()).into())
        })
        .into()
    }
}
