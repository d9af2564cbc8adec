//! `cargo xtask bench`: runs the `untag-bench` package, and keeps the table it prints.

use crate::{failure::Failure, files, process};
use std::{ffi::OsString, path::Path};

/// Where the table is kept, below the root.
const REPORT: &str = "target/bench/report.md";

/// Builds the benchmarks with optimisation and runs them. `arguments` go to the benchmark program.
pub(crate) fn run(root: &Path, arguments: &[OsString]) -> Result<(), Failure> {
    // The service is measured as the program that users run, so it is built too.
    let build = ["build", "--release", "--package", "untag-bench", "--package", "untag-service"];
    process::run(&mut process::cargo(root, build))?;
    let command = ["run", "--release", "--package", "untag-bench", "--"];
    let table = process::run_and_keep(process::cargo(root, command).args(arguments))?;
    files::write(&root.join(REPORT), table.as_bytes())?;
    println!("\nThe table is in {REPORT}.");
    Ok(())
}
