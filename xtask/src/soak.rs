//! `cargo xtask soak`: runs the soak of the `untag-bench` package on a release build of the service.

use crate::{failure::Failure, process};
use std::{ffi::OsString, path::Path};

/// Builds the service and the load with optimisation, and runs the load. `arguments` go to it.
pub(crate) fn run(root: &Path, arguments: &[OsString]) -> Result<(), Failure> {
    process::run(&mut process::cargo(
        root,
        ["build", "--release", "--package", "untag-bench", "--package", "untag-service"],
    ))?;
    let command = ["run", "--release", "--package", "untag-bench", "--", "soak"];
    process::run(process::cargo(root, command).args(arguments))
}
