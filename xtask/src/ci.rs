//! `cargo xtask ci`: everything that must hold before a change is merged, cheap checks first.

use crate::{
    codegen::{self, Mode},
    contract,
    failure::Failure,
    fuzz, package,
    process::{self, cargo},
    release, suite,
};
use std::{path::Path, time::Instant};

/// How long each fuzz target runs: long enough to try what it has, and thousands of changes of that.
const SECONDS_OF_FUZZING: u32 = 5;

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

fn steps(root: &Path, with_advisories: bool) -> [Step; 13] {
    let no_advisories = "pass --advisories where the RustSec database can be fetched";
    let no_history = "the clone is shallow; `git fetch --unshallow` gets the commit of the release";
    let no_commit = "there are changes that are not committed";
    let step = |name, run| Step { name, run, skip: None };
    [
        step("format", format),
        step("drift", |root| codegen::run(root, Mode::Check)),
        step("contract", contract::check),
        step("deny", deny),
        step("unused", unused),
        Step { name: "advisories", run: advisories, skip: (!with_advisories).then_some(no_advisories) },
        step("clippy", clippy),
        step("doc", doc),
        step("test", |root| suite::run(root, &[])),
        step("fuzz", |root| fuzz::run(root, SECONDS_OF_FUZZING, false, &[])),
        step("package", package::verify),
        Step {
            name: "release",
            run: |root| release::run(root, false),
            skip: (!release::is_committed(root)).then_some(no_commit),
        },
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

fn unused(root: &Path) -> Result<(), Failure> {
    process::require(root, "machete", "cargo install --locked cargo-machete --version =0.9.2")?;
    process::run(&mut cargo(root, ["machete"]))
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
