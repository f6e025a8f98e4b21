//! `Engine`: an engine in memory, synchronous.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::env::HostEnv;
use super::panic::keep_messages;

/// An engine whose data live in memory only.
#[wasm_bindgen]
pub struct Engine {
    engine: crate::engine::Engine,
    /// The reply that the host reads in place.
    reply: Vec<u8>,
}

#[wasm_bindgen]
impl Engine {
    /// An empty engine. With a seed the same commands give the same ids and samples.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: Option<u64>) -> Engine {
        keep_messages();
        Engine {
            engine: crate::engine::Engine::memory(Rc::new(HostEnv::new(seed))),
            reply: Vec::new(),
        }
    }

    /// Runs one command (BSON) and gives its reply (BSON).
    #[wasm_bindgen(js_name = runCommand)]
    pub fn run_command(&mut self, command: &[u8]) -> js_sys::Uint8Array {
        js_sys::Uint8Array::from(self.engine.run_command(command).as_slice())
    }

    /// Runs one command (BSON) and says where in this module's memory its reply (BSON, which
    /// begins with its length) lies. It lies there until the next call of this engine.
    ///
    /// A number rather than a view: a view would be cut off if the memory grew while it is made.
    #[wasm_bindgen(js_name = runCommandInPlace)]
    pub fn run_command_in_place(&mut self, command: &[u8]) -> usize {
        self.reply = self.engine.run_command(command);
        self.reply.as_ptr() as usize
    }
}
