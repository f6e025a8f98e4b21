//! npm projects of the repository: installing what they depend on, running their scripts.

use crate::fingerprint::{Fingerprint, Stamp};
use crate::process::{Call, Outcome, timed};
use crate::project::{copy_folder, dist, files_below, remove_folder, root};
use std::path::Path;

/// npm in a folder, with the settings that every project here shares: lock files name no
/// package host, and a package given as a folder is copied as from a registry, not linked.
pub fn npm(folder: &Path) -> Call {
    Call::new("npm")
        .dir(folder)
        .env("npm_config_omit_lockfile_registry_resolved", "true")
        .env("npm_config_install_links", "true")
        .env("npm_config_audit", "false")
        .env("npm_config_fund", "false")
        .env("npm_config_update_notifier", "false")
}

/// Installs what a project depends on, exactly as its lock file says. A project that
/// depends on the built package gets today's build of it even if nothing else changed.
pub fn install(folder: &Path) -> Outcome {
    let manifest = read(&folder.join("package.json"))?;
    let uses_package = manifest.contains("dist/tussock\"");
    let modules = folder.join("node_modules");
    let mut inputs = Fingerprint::new()
        .files(&folder.join("package.json"))?
        .files(&folder.join("package-lock.json"))?;
    if uses_package {
        inputs = inputs.files(&dist().join("package.json"))?;
    }
    let stamp = Stamp::at(modules.join(".tussock-installed"));
    if !stamp.is(&inputs) {
        let name = folder.strip_prefix(root()).unwrap_or(folder);
        let locked = folder.join("package-lock.json").is_file();
        let verb = if locked { "ci" } else { "install" };
        timed(&format!("npm {verb} in {}", name.display()), || {
            npm(folder).arg(verb).quiet().run()
        })?;
        // `npm install` writes the lock file, which is an input from then on.
        if !locked {
            return install(folder);
        }
        stamp.set(&inputs)?;
    }
    if uses_package {
        refresh_package(&modules.join("tussock"))?;
    }
    Ok(())
}

/// Puts today's build of the package where npm put the one of the last install.
fn refresh_package(installed: &Path) -> Outcome {
    let built = dist();
    let fingerprint = |folder: &Path| -> Outcome<Fingerprint> {
        let mut fingerprint = Fingerprint::new();
        for file in files_below(folder)? {
            let name = file.strip_prefix(folder).unwrap_or(&file).to_path_buf();
            let content = std::fs::read(&file)
                .map_err(|cause| format!("cannot read {}: {cause}", file.display()))?;
            fingerprint = fingerprint.text(&name.to_string_lossy()).bytes(&content);
        }
        Ok(fingerprint)
    };
    if installed.is_dir() && fingerprint(installed)? == fingerprint(&built)? {
        return Ok(());
    }
    if installed.is_symlink() {
        std::fs::remove_file(installed)
            .map_err(|cause| format!("cannot remove {}: {cause}", installed.display()))?;
    }
    remove_folder(installed)?;
    copy_folder(&built, installed)
}

/// Whether a folder is an npm project with a script of this name.
pub fn has_script(folder: &Path, script: &str) -> bool {
    let Ok(manifest) = read(&folder.join("package.json")) else {
        return false;
    };
    let Some(scripts) = manifest.split_once("\"scripts\"") else {
        return false;
    };
    let scripts = scripts.1.split('}').next().unwrap_or_default();
    scripts.contains(&format!("\"{script}\""))
}

fn read(file: &Path) -> Outcome<String> {
    std::fs::read_to_string(file)
        .map_err(|cause| format!("cannot read {}: {cause}", file.display()))
}
