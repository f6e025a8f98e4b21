//! What a panic leaves for the client to report: after one, nothing runs on the engine any more.

use std::cell::RefCell;
use std::sync::Once;

use wasm_bindgen::prelude::*;

thread_local! {
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the message of a panic for [`last_panic`].
pub(super) fn keep_messages() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let message = info.to_string();
            MESSAGE.with(|kept| *kept.borrow_mut() = Some(message));
        }));
    });
}

/// The message of the panic that stopped this module, if there was one.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    MESSAGE.with(|kept| kept.borrow().clone())
}
