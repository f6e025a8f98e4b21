//! Tests that need a browser around the compiled code itself: what the engine takes for
//! granted of its place. Whole-package tests are in `tests/browser/`.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// The seeded source of randomness gives the same numbers in WebAssembly as natively:
/// the first draws of seed 7, as SplitMix64 defines them.
#[wasm_bindgen_test]
fn the_same_seed_gives_the_same_numbers_as_natively() {
    use tussock::env::{Env, FixedEnv};
    let env = FixedEnv::new(0, 7);
    assert_eq!(
        [env.random(), env.random()],
        [0x63cb_e1e4_5932_0dd7, 0x044c_3cd7_f43c_661c]
    );
}
