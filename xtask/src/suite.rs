//! `cargo xtask test`: the whole test suite. It needs nothing but cargo, except for the suites that run against real servers.

use crate::{failure::Failure, process};
use std::{
    env,
    ffi::OsString,
    fs,
    io::{Write, stderr},
    path::Path,
    process::Command,
};

/// Tests that need a program of the system.
struct Suite {
    /// What the names of these tests have in common.
    tests: &'static str,
    /// What they need, and where it comes from.
    needs: &'static str,
    /// Whether it is there.
    is_there: fn() -> bool,
}

const PYTHON: &str = "Python with venv (Debian packages python3, python3-venv, python3-pip)";

const NODE: &str = "Node.js 20.19 or newer, with npm (Debian 13 packages nodejs, npm)";

const BROWSER: &str = "Chromium, and Node.js with npm (Debian packages chromium, nodejs, npm)";

const SUITES: [Suite; 8] = [
    Suite {
        tests: "postgres::",
        needs: "PostgreSQL 15 or newer (Debian package postgresql)",
        is_there: has_postgres,
    },
    Suite { tests: "keystone::keystone", needs: PYTHON, is_there: has_python },
    Suite { tests: "sdk::", needs: PYTHON, is_there: has_python },
    Suite { tests: "foreign::fuzzing::", needs: PYTHON, is_there: has_python },
    Suite { tests: "foreign::validator::", needs: PYTHON, is_there: has_python },
    Suite { tests: "foreign::linters::", needs: NODE, is_there: has_node },
    Suite { tests: "browser::", needs: BROWSER, is_there: has_browser },
    Suite { tests: "junit_readers::", needs: PYTHON, is_there: has_python },
];

/// Builds the programs and examples, which some tests start, then runs every test and doctest. `arguments` go to `cargo test`.
///
/// Where a suite's program is missing, the suite is left out and that is said, before and after. In CI it is not left out:
/// there its tests fail, and say what to install.
pub(crate) fn run(root: &Path, arguments: &[OsString]) -> Result<(), Failure> {
    const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];
    let in_ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    let missing: Vec<&Suite> = SUITES.iter().filter(|suite| !in_ci && !(suite.is_there)()).collect();
    say(&missing);
    process::run(process::cargo(root, ["build", "--bins", "--examples"]).args(EVERYTHING))?;
    let mut tests = process::cargo(root, ["test", "--no-fail-fast"]);
    tests.args(EVERYTHING).args(arguments);
    if !missing.is_empty() && !arguments.iter().any(|argument| argument == "--") {
        tests.arg("--");
    }
    for suite in &missing {
        tests.args(["--skip", suite.tests]);
    }
    let outcome = process::run(&mut tests);
    say(&missing);
    outcome
}

/// Says what is left out.
fn say(missing: &[&Suite]) {
    for Suite { tests, needs, .. } in missing {
        // Where stderr cannot be written, nobody reads anything.
        let _ = writeln!(stderr(), "SKIPPED: the tests {tests}*, which need {needs}");
    }
}

fn has_postgres() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin/initdb")).any(|initdb| initdb.exists())
}

fn has_python() -> bool {
    // Its output says nothing that the answer does not.
    let found = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    found.is_ok_and(|found| found.status.success())
}

fn has_node() -> bool {
    // What it says when it is asked whether it is new enough.
    const IS_NEW: &str = "const [major, minor] = process.versions.node.split('.').map(Number); \
                          process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)";
    let runs = |command: &mut Command| command.output().is_ok_and(|found| found.status.success());
    runs(Command::new("node").args(["-e", IS_NEW])) && runs(Command::new("npm").arg("--version"))
}

fn has_browser() -> bool {
    has_node() && Command::new("chromium").arg("--version").output().is_ok_and(|found| found.status.success())
}
