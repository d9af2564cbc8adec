//! `cargo xtask test`: the whole test suite, with nothing but cargo.

use crate::{failure::Failure, process};
use std::{ffi::OsString, path::Path};

/// Builds the examples, which some tests start, then runs every test and doctest. `arguments` go to `cargo test`.
pub(crate) fn run(root: &Path, arguments: &[OsString]) -> Result<(), Failure> {
    const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];
    process::run(process::cargo(root, ["build", "--examples"]).args(EVERYTHING))?;
    process::run(process::cargo(root, ["test", "--no-fail-fast"]).args(EVERYTHING).args(arguments))
}
