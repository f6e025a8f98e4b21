//! Compiles the standard library along with the crate, as small as it gets.
//!
//! The one that comes with the toolchain is compiled for speed on every target. Compiled here it is optimised as
//! the crate is, picks its smaller algorithms, and leaves out what `{:?}` would print (nothing that ships prints
//! so, and a test sees to that): 12 KB of the download, at the same speed. Places of panics stay, for reports of
//! faults, less their columns (all of it was 5 KB). Measured and not taken: dependencies at "s", another 5 KB, and
//! expressions on text take 20 % longer.
//!
//! The compiler has this behind flags that its stable releases keep for themselves; `RUSTC_BOOTSTRAP` lets them be used,
//! for the module that ships and nothing else. Where the sources cannot be had, or a later release knows the flags no
//! more, the module is built with the standard library that is there: larger, and the same otherwise.

use crate::process::{Call, Outcome};
use crate::project::{read_file, root, scratch, write_file};
use crate::tools;
use std::path::{Path, PathBuf};

const FLAGS: [&str; 4] = [
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "--config",
    r#"target.wasm32-unknown-unknown.rustflags=["-Zfmt-debug=none","-Zlocation-detail=file,line"]"#,
];

/// What of a build depends on this file.
pub fn flags() -> String {
    FLAGS.join(" ")
}

/// Runs a call of cargo, or of what hands the arguments after it to cargo, with the standard library compiled anew;
/// without, if that does not work.
///
/// Errors: those of `call` as it is.
pub fn build_with(call: impl Fn() -> Call) -> Outcome {
    let compiled = sources()? && {
        let small = call().args(FLAGS).env("RUSTC_BOOTSTRAP", "1");
        small.quiet().run().is_ok()
    };
    if !compiled {
        eprintln!(
            "  the standard library is not compiled anew (`rustup component add rust-src`): 2 % larger"
        );
        call().quiet().run()?;
    }
    write_file(&record(), if compiled { b"yes" } else { b"no" })
}

/// Whether the last build did so.
pub fn was_compiled() -> bool {
    read_file(&record()).is_ok_and(|kept| kept == b"yes")
}

fn record() -> PathBuf {
    scratch().join("standard-library-compiled")
}

/// Whether the sources are there; asks rustup for them if not.
fn sources() -> Outcome<bool> {
    let rustc = Call::new("rustc").args(["--print", "sysroot"]).dir(&root());
    let sysroot = rustc.output()?;
    let manifest = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    Ok(manifest.is_file() || tools::rustup(&["component", "add", "rust-src"]).is_ok())
}
