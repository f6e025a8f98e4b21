//! `cargo xtask build`: the npm package, from Rust and TypeScript to a tarball.
//!
//! 1. wasm-pack compiles the crate (`--target web`, profile `wasm`), wasm-opt shrinks it and puts functions
//!    that resemble each other side by side, and names become short; the result goes to
//!    `pkg-template/src/wasm/`, where the driver imports it from.
//! 2. The script `build` of `pkg-template/package.json`, or plain tsc where it has none,
//!    compiles `pkg-template/src/*.ts` into `dist/tussock/`.
//! 3. `package.json` (without scripts and development dependencies), the wasm folder,
//!    licences and the readme join it, and `npm pack` makes the tarball.
//!
//! `--dev` compiles in a few seconds and leaves out wasm-opt: larger and slower code.

use crate::fingerprint::{Fingerprint, Stamp};
use crate::function_order;
use crate::npm;
use crate::process::{Call, Outcome, timed};
use crate::project::{
    VERSION, copy_file, copy_folder, dist, make_folder, read_file, remove_folder, root, scratch,
    tarball, template, write_file,
};
use crate::short_names::Names;
use crate::standard_library;
use crate::tools;
use std::path::{Path, PathBuf};

/// What wasm-opt may use: what the compiler's default for this target emits anyway.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
const WASM_OPT_LEVEL: &str = "-O3";
/// Addresses below 1,024 hold no data: the stack, which grows downwards, comes first. So an addition before an access
/// cannot wrap around, and may become part of the access.
const WASM_LAYOUT: &str = "--low-memory-unused";

/// What of `pkg-template/` the built package depends on; its tests are not among it, and
/// `src/` holds the WebAssembly module by then.
const TEMPLATE_INPUTS: [&str; 7] = [
    "build.mjs",
    "src",
    "scripts",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "README.md",
];

/// How much work the compilers put in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What ships.
    Shipped,
    /// Quick to build, for trying a change.
    Dev,
}

impl Effort {
    fn profile(self) -> &'static str {
        match self {
            Effort::Shipped => "wasm",
            Effort::Dev => "wasm-dev",
        }
    }
}

/// `cargo xtask build [--dev]`.
pub fn command(arguments: &[String]) -> Outcome {
    let effort = match arguments {
        [] => Effort::Shipped,
        [flag] if flag == "--dev" => Effort::Dev,
        _ => return Err(String::from("usage: cargo xtask build [--dev]")),
    };
    build(effort)?;
    println!("{}", dist().display());
    println!("{}", tarball().display());
    Ok(())
}

/// Builds the package; what did not change is not built again.
pub fn build(effort: Effort) -> Outcome {
    tools::node()?;
    let wasm = wasm(effort)?;
    let template = template();
    npm::install(&template)?;
    let mut inputs = Fingerprint::new()
        .text(VERSION)
        .files(&root().join("README.md"))?;
    for entry in TEMPLATE_INPUTS {
        inputs = inputs.files(&template.join(entry))?;
    }
    let stamp = Stamp::at(dist().join(".tussock-built"));
    if stamp.is(&inputs) && tarball().is_file() {
        return Ok(());
    }
    timed("driver (tsc) and tarball", || assemble(&wasm))?;
    stamp.set(&inputs)
}

/// The WebAssembly module with its JavaScript glue; gives the folder they lie in.
fn wasm(effort: Effort) -> Outcome<PathBuf> {
    let root = root();
    let folder = template().join("src").join("wasm");
    let mut inputs = Fingerprint::new()
        .text(effort.profile())
        .text(WASM_OPT_LEVEL)
        .text(WASM_LAYOUT)
        .text("functions in order at the end, short names")
        .text(&standard_library::flags())
        .text(&WASM_FEATURES.join(" "));
    for input in [
        ".cargo",
        "src",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
    ] {
        inputs = inputs.files(&root.join(input))?;
    }
    inputs = inputs.text(&Call::new("rustc").arg("--version").dir(&root).output()?);
    let stamp = Stamp::at(folder.join(".tussock-built"));
    if stamp.is(&inputs) {
        return Ok(folder);
    }
    tools::wasm_target()?;
    let wasm_pack = tools::wasm_pack()?;
    let compiled = scratch().join("wasm-pack");
    let call = || {
        Call::new(&wasm_pack)
            .args(["build", ".", "--target", "web", "--no-opt", "--no-pack"])
            .args(["--out-name", "tussock", "--profile", effort.profile()])
            .arg("--out-dir")
            .arg(&compiled)
            .dir(&root)
    };
    timed(
        &format!("wasm-pack (profile {})", effort.profile()),
        || match effort {
            Effort::Dev => call().quiet().run(),
            Effort::Shipped => standard_library::build_with(|| call().arg("--")),
        },
    )?;
    remove_folder(&folder)?;
    make_folder(&folder)?;
    let (from, to) = (
        compiled.join("tussock_bg.wasm"),
        folder.join("tussock_bg.wasm"),
    );
    match effort {
        Effort::Dev => copy_file(&from, &to)?,
        Effort::Shipped => optimise(&from, &to)?,
    }
    let mut names = Names::default();
    write_file(&to, &names.shorten(&read_file(&to)?)?)?;
    for file in ["tussock.js", "tussock.d.ts", "tussock_bg.wasm.d.ts"] {
        let glue = read_file(&compiled.join(file))?;
        let glue = names.replace(&String::from_utf8_lossy(&glue));
        write_file(&folder.join(file), glue.as_bytes())?;
    }
    stamp.set(&inputs)?;
    Ok(folder)
}

/// The order is found for the functions as they are at the end, sorted by use before: 1 KB less than for what the
/// compiler gives. Measured and not taken: the most called functions first, for short numbers (9 KB less as it is, nothing
/// under brotli), --merge-similar-functions (larger under brotli), -Os (the same).
fn optimise(from: &Path, to: &Path) -> Outcome {
    let wasm_opt = tools::npm_tool("wasm-opt")?;
    let run = |from: &Path, passes: &[&str]| {
        Call::new(&wasm_opt)
            .arg(from)
            .arg("-o")
            .arg(to)
            .args(passes)
            .args(WASM_FEATURES)
            .quiet()
            .run()
    };
    timed(&format!("wasm-opt {WASM_OPT_LEVEL}"), || {
        run(from, &[WASM_LAYOUT, WASM_OPT_LEVEL, "--reorder-functions"])?;
        write_file(to, &function_order::named(&read_file(to)?)?)?;
        run(to, &["--reorder-functions-by-name"])
    })
}

/// Lays the package's folder out and packs it.
fn assemble(wasm: &Path) -> Outcome {
    let (root, template, dist) = (root(), template(), dist());
    remove_folder(&dist)?;
    make_folder(&dist)?;
    compile_driver(&template, &dist)?;
    copy_folder(wasm, &dist.join("wasm"))?;
    let readme = template.join("README.md");
    let readme = if readme.is_file() {
        readme
    } else {
        root.join("README.md")
    };
    copy_file(&readme, &dist.join("README.md"))?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy_file(&root.join(licence), &dist.join(licence))?;
    }
    copy_file(&template.join("package.json"), &dist.join("package.json"))?;
    npm::npm(&dist)
        .args(["pkg", "delete", "scripts", "devDependencies", "private"])
        .quiet()
        .run()?;
    npm::npm(&dist)
        .args(["pkg", "set", &format!("version={VERSION}")])
        .quiet()
        .run()?;
    npm::npm(&dist)
        .args(["pack", "--pack-destination", ".."])
        .quiet()
        .run()
}

/// The driver's own script `build` when it has one (it finds the folder to fill in
/// `TUSSOCK_DIST`), else plain tsc.
fn compile_driver(template: &Path, dist: &Path) -> Outcome {
    if npm::has_script(template, "build") {
        return npm::npm(template)
            .args(["--silent", "run", "build"])
            .env("TUSSOCK_DIST", dist)
            .run();
    }
    Call::new(template.join("node_modules").join(".bin").join("tsc"))
        .args(["-p", "tsconfig.json", "--outDir"])
        .arg(dist)
        .dir(template)
        .run()
}
