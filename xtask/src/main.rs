//! `cargo xtask ...`: builds, serves, tests and measures the project.

mod bench;
mod browsers;
mod fingerprint;
mod function_order;
mod module;
mod npm;
mod package;
mod playground;
mod process;
mod project;
mod serve;
mod short_names;
mod size;
mod standard_library;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  build [--dev]                      the npm package: dist/tussock/ and dist/tussock-<version>.tgz
  playground [--port N] [--no-serve] builds the playground and serves it on localhost
  test [--keep-going] [PART...]      all tests, or some parts of them
  test size --accept                 takes today's size of the package as the record
  bench [...]                        measures against other databases; arguments go to tests/bench/run.mjs
  parts                              names the parts of `test`
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", arguments.as_slice()),
    };
    let outcome = match command {
        "build" => package::command(rest),
        "playground" => playground::command(rest),
        "test" => test::command(rest),
        "bench" => bench::command(rest),
        "parts" => {
            test::print_parts();
            Ok(())
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
