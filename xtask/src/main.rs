//! `cargo xtask ...`: builds, serves, tests and measures the project.

fn main() {
    eprintln!("usage: cargo xtask <build|playground|test|bench>");
    std::process::exit(2);
}
