//! The browsers that tests run in, and how each is had where it is missing.

use crate::process::{Call, Outcome, find};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A Chromium and the chromedriver beside it.
pub struct Browser {
    pub chromium: PathBuf,
    pub chromedriver: PathBuf,
}

/// Chromium from `TUSSOCK_CHROMIUM` or PATH; root on Debian gets it installed.
pub fn browser() -> Outcome<Browser> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    let get = "install them (Debian: apt-get install chromium chromium-driver) \
               or name them in TUSSOCK_CHROMIUM and TUSSOCK_CHROMEDRIVER";
    install(&["chromium", "chromium-driver"])?;
    find_browser().ok_or(format!("chromium or chromedriver is missing: {get}"))
}

fn find_browser() -> Option<Browser> {
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let chromium = named("TUSSOCK_CHROMIUM")
        .or_else(|| find(&["chromium", "chromium-browser", "google-chrome"]))?;
    let chromedriver = named("TUSSOCK_CHROMEDRIVER").or_else(|| find(&["chromedriver"]))?;
    Some(Browser {
        chromium,
        chromedriver,
    })
}

/// A browser that the end-to-end tests run in as well, if it is there.
struct Other {
    name: &'static str,
    /// Names its program to the tests.
    variable: &'static str,
    packages: &'static [&'static str],
    find: fn() -> Option<PathBuf>,
}

const OTHERS: [Other; 2] = [
    Other {
        name: "firefox",
        variable: "TUSSOCK_FIREFOX",
        packages: &["firefox-esr"],
        find: || find(&["firefox-esr", "firefox"]),
    },
    Other {
        name: "webkit",
        variable: "TUSSOCK_MINIBROWSER",
        packages: &["webkit2gtk-driver", "xvfb"],
        find: || find(&["Xvfb"]).and_then(|_| minibrowser()),
    },
];

/// For the end-to-end tests: the browsers to run in, Chromium first, and where those are. Those
/// that `TUSSOCK_BROWSERS` names, or all; root on Debian gets them installed, others are told.
pub fn all() -> Vec<(&'static str, OsString)> {
    let named = std::env::var("TUSSOCK_BROWSERS").ok();
    let is_wanted = |name: &str| {
        let named = named.as_deref().map(|names| names.split(','));
        named.is_none_or(|mut names| names.any(|one| one == name))
    };
    let mut names = Vec::from_iter(is_wanted("chromium").then_some("chromium"));
    let mut variables = Vec::new();
    for other in OTHERS.iter().filter(|other| is_wanted(other.name)) {
        match other.get() {
            Some(program) => {
                names.push(other.name);
                variables.push((other.variable, program.into_os_string()));
            }
            None => println!(
                "not tested in {}: it is not installed (Debian: apt-get install {})",
                other.name,
                other.packages.join(" ")
            ),
        }
    }
    variables.push(("TUSSOCK_BROWSERS", names.join(",").into()));
    variables
}

impl Other {
    fn get(&self) -> Option<PathBuf> {
        if let Some(named) = std::env::var_os(self.variable) {
            return Some(PathBuf::from(named));
        }
        (self.find)().or_else(|| {
            install(self.packages)
                .inspect_err(|failure| eprintln!("  {failure}"))
                .ok()?;
            (self.find)()
        })
    }
}

/// WebKitGTK's own small browser lies beside its libraries: `/usr/lib/*/webkit2gtk-4.*/MiniBrowser`.
fn minibrowser() -> Option<PathBuf> {
    let entries = |folder: &Path| {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        paths.sort();
        paths
    };
    entries(Path::new("/usr/lib"))
        .iter()
        .flat_map(|folder| entries(folder))
        .filter(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("webkit2gtk-4.")
        })
        .map(|folder| folder.join("MiniBrowser"))
        .find(|program| program.is_file())
}

/// Installs Debian's packages, where that is possible.
fn install(packages: &[&str]) -> Outcome {
    let is_root = Call::new("id").arg("-u").output();
    let is_root = is_root.is_ok_and(|id| id.trim() == "0");
    if !is_root || find(&["apt-get"]).is_none() {
        return Ok(());
    }
    eprintln!(
        "  installing from Debian's packages: {}",
        packages.join(" ")
    );
    Call::new("apt-get").args(["update", "-q"]).quiet().run()?;
    Call::new("apt-get")
        .args(["install", "-y", "-q", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .quiet()
        .run()
}
