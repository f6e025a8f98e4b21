//! Nothing: the tests are in `tests/`, and run in a browser by `cargo xtask test wasm`.
