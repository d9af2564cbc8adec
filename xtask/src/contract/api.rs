//! The public Rust API of the generated crates, held against the newest release as the contract itself is.
//!
//! What it was is built anew from the commit that froze the release: the packages of that commit, not a copy of their API.

use super::{
    no_release, refused,
    released::{FOLDER, Released},
};
use crate::{
    failure::Failure,
    git,
    process::{self, cargo},
};
use std::path::Path;
use untag_evolution::Version;

/// The crates whose API follows from the contract.
const CRATES: [&str; 3] = ["untag-types", "untag-client", "untag-server"];

const INSTALL: &str = "cargo install --locked cargo-semver-checks --version =0.51.0";

/// Fails if the API has changed more since the newest release than the crates' version says.
pub(crate) fn api(root: &Path) -> Result<(), Failure> {
    let released = Released::read(root)?;
    let newest = released.versions().next_back().ok_or_else(no_release)?;
    // One that is not committed yet is compared with the one before.
    let revision = released.versions().rev().find_map(|version| revision(root, version)).ok_or_else(|| {
        refused(format!(
            "git knows no commit that added {FOLDER}/{newest}.yaml: commit the release, or fetch the whole history (`git fetch \
             --unshallow`)"
        ))
    })?;
    process::require(root, "semver-checks", INSTALL)?;
    let packages = CRATES.iter().flat_map(|name| ["--package", name]);
    process::run(cargo(root, ["semver-checks", "--baseline-rev", &revision]).args(packages))
}

/// Whether the history is cut off, so that nobody can tell which commit froze a release: the oldest that is there seems to have
/// added every file.
pub(crate) fn is_shallow(root: &Path) -> bool {
    git::ask(root, &["rev-parse", "--is-shallow-repository"]).is_some_and(|answer| answer == "true")
}

/// The commit that froze a release.
fn revision(root: &Path, version: &Version) -> Option<String> {
    if is_shallow(root) {
        return None;
    }
    let file = format!("{FOLDER}/{version}.yaml");
    let found = git::ask(root, &["log", "--diff-filter=A", "--max-count=1", "--format=%H", "--", &file]);
    found.filter(|revision| !revision.is_empty())
}
