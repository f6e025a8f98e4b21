//! What is fuzzed: a function from bytes per target, the same under libFuzzer and in `cargo test`.
//!
//! Most targets read their bytes as a recipe (see `recipe`), so that small changes of the bytes are
//! small changes of a well-formed command; what is not well-formed has targets of its own.

pub mod commands;
pub mod filters;
pub mod json;
pub mod keys;
pub mod recipe;
pub mod regex;
pub mod shell;
pub mod store;
pub mod updates;

/// A target.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

pub static TARGETS: &[Target] = &[
    Target {
        name: "commands",
        run: commands::run,
    },
    Target {
        name: "filters",
        run: filters::run,
    },
    Target {
        name: "updates",
        run: updates::run,
    },
    Target {
        name: "keys",
        run: keys::run,
    },
    Target {
        name: "store",
        run: store::run,
    },
    Target {
        name: "regex",
        run: regex::run,
    },
    Target {
        name: "json",
        run: json::run,
    },
];
