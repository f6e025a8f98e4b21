//! `Engine`: an engine in memory, synchronous.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::env::HostEnv;
use super::panic::keep_messages;

/// An engine whose data live in memory only.
#[wasm_bindgen]
pub struct Engine(crate::engine::Engine);

#[wasm_bindgen]
impl Engine {
    /// An empty engine. With a seed the same commands give the same ids and samples.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: Option<u64>) -> Engine {
        keep_messages();
        Engine(crate::engine::Engine::memory(Rc::new(HostEnv::new(seed))))
    }

    /// Runs one command (BSON) and gives its reply (BSON).
    #[wasm_bindgen(js_name = runCommand)]
    pub fn run_command(&mut self, command: &[u8]) -> js_sys::Uint8Array {
        js_sys::Uint8Array::from(self.0.run_command(command).as_slice())
    }
}
