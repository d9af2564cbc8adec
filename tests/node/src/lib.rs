//! Packages of npm for tests: linters of the contract, and what judges pages in a browser.
//!
//! Everything here blocks, and panics where something fails: its callers can do nothing better.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "made for tests, which panic to fail")]

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The folder `node_modules` with the packages that a `package.json` and its `package-lock.json` list. It is made once for
/// each pair of texts, in a folder below this one. Scripts of packages are not run.
#[must_use]
pub fn packages(below: &Path, package: &str, lock: &str) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    (package, lock).hash(&mut hasher);
    let folder = below.join(format!("npm-{:016x}", hasher.finish()));
    fs::create_dir_all(&folder).expect("a folder for packages");
    // Two runs at a time must not install into one folder.
    let in_use = File::create(folder.join("lock")).expect("a file to lock");
    in_use.lock().expect("a lock");
    let complete = folder.join("complete");
    if !complete.exists() {
        fs::write(folder.join("package.json"), package).expect("a list of packages");
        fs::write(folder.join("package-lock.json"), lock).expect("a list of packages");
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
        let output = run(&mut npm);
        assert!(output.status.success(), "{npm:?}: {output:?}\nIt needs a registry of npm to install from");
        fs::write(complete, "").expect("a mark");
    }
    folder.join("node_modules")
}

/// Runs a command that needs Node.js to its end; what it wrote, and how it ended.
pub fn run(command: &mut Command) -> Output {
    let shown = format!("{command:?}");
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!(
            "{shown}: {error}; install Node.js 20.19 or newer, with npm (Debian 13 packages nodejs and npm)"
        )
    })
}
