//! `cargo xtask bench`: runs the `untag-bench` package, and keeps the table it prints.

use crate::{failure::Failure, files, process};
use std::{ffi::OsString, path::Path};

/// Where the table is kept, below the root.
const REPORT: &str = "target/bench/report.md";

/// Builds the benchmarks with optimisation and runs them. `arguments` go to the benchmark program.
pub(crate) fn run(root: &Path, arguments: &[OsString]) -> Result<(), Failure> {
    // The service and the command line are measured as the programs that users run, so they are built too.
    const PACKAGES: [&str; 3] = ["untag-bench", "untag-service", "untag-cli"];
    let packages = PACKAGES.iter().flat_map(|name| ["--package", name]);
    process::run(process::cargo(root, ["build", "--release"]).args(packages))?;
    let command = ["run", "--release", "--package", "untag-bench", "--"];
    let table = process::run_and_keep(process::cargo(root, command).args(arguments))?;
    files::write(&root.join(REPORT), table.as_bytes())?;
    println!("\nThe table is in {REPORT}.");
    Ok(())
}
