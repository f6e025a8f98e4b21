//! The clock and randomness of a JavaScript host, or numbers from a seed.

use std::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::env::Env;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill_random(bytes: &mut [u8]);
}

/// The host's clock; random numbers from the host, drawn in blocks, or from a seed.
pub struct HostEnv {
    seeded: Option<Cell<u64>>,
    block: Cell<[u8; 256]>,
    used: Cell<usize>,
}

impl HostEnv {
    /// With a seed the same commands give the same ids and samples.
    pub fn new(seed: Option<u64>) -> HostEnv {
        HostEnv {
            seeded: seed.map(Cell::new),
            block: Cell::new([0; 256]),
            used: Cell::new(256),
        }
    }
}

impl Env for HostEnv {
    fn now_ms(&self) -> i64 {
        js_sys::Date::now() as i64
    }

    fn monotonic_ms(&self) -> f64 {
        performance_now()
    }

    fn random(&self) -> u64 {
        if let Some(state) = &self.seeded {
            return crate::env::next_random(state);
        }
        let mut block = self.block.get();
        let mut at = self.used.get();
        if at + 8 > block.len() {
            fill_random(&mut block);
            self.block.set(block);
            at = 0;
        }
        self.used.set(at + 8);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&block[at..at + 8]);
        u64::from_le_bytes(bytes)
    }
}
