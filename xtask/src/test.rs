//! `cargo xtask test`: every test of the repository, in the order of how soon it fails.
//!
//! Each runner prints its own lines. npm projects are found by their folders; each has a
//! script `test` and gets the built package and the browser by environment variables:
//!
//! | variable | what it names |
//! |---|---|
//! | `TUSSOCK_DIST` | the built package as a folder |
//! | `TUSSOCK_TARBALL` | the built package as a tarball |
//! | `TUSSOCK_WWW_DIST` | the built playground |
//! | `TUSSOCK_CHROMIUM` | the Chromium to start |
//! | `TUSSOCK_BROWSERS` | for `tests/browser`: the browsers to run in, `chromium,firefox,webkit` |
//! | `TUSSOCK_FIREFOX`, `TUSSOCK_MINIBROWSER` | the Firefox and the WebKit to start |
//! | `TUSSOCK_SHARED` | conformance vectors and specification tests |

use crate::npm;
use crate::package::{self, Effort};
use crate::playground;
use crate::process::{Call, Outcome};
use crate::project::{dist, root, shared, tarball, template, www};
use crate::{browsers, size, tools};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

struct Part {
    name: &'static str,
    what: &'static str,
    run: fn(&Options) -> Outcome<Ran>,
}

struct Options {
    accept_size: bool,
}

/// Whether there was anything to run.
enum Ran {
    Yes,
    Nothing(&'static str),
}

const PARTS: [Part; 9] = [
    Part {
        name: "fmt",
        what: "cargo fmt --check",
        run: fmt,
    },
    Part {
        name: "clippy",
        what: "clippy without warnings, native and wasm32",
        run: clippy,
    },
    Part {
        name: "native",
        what: "unit, architecture, model, crash and conformance tests",
        run: native,
    },
    Part {
        name: "wasm",
        what: "wasm-bindgen tests in headless Chromium",
        run: wasm,
    },
    Part {
        name: "driver",
        what: "the TypeScript driver: types and tests in Node",
        run: driver,
    },
    Part {
        name: "package",
        what: "the tarball in Vite, a plain page and Node",
        run: package_tests,
    },
    Part {
        name: "playground",
        what: "the playground: types, build and its own tests",
        run: playground_tests,
    },
    Part {
        name: "browser",
        what: "end to end in headless Chromium, Firefox and WebKit",
        run: browser,
    },
    Part {
        name: "size",
        what: "brotli size against tests/size.json",
        run: size_test,
    },
];

/// Prints the names of the parts and what each covers.
pub fn print_parts() {
    for part in &PARTS {
        println!("{:<11} {}", part.name, part.what);
    }
}

/// `cargo xtask test [--keep-going] [PART...]`.
pub fn command(arguments: &[String]) -> Outcome {
    let (mut keep_going, mut options) = (false, Options { accept_size: false });
    let mut wanted = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--keep-going" => keep_going = true,
            "--accept" => options.accept_size = true,
            name => match PARTS.iter().find(|part| part.name == name) {
                Some(part) => wanted.push(part.name),
                None => return Err(format!("no part is named {name}: see `cargo xtask parts`")),
            },
        }
    }
    let chosen = |part: &&Part| wanted.is_empty() || wanted.contains(&part.name);
    let mut lines = Vec::new();
    let mut failures = Vec::new();
    for part in PARTS.iter().filter(chosen) {
        println!("\n=== {}: {}", part.name, part.what);
        let start = Instant::now();
        let result = (part.run)(&options);
        let seconds = start.elapsed().as_secs_f64();
        let verdict = match &result {
            Ok(Ran::Yes) => String::from("ok"),
            Ok(Ran::Nothing(why)) => format!("skipped: {why}"),
            Err(failure) => format!("FAILED: {failure}"),
        };
        println!("--- {}: {verdict} ({seconds:.1} s)", part.name);
        lines.push(format!("{:<11} {seconds:>7.1} s  {verdict}", part.name));
        if result.is_err() {
            failures.push(part.name);
            if !keep_going {
                break;
            }
        }
    }
    println!("\n=== summary\n{}", lines.join("\n"));
    if failures.is_empty() {
        return Ok(());
    }
    let again = failures.join(" ");
    Err(format!(
        "{again} failed; once more: cargo xtask test {again}"
    ))
}

/// What the tests and benchmarks of the npm projects learn about the build.
pub fn environment() -> Outcome<Vec<(&'static str, OsString)>> {
    let browser = browsers::browser()?;
    Ok(vec![
        ("TUSSOCK_DIST", dist().into()),
        ("TUSSOCK_TARBALL", tarball().into()),
        ("TUSSOCK_WWW_DIST", www().join("dist").into()),
        ("TUSSOCK_CHROMIUM", browser.chromium.into()),
        ("TUSSOCK_SHARED", shared().into()),
    ])
}

fn cargo(arguments: &[&str]) -> Outcome {
    Call::new("cargo").args(arguments).dir(&root()).run()
}

fn fmt(_: &Options) -> Outcome<Ran> {
    tools::component("rustfmt", "fmt")?;
    cargo(&["fmt", "--all", "--check"])?;
    Ok(Ran::Yes)
}

fn clippy(_: &Options) -> Outcome<Ran> {
    tools::component("clippy", "clippy")?;
    tools::wasm_target()?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])?;
    cargo(&[
        "clippy",
        "--lib",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ])?;
    Ok(Ran::Yes)
}

fn native(_: &Options) -> Outcome<Ran> {
    Call::new("cargo")
        .args(["test", "--release", "--workspace"])
        .env("TUSSOCK_SHARED", shared())
        .dir(&root())
        .run()?;
    Ok(Ran::Yes)
}

/// Runs the crate in `tests/wasm/`: what needs a browser around the compiled engine itself.
fn wasm(_: &Options) -> Outcome<Ran> {
    tools::wasm_target()?;
    let browser = browsers::browser()?;
    Call::new(tools::wasm_pack()?)
        .args(["test", "--headless", "--chrome", "--chromedriver"])
        .arg(browser.chromedriver)
        .arg("tests/wasm")
        .dir(&root())
        .run()?;
    Ok(Ran::Yes)
}

fn driver(_: &Options) -> Outcome<Ran> {
    package::build(Effort::Shipped)?;
    run_project(&template())
}

fn package_tests(_: &Options) -> Outcome<Ran> {
    package::build(Effort::Shipped)?;
    run_project(&root().join("tests").join("package"))
}

fn playground_tests(_: &Options) -> Outcome<Ran> {
    if !www().join("package.json").is_file() {
        return Ok(Ran::Nothing("www/ is not there"));
    }
    package::build(Effort::Shipped)?;
    playground::build()?;
    run_project(&www())
}

fn browser(_: &Options) -> Outcome<Ran> {
    package::build(Effort::Shipped)?;
    if www().join("package.json").is_file() {
        playground::build()?;
    }
    run_project(&root().join("tests").join("browser"))
}

fn size_test(options: &Options) -> Outcome<Ran> {
    package::build(Effort::Shipped)?;
    size::check(options.accept_size)?;
    Ok(Ran::Yes)
}

/// Type checks an npm project (if it has a tsconfig.json) and runs its script `test`.
fn run_project(folder: &Path) -> Outcome<Ran> {
    if !npm::has_script(folder, "test") {
        return Ok(Ran::Nothing("no npm project with a script `test` is there"));
    }
    // Test folders share the harness in tests/browser, which needs what it depends on.
    let harness = root().join("tests").join("browser");
    if folder != harness && folder != template() {
        npm::install(&harness)?;
    }
    npm::install(folder)?;
    let compiler: PathBuf = folder.join("node_modules").join(".bin").join("tsc");
    if folder.join("tsconfig.json").is_file() && compiler.is_file() {
        Call::new(compiler)
            .args(["--noEmit", "-p", "tsconfig.json"])
            .dir(folder)
            .run()?;
    }
    let mut variables = environment()?;
    if folder == harness {
        variables.extend(browsers::all());
    }
    if folder == template() {
        // There it names the folder to build into; its tests build a copy of their own.
        variables.retain(|(name, _)| *name != "TUSSOCK_DIST");
    }
    npm::npm(folder)
        .args(["--silent", "test"])
        .envs(&variables)
        .run()?;
    Ok(Ran::Yes)
}
