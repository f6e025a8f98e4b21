//! Where things lie: the project's folders and the files that a build makes.

use crate::process::Outcome;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The version of the crate and of the npm package: that of the workspace.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The project's root.
pub fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|| OsString::from(env!("CARGO_MANIFEST_DIR")));
    let xtask = PathBuf::from(manifest);
    xtask.parent().map(Path::to_path_buf).unwrap_or(xtask)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// What this program keeps between two runs: stamps and intermediate files.
pub fn scratch() -> PathBuf {
    target().join("xtask")
}

/// The source of the npm package: `package.json`, the TypeScript driver, its tests.
pub fn template() -> PathBuf {
    root().join("pkg-template")
}

/// The built npm package as a folder.
pub fn dist() -> PathBuf {
    root().join("dist").join("tussock")
}

/// The built npm package as `npm publish` would send it.
pub fn tarball() -> PathBuf {
    root().join("dist").join(format!("tussock-{VERSION}.tgz"))
}

/// The playground's source.
pub fn www() -> PathBuf {
    root().join("www")
}

/// Conformance vectors and the drivers' specification tests, which lie outside the project.
pub fn shared() -> PathBuf {
    match std::env::var_os("TUSSOCK_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("..").join("shared"),
    }
}

/// Makes a folder and those above it.
pub fn make_folder(folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder)
        .map_err(|cause| format!("cannot make the folder {}: {cause}", folder.display()))
}

/// Removes a folder with all that is in it, if it is there.
pub fn remove_folder(folder: &Path) -> Outcome {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if folder.exists() => {
            Err(format!("cannot remove {}: {cause}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The bytes of a file.
pub fn read_file(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))
}

/// Writes a file, in place of what was there.
pub fn write_file(path: &Path, bytes: &[u8]) -> Outcome {
    std::fs::write(path, bytes).map_err(|cause| format!("cannot write {}: {cause}", path.display()))
}

/// Copies one file.
pub fn copy_file(from: &Path, to: &Path) -> Outcome {
    std::fs::copy(from, to).map(|_| ()).map_err(|cause| {
        format!(
            "cannot copy {} to {}: {cause}",
            from.display(),
            to.display()
        )
    })
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) -> Outcome {
    make_folder(to)?;
    for file in files_below(from)? {
        let relative = file.strip_prefix(from).map_err(|cause| cause.to_string())?;
        let target = to.join(relative);
        if let Some(parent) = target.parent() {
            make_folder(parent)?;
        }
        copy_file(&file, &target)?;
    }
    Ok(())
}

/// All files below a folder in the order of their names, without `node_modules` and
/// without names that begin with a dot. A file gives itself, nothing gives nothing.
pub fn files_below(path: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(path, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    if path.is_file() {
        files.push(path.to_path_buf());
    }
    if !path.is_dir() {
        return Ok(());
    }
    let unreadable = |cause| format!("cannot read {}: {cause}", path.display());
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name != "node_modules" && !name.starts_with('.') {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}
