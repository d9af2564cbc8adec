//! The contract's changelog: a release that says nothing about itself is refused.

use super::refused;
use crate::{failure::Failure, files};
use std::path::Path;
use untag_evolution::Version;

const CHANGELOG: &str = "openapi/CHANGELOG.md";

/// Fails unless the changelog has a section of this version, and something in it.
pub(super) fn require(root: &Path, version: &Version) -> Result<(), Failure> {
    let text = files::read(&root.join(CHANGELOG))?;
    let heading = format!("## [{version}]");
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&heading));
    if lines.next().is_none() {
        return Err(refused(format!(
            "{CHANGELOG} has no section `{heading}`: write what has changed, and for whom, and release again"
        )));
    }
    let mut section = lines.take_while(|line| !line.starts_with("## "));
    if section.any(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        return Ok(());
    }
    Err(refused(format!(
        "the section `{heading}` of {CHANGELOG} is empty: write what has changed, and for whom, and release again"
    )))
}
