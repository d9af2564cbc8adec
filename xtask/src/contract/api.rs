//! The public Rust API of the generated crates, held against the newest release as the contract itself is.
//!
//! What it was is built anew from the commit that froze the release: the packages of that commit, not a copy of their API.

use super::{
    no_release, refused,
    released::{FOLDER, Released},
};
use crate::{
    failure::Failure,
    process::{self, cargo},
};
use std::{path::Path, process::Command};

/// The crates whose API follows from the contract.
const CRATES: [&str; 3] = ["untag-types", "untag-client", "untag-server"];

const INSTALL: &str = "cargo install --locked cargo-semver-checks --version =0.51.0";

/// Fails if the API has changed more since the newest release than the crates' version says.
pub(crate) fn api(root: &Path) -> Result<(), Failure> {
    let released = Released::read(root)?;
    let version = released.versions().next_back().ok_or_else(no_release)?;
    let revision = revision(root, &format!("{FOLDER}/{version}.yaml"))?;
    process::require(root, "semver-checks", INSTALL)?;
    let packages = CRATES.iter().flat_map(|name| ["--package", name]);
    process::run(cargo(root, ["semver-checks", "--baseline-rev", &revision]).args(packages))
}

/// The commit that added a file.
fn revision(root: &Path, file: &str) -> Result<String, Failure> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["log", "--diff-filter=A", "--max-count=1", "--format=%H", "--", file]);
    let output = git.output().map_err(|error| format!("cannot run git: {error}"))?;
    let revision = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !revision.is_empty() {
        return Ok(revision);
    }
    Err(refused(format!(
        "git knows no commit that added {file}: commit the release, or fetch the whole history (`git fetch --unshallow`)"
    )))
}
