//! Waiting for time to pass, by the host's timer.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, ms: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// Ends the timer when nobody waits for it any more, so that it keeps no page awake.
struct Timer(JsValue);

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}

/// Returns after this many milliseconds; hidden pages may get it late.
pub(super) async fn pause(ms: u32) {
    if ms == 0 {
        return;
    }
    let is_over = Rc::new(Cell::new(false));
    let waker: Rc<RefCell<Option<Waker>>> = Rc::default();
    let (over, wake) = (is_over.clone(), waker.clone());
    let callback = Closure::once(move || {
        over.set(true);
        if let Some(waker) = wake.borrow_mut().take() {
            waker.wake();
        }
    });
    let _timer = Timer(set_timeout(callback.as_ref(), ms));
    poll_fn(|context| {
        if is_over.get() {
            return Poll::Ready(());
        }
        *waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}
