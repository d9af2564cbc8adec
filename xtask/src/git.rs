//! Questions to git about the repository.

use std::{path::Path, process::Command};

/// What git says, or `None` where it says nothing but an error: no repository, no such thing, no git.
pub(crate) fn ask(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(root).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
