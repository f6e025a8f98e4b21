//! The Web Lock that makes one tab a database's owner.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::idb;
use crate::error::{Error, Result, codes};

/// Held until it is dropped, or the tab is gone.
pub struct WebLock {
    release: Function,
}

impl Drop for WebLock {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

impl WebLock {
    /// Takes the lock, or fails at once.
    ///
    /// Errors: `LockBusy` (46) if another tab, or another client in this one, has the database open.
    pub async fn take(name: &str) -> Result<WebLock> {
        let failed = |thrown: JsValue| idb::error(&thrown);
        let locks = locks()?;
        let options = Object::new();
        let set = |name: &str| Reflect::set(&options, &JsValue::from_str(name), &JsValue::TRUE);
        set("ifAvailable").map_err(failed)?;
        // `granted` resolves to the function that releases the lock, or to null.
        let decided: Rc<RefCell<Option<Function>>> = Rc::default();
        let resolver = decided.clone();
        let granted = Promise::new(&mut |resolve, _| *resolver.borrow_mut() = Some(resolve));
        let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let Some(decide) = decided.borrow_mut().take() else {
                return JsValue::UNDEFINED;
            };
            if lock.is_null() || lock.is_undefined() {
                let _ = decide.call1(&JsValue::UNDEFINED, &JsValue::NULL);
                return JsValue::UNDEFINED;
            }
            // The lock is held as long as this promise is pending.
            Promise::new(&mut |release, _| {
                let _ = decide.call1(&JsValue::UNDEFINED, &release);
            })
            .into()
        });
        let request: Function = Reflect::get(&locks, &JsValue::from_str("request"))
            .and_then(JsCast::dyn_into)
            .map_err(failed)?;
        let name_of_lock = JsValue::from_str(&format!("tussock:{name}"));
        request
            .call3(&locks, &name_of_lock, &options, &callback)
            .map_err(failed)?;
        let release = JsFuture::from(granted).await.map_err(failed)?;
        release.dyn_into::<Function>().map(|release| WebLock { release }).map_err(|_| {
            Error::new(
                codes::LOCK_BUSY,
                format!("the database '{name}' is open in another tab or client: close it there, then try again"),
            )
        })
    }
}

fn locks() -> Result<JsValue> {
    let get = |from: &JsValue, name: &str| Reflect::get(from, &JsValue::from_str(name)).ok();
    let navigator = get(&js_sys::global(), "navigator").filter(|found| !found.is_undefined());
    let locks = navigator.and_then(|navigator| get(&navigator, "locks"));
    locks.filter(|found| !found.is_undefined()).ok_or_else(|| {
        Error::new(
            codes::OPERATION_FAILED,
            "there are no Web Locks here: a page needs a secure context (https or localhost)",
        )
    })
}
