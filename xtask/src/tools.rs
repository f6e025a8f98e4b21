//! The tools that a build needs, and how each is had where it is missing.

use crate::fingerprint::{Fingerprint, Stamp};
use crate::process::{Call, Outcome, find};
use crate::project::{copy_file, make_folder, root, target};
use std::path::PathBuf;

const NODE_MAJOR_MIN: u32 = 20;
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Checks that Node and npm are there and young enough.
pub fn node() -> Outcome {
    let get = format!("install Node {NODE_MAJOR_MIN} or newer (it brings npm)");
    if find(&["node"]).is_none() || find(&["npm"]).is_none() {
        return Err(format!("node or npm is not on PATH: {get}"));
    }
    let version = Call::new("node").arg("--version").output()?;
    let major = version.trim_start_matches('v').split('.').next();
    match major.and_then(|digits| digits.parse::<u32>().ok()) {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(()),
        _ => Err(format!("node is {}: {get}", version.trim())),
    }
}

/// Checks that the compiler can make WebAssembly, and adds the target if not.
pub fn wasm_target() -> Outcome {
    let library = Call::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .dir(&root())
        .output()?;
    if PathBuf::from(library.trim()).is_dir() {
        return Ok(());
    }
    rustup(&["target", "add", WASM_TARGET])
}

/// Checks that a component of the toolchain (rustfmt, clippy) is there, and adds it if not.
pub fn component(name: &str, command: &str) -> Outcome {
    let there = Call::new("cargo").args([command, "--version"]).dir(&root());
    match there.quietly_succeeds() {
        true => Ok(()),
        false => rustup(&["component", "add", name]),
    }
}

/// Asks rustup for something.
pub fn rustup(arguments: &[&str]) -> Outcome {
    let wanted = arguments.join(" ");
    if find(&["rustup"]).is_none() {
        return Err(format!(
            "rustup is not on PATH: install it, then `rustup {wanted}`"
        ));
    }
    Call::new("rustup").args(arguments).dir(&root()).run()
}

/// wasm-pack, compiled from its source the first time. It compiles the wasm-bindgen
/// tool of the version in Cargo.lock in turn, and keeps it in the user's cache folder.
pub fn wasm_pack() -> Outcome<PathBuf> {
    if let Some(found) = find(&["wasm-pack"]) {
        return Ok(found);
    }
    let bin = target().join("tools").join("bin").join("wasm-pack");
    if !bin.is_file() {
        eprintln!("  wasm-pack is not on PATH: compiling it (a few minutes, once)");
        Call::new("cargo")
            .args(["install", "wasm-pack", "--locked", "--root"])
            .arg(target().join("tools"))
            .env("CARGO_TARGET_DIR", target().join("tools").join("build"))
            .run()?;
    }
    Ok(bin)
}

/// A tool of the npm packages that `xtask/tools/package.json` pins (`wasm-opt`, `esbuild`).
pub fn npm_tool(name: &str) -> Outcome<PathBuf> {
    let folder = npm_tools()?;
    let tool = folder.join("node_modules").join(".bin").join(name);
    if tool.is_file() {
        Ok(tool)
    } else {
        Err(format!("{name} is missing from the installed npm tools"))
    }
}

/// Installs the pinned npm tools into the target folder and gives that folder.
pub fn npm_tools() -> Outcome<PathBuf> {
    let source = root().join("xtask").join("tools");
    let folder = target().join("tools").join("npm");
    let inputs = Fingerprint::new()
        .files(&source.join("package.json"))?
        .files(&source.join("package-lock.json"))?;
    let stamp = Stamp::at(folder.join("node_modules").join(".tussock-installed"));
    if !stamp.is(&inputs) {
        make_folder(&folder)?;
        for file in ["package.json", "package-lock.json"] {
            copy_file(&source.join(file), &folder.join(file))?;
        }
        crate::process::timed("npm tools (wasm-opt, esbuild)", || {
            crate::npm::npm(&folder).arg("ci").quiet().run()
        })?;
        stamp.set(&inputs)?;
    }
    Ok(folder)
}
