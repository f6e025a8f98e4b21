//! `cargo xtask playground`: builds the package and the playground that uses it, and
//! serves the playground on localhost.

use crate::fingerprint::{Fingerprint, Stamp};
use crate::npm;
use crate::package::{self, Effort};
use crate::process::{Outcome, timed};
use crate::project::{dist, root, www};
use crate::serve;

const PORT: u16 = 4173;
const USAGE: &str = "usage: cargo xtask playground [--port N] [--no-serve] [--dev]";

/// `cargo xtask playground [--port N] [--no-serve] [--dev]`.
pub fn command(arguments: &[String]) -> Outcome {
    let (mut port, mut serves, mut effort) = (PORT, true, Effort::Shipped);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--no-serve" => serves = false,
            "--dev" => effort = Effort::Dev,
            "--port" => {
                let number = rest.next().and_then(|number| number.parse().ok());
                port = number.ok_or(USAGE)?;
            }
            _ => return Err(String::from(USAGE)),
        }
    }
    package::build(effort)?;
    build()?;
    let built = www().join("dist");
    if serves {
        return serve::serve(&built, port);
    }
    println!("{}", built.display());
    Ok(())
}

/// Builds the playground from the package as it lies in `dist/tussock/`.
pub fn build() -> Outcome {
    let www = www();
    if !www.join("package.json").is_file() {
        return Err(String::from(
            "the folder www/ with the playground is missing",
        ));
    }
    npm::install(&www)?;
    let stamp = Stamp::at(www.join("dist").join(".tussock-built"));
    if stamp.is(&inputs()?) {
        return Ok(());
    }
    timed("playground (vite)", || {
        npm::npm(&www).args(["run", "build"]).quiet().run()
    })?;
    // Taken again: the build may fill folders that it then reads (the data sets).
    stamp.set(&inputs()?)
}

fn inputs() -> Outcome<Fingerprint> {
    let www = www();
    let mut inputs = Fingerprint::new().files(&dist())?;
    inputs = inputs.files(&root().join("COMPATIBILITY.md"))?;
    for entry in [
        "src",
        "scripts",
        "public",
        "index.html",
        "package.json",
        "package-lock.json",
    ] {
        inputs = inputs.files(&www.join(entry))?;
    }
    for config in [
        "vite.config.ts",
        "vite.config.js",
        "vite.config.mjs",
        "tsconfig.json",
    ] {
        inputs = inputs.files(&www.join(config))?;
    }
    Ok(inputs)
}
