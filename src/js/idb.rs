//! IndexedDB's events as futures.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::prelude::*;
use web_sys::{DomException, IdbRequest, IdbTransaction};

use crate::error::{Error, codes};
use crate::persist::Failure;

/// What a request or transaction came to.
type Outcome = Result<JsValue, JsValue>;

/// A value that an event will set, and who waits for it.
#[derive(Clone)]
struct Slot(Rc<RefCell<(Option<Outcome>, Option<Waker>)>>);

impl Slot {
    fn new() -> Slot {
        Slot(Rc::new(RefCell::new((None, None))))
    }

    /// The first outcome counts.
    fn set(&self, outcome: Outcome) {
        let mut state = self.0.borrow_mut();
        if state.0.is_none() {
            state.0 = Some(outcome);
            if let Some(waker) = state.1.take() {
                waker.wake();
            }
        }
    }

    async fn outcome(&self) -> Outcome {
        poll_fn(|context| {
            let mut state = self.0.borrow_mut();
            match state.0.take() {
                Some(outcome) => Poll::Ready(outcome),
                None => {
                    state.1 = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

type Handler = Closure<dyn FnMut(web_sys::Event)>;

fn handler(act: impl FnMut(web_sys::Event) + 'static) -> Handler {
    Closure::new(act)
}

/// The result of a request.
pub(super) fn request(request: &IdbRequest) -> impl Future<Output = Outcome> + use<> {
    let slot = Slot::new();
    let (done, failed) = (slot.clone(), slot.clone());
    let (source, failing) = (request.clone(), request.clone());
    let success = handler(move |_| done.set(source.result()));
    let error = handler(move |_| failed.set(Err(exception(failing.error().ok().flatten()))));
    request.set_onsuccess(Some(success.as_ref().unchecked_ref()));
    request.set_onerror(Some(error.as_ref().unchecked_ref()));
    async move {
        let outcome = slot.outcome().await;
        drop((success, error));
        outcome
    }
}

/// The end of a transaction: complete, or aborted with its reason.
pub(super) fn completion(transaction: &IdbTransaction) -> impl Future<Output = Outcome> + use<> {
    let slot = Slot::new();
    let (done, aborted) = (slot.clone(), slot.clone());
    let source = transaction.clone();
    let complete = handler(move |_| done.set(Ok(JsValue::UNDEFINED)));
    let abort = handler(move |_| aborted.set(Err(exception(source.error()))));
    transaction.set_oncomplete(Some(complete.as_ref().unchecked_ref()));
    transaction.set_onabort(Some(abort.as_ref().unchecked_ref()));
    async move {
        let outcome = slot.outcome().await;
        drop((complete, abort));
        outcome
    }
}

fn exception(reason: Option<DomException>) -> JsValue {
    reason.map_or_else(
        || JsValue::from_str("the transaction was aborted"),
        JsValue::from,
    )
}

/// What IndexedDB threw, as an error of ours.
///
/// `OutOfDiskSpace` (14031) for a full quota, else `OperationFailed` (96).
pub(super) fn error(thrown: &JsValue) -> Error {
    let (name, message) = describe(thrown);
    if name == "QuotaExceededError" {
        return Error::new(
            codes::OUT_OF_DISK_SPACE,
            "the browser's storage quota for this site is used up; nothing of this write was stored",
        );
    }
    Error::new(
        codes::OPERATION_FAILED,
        format_args!("IndexedDB failed: {name}: {message}"),
    )
}

/// What a failed request or transaction means for its batch.
pub(super) fn failure(thrown: &JsValue) -> Failure {
    match describe(thrown).0.as_str() {
        "ConstraintError" => Failure::Conflict,
        // Nothing of it was applied, and the connection is as good as before.
        "QuotaExceededError" | "DataError" | "DataCloneError" => Failure::Refused(error(thrown)),
        _ => Failure::Lost(error(thrown)),
    }
}

/// The browser closed the connection, or another tab asked for it.
pub(super) fn closed() -> Error {
    Error::new(
        codes::OPERATION_FAILED,
        "IndexedDB failed: the connection was closed",
    )
}

/// The name and message of something that was thrown.
pub(super) fn describe(thrown: &JsValue) -> (String, String) {
    let text = |name: &str| {
        js_sys::Reflect::get(thrown, &JsValue::from_str(name))
            .ok()
            .and_then(|value| value.as_string())
    };
    let name = text("name").unwrap_or_else(|| "Error".to_owned());
    let message = text("message")
        .or_else(|| thrown.as_string())
        .unwrap_or_default();
    (name, message)
}
