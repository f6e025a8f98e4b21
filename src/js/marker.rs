//! The marker outside IndexedDB that says a database existed, and how far it had come.
//!
//! Browsers drop a site's whole IndexedDB now and then without an error. What they drop with it
//! less often is local storage; a worker has none, and then nothing can be told.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::Storage;

/// The marker of one database.
pub struct Marker {
    key: String,
    storage: Option<Storage>,
}

impl Marker {
    /// For a database of this name.
    pub fn new(name: &str) -> Marker {
        let storage = Reflect::get(&js_sys::global(), &JsValue::from_str("localStorage")).ok();
        let storage = storage.filter(|found| !found.is_undefined() && !found.is_null());
        Marker {
            key: format!("tussock:{name}"),
            storage: storage.map(JsCast::unchecked_into),
        }
    }

    /// The sequence number of the last commit that was known to be durable.
    pub fn read(&self) -> Option<u64> {
        self.storage
            .as_ref()?
            .get_item(&self.key)
            .ok()??
            .parse()
            .ok()
    }

    /// Notes a sequence number; a full or forbidden local storage is no reason to fail.
    pub fn write(&self, sequence: u64) {
        if let Some(storage) = &self.storage {
            let _ = storage.set_item(&self.key, &sequence.to_string());
        }
    }
}
