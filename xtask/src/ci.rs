//! `cargo xtask ci`: everything that must hold before a change is merged, cheap checks first.

use crate::{
    codegen::{self, Mode},
    contract,
    failure::Failure,
    files,
    process::{self, cargo},
    suite,
};
use std::{env, fs, io, path::Path, time::Instant};

/// One step.
struct Step {
    name: &'static str,
    run: fn(&Path) -> Result<(), Failure>,
    /// Why it is not to run.
    skip: Option<&'static str>,
}

/// What became of a step.
enum Outcome {
    Passed(f64),
    Failed(f64),
    Skipped(&'static str),
    NotReached,
}

/// Runs the steps until one fails, and ends with a table of all of them.
pub(crate) fn run(root: &Path, with_advisories: bool) -> Result<(), Failure> {
    let mut outcomes = Vec::new();
    let mut failed = None;
    for step in steps(root, with_advisories) {
        let outcome = if failed.is_some() {
            Outcome::NotReached
        } else if let Some(reason) = step.skip {
            Outcome::Skipped(reason)
        } else {
            println!("\n=== {} ===", step.name);
            let start = Instant::now();
            let result = (step.run)(root);
            let seconds = start.elapsed().as_secs_f64();
            if let Err(failure) = result {
                println!("--- {} failed after {seconds:.1} s", step.name);
                failed = Some(failure);
                Outcome::Failed(seconds)
            } else {
                println!("--- {} passed in {seconds:.1} s", step.name);
                Outcome::Passed(seconds)
            }
        };
        outcomes.push((step.name, outcome));
    }
    println!("\n{}", table(&outcomes));
    failed.map_or(Ok(()), Err)
}

fn steps(root: &Path, with_advisories: bool) -> [Step; 10] {
    let no_advisories = "pass --advisories where the RustSec database can be fetched";
    let no_history = "the clone is shallow; `git fetch --unshallow` gets the commit of the release";
    let step = |name, run| Step { name, run, skip: None };
    [
        step("format", format),
        step("drift", |root| codegen::run(root, Mode::Check)),
        step("contract", contract::check),
        step("deny", deny),
        Step { name: "advisories", run: advisories, skip: (!with_advisories).then_some(no_advisories) },
        step("clippy", clippy),
        step("doc", doc),
        step("test", |root| suite::run(root, &[])),
        step("package", package),
        Step { name: "api", run: contract::api, skip: contract::is_shallow(root).then_some(no_history) },
    ]
}

fn format(root: &Path) -> Result<(), Failure> {
    process::require(root, "fmt", "rustup component add rustfmt")?;
    process::run(&mut cargo(root, ["fmt", "--all", "--check"]))
}

const INSTALL_DENY: &str = "cargo install --locked cargo-deny --version =0.20.2";

fn deny(root: &Path) -> Result<(), Failure> {
    process::require(root, "deny", INSTALL_DENY)?;
    process::run(&mut cargo(root, ["deny", "check", "licenses", "bans", "sources"]))
}

fn advisories(root: &Path) -> Result<(), Failure> {
    process::require(root, "deny", INSTALL_DENY)?;
    process::run(&mut cargo(root, ["deny", "check", "advisories"]))
}

fn clippy(root: &Path) -> Result<(), Failure> {
    process::require(root, "clippy", "rustup component add clippy")?;
    let arguments = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    process::run(&mut cargo(root, arguments))
}

fn doc(root: &Path) -> Result<(), Failure> {
    let arguments = ["doc", "--no-deps", "--workspace", "--all-features"];
    process::run(cargo(root, arguments).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Builds what `cargo publish` would upload. Dirty trees are allowed: a change is checked before it is committed.
fn package(root: &Path) -> Result<(), Failure> {
    // Named are those that are not published, so that no new crate is forgotten.
    const UNPUBLISHED: [&str; 9] = [
        "xtask",
        "untag-bench",
        "untag-docs",
        "untag-evolution",
        "untag-fixtures",
        "untag-node",
        "untag-postgres",
        "untag-python",
        "untag-tests",
    ];
    let others = UNPUBLISHED.iter().flat_map(|name| ["--exclude", name]);
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target));
    let folder = fs::create_dir_all(&target)
        .and_then(|()| tempfile::Builder::new().prefix("package-").tempdir_in(&target))
        .map_err(|error| files::cannot("make a folder in", &target, &error))?;
    let build = folder.path().join("build");
    link(&target, &build).map_err(|error| files::cannot("make", &build, &error))?;
    process::run(
        cargo(root, ["package", "--workspace", "--allow-dirty", "--target-dir"])
            .arg(folder.path())
            .args(others)
            .env("CARGO_BUILD_BUILD_DIR", &build),
    )
}

/// Makes the folder `build` for what cargo compiles, under a name that no run had before.
///
/// To verify crates that need each other, cargo makes a registry of them below it, and unpacks from it into its home once for
/// each name and version: under the same name, a second run would build against the first run's code. Where links can be had, it
/// is the target folder all the same, so that dependencies are not compiled again each time.
fn link(target: &Path, build: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, build);
    #[cfg(not(unix))]
    return fs::create_dir(build);
}

fn table(outcomes: &[(&str, Outcome)]) -> String {
    let mut lines = Vec::new();
    for (name, outcome) in outcomes {
        lines.push(match outcome {
            Outcome::Passed(seconds) => format!("{name:<12} passed   {seconds:>7.1} s"),
            Outcome::Failed(seconds) => format!("{name:<12} FAILED   {seconds:>7.1} s"),
            Outcome::Skipped(reason) => format!("{name:<12} SKIPPED  {reason}"),
            Outcome::NotReached => format!("{name:<12} not run"),
        });
    }
    lines.join("\n")
}
