//! A new document in this page, for an IndexedDB that works when the page's own does not any more.
//!
//! When the process that keeps WebKit's databases ends (as it does on phones that wake), the factory of a page that
//! was there says "Connection to Indexed Database server lost. Refresh the page to try again" for ever. A document
//! that is made afterwards gets a new line. Workers share the line of their page, and cannot make documents.

use js_sys::{Function, Reflect, global};
use wasm_bindgen::prelude::*;
use web_sys::IdbFactory;

/// A hidden frame, there until it is dropped.
pub(super) struct Frame(JsValue);

impl Frame {
    /// Adds a frame to the page, where there is one.
    pub(super) fn new() -> Option<Frame> {
        let document = get(&global(), "document")?;
        let element = call(&document, "createElement", &JsValue::from_str("iframe"))?;
        Reflect::set(&element, &JsValue::from_str("hidden"), &JsValue::TRUE).ok()?;
        call(&get(&document, "documentElement")?, "append", &element)?;
        Some(Frame(element))
    }

    /// The frame's IndexedDB.
    pub(super) fn factory(&self) -> Option<IdbFactory> {
        let window = get(&self.0, "contentWindow")?;
        get(&window, "indexedDB").map(JsCast::unchecked_into)
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        let _ = call(&self.0, "remove", &JsValue::UNDEFINED);
    }
}

/// A field that is there.
fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    let found = Reflect::get(object, &JsValue::from_str(name)).ok()?;
    (!found.is_undefined() && !found.is_null()).then_some(found)
}

/// `object.name(argument)`.
fn call(object: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
    let function: Function = get(object, name)?.dyn_into().ok()?;
    function.call1(object, argument).ok()
}
