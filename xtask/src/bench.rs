//! `cargo xtask bench`: Tussock beside other databases in one headless Chromium.
//!
//! The harness is `tests/bench/run.mjs`; arguments are its own.

use crate::npm;
use crate::package::{self, Effort};
use crate::process::{Call, Outcome};
use crate::project::root;
use crate::test;

/// `cargo xtask bench [arguments of run.mjs]`.
pub fn command(arguments: &[String]) -> Outcome {
    let folder = root().join("tests").join("bench");
    if !folder.join("run.mjs").is_file() {
        return Err(String::from("tests/bench/run.mjs is missing"));
    }
    package::build(Effort::Shipped)?;
    npm::install(&folder)?;
    Call::new("node")
        .arg("run.mjs")
        .args(arguments)
        .dir(&folder)
        .envs(&test::environment()?)
        .run()
}
