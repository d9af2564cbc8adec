//! What `cargo publish` would upload.

use crate::{
    failure::Failure,
    files,
    process::{self, cargo},
};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// Named are those that are not published, so that no new crate is forgotten.
const UNPUBLISHED: [&str; 10] = [
    "xtask",
    "untag-bench",
    "untag-docs",
    "untag-evolution",
    "untag-fixtures",
    "untag-fuzz",
    "untag-node",
    "untag-postgres",
    "untag-python",
    "untag-tests",
];

/// Packages every published crate, and builds each from its package. Dirty trees are allowed: a change is checked before it is
/// committed.
pub(crate) fn verify(root: &Path) -> Result<(), Failure> {
    let target = target(root);
    let folder = fs::create_dir_all(&target)
        .and_then(|()| tempfile::Builder::new().prefix("package-").tempdir_in(&target))
        .map_err(|error| files::cannot("make a folder in", &target, &error))?;
    let build = folder.path().join("build");
    link(&target, &build).map_err(|error| files::cannot("make", &build, &error))?;
    process::run(command(root, folder.path()).arg("--allow-dirty").env("CARGO_BUILD_BUILD_DIR", &build))
}

/// Packages every published crate of a commit into a folder, and gives their paths. Nothing is built.
pub(crate) fn pack(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    process::run(command(root, folder).args(["--no-verify", "--quiet"]))?;
    let packages = folder.join("package");
    let paths = files::list(&packages)?;
    Ok(paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "crate"))
        .collect())
}

fn command(root: &Path, target: &Path) -> Command {
    let mut command = cargo(root, ["package", "--workspace", "--target-dir"]);
    command.arg(target).args(UNPUBLISHED.iter().flat_map(|name| ["--exclude", name]));
    command
}

/// Where cargo builds.
pub(crate) fn target(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target))
}

/// Makes the folder `build` for what cargo compiles, under a name that no run had before.
///
/// To verify crates that need each other, cargo makes a registry of them below it, and unpacks from it into its home once for
/// each name and version: under the same name, a second run would build against the first run's code. Where links can be had, it
/// is the target folder all the same, so that dependencies are not compiled again each time.
fn link(target: &Path, build: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, build);
    #[cfg(not(unix))]
    return fs::create_dir(build);
}
