//! `cargo xtask docs`: runs the `untag-docs` package, which writes the site.

use crate::{failure::Failure, process};
use std::{ffi::OsString, path::Path};

/// Builds the generator of the site and runs it. `arguments` go to it.
pub(crate) fn run(root: &Path, arguments: &[OsString]) -> Result<(), Failure> {
    process::run(process::cargo(root, ["run", "--quiet", "--package", "untag-docs", "--"]).args(arguments))
}
