//! The size of what a user downloads, held against the record in `tests/size.json`.

use crate::process::{Call, Outcome};
use crate::project::{dist, root};
use crate::standard_library;
use crate::tools;

/// Measures the built package; with `accept` today's figures become the record.
pub fn check(accept: bool) -> Outcome {
    let tools = tools::npm_tools()?;
    let script = root().join("xtask").join("tools").join("size.mjs");
    let call = Call::new("node")
        .arg(script)
        .env("TUSSOCK_TOOLS", tools)
        .env("TUSSOCK_DIST", dist())
        .env(
            "TUSSOCK_BSON",
            root().join("pkg-template").join("node_modules"),
        )
        .env(
            "TUSSOCK_SIZE_RECORD",
            root().join("tests").join("size.json"),
        );
    let call = match standard_library::was_compiled() {
        true => call,
        false => call.env("TUSSOCK_STANDARD_LIBRARY", "precompiled"),
    };
    let call = if accept { call.arg("--accept") } else { call };
    call.run()
}
