//! Redocly and Spectral, with all the rules that they recommend, of which even a hint counts; `openapi/` has their settings.

use crate::support::contract::root;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use untag_node::{packages, run};

/// One of their programs, which asks nobody for newer versions and reports nothing to its vendor.
fn program(name: &str) -> Command {
    let (package, lock) = (include_str!("npm/package.json"), include_str!("npm/package-lock.json"));
    let packages = packages(Path::new(env!("CARGO_TARGET_TMPDIR")), package, lock);
    let mut program = Command::new(packages.join(".bin").join(name));
    program.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    program
}

/// What both say to the contract in this folder, each with its settings.
fn judge(folder: &Path) -> [(&'static str, Output); 2] {
    let contract = folder.join("untag.yaml");
    let redocly = run(program("redocly")
        .args(["lint", "--config"])
        .args([folder.join("redocly.yaml"), contract.clone()]));
    let spectral = run(program("spectral")
        .args(["lint", "--fail-severity", "hint", "--ruleset"])
        .args([folder.join(".spectral.yaml"), contract]));
    [("Redocly", redocly), ("Spectral", spectral)]
}

#[test]
fn they_find_nothing_in_the_contract() {
    for (name, output) in judge(&root().join("openapi")) {
        assert!(output.status.success(), "{name}: {output:?}");
    }
}

#[test]
fn they_find_what_is_wrong() {
    let wrongs = [
        ("a parameter nobody declares", "tags/{key}:\n", "tags/{name}:\n"),
        ("a reference into nothing", "'#/components/schemas/TagValue'", "'#/components/schemas/TagWorth'"),
        (
            "an example that breaks its rules",
            "error_msg: tags[3].key is 129",
            "error_message: tags[3].key is 129",
        ),
    ];
    let text = fs::read_to_string(root().join("openapi/untag.yaml")).expect("the contract is there");
    for (wrong, right, broken) in wrongs {
        assert!(text.contains(right), "{right}");
        let folder = TempDir::new().expect("a folder");
        for settings in ["redocly.yaml", ".redocly.lint-ignore.yaml", ".spectral.yaml"] {
            fs::copy(root().join("openapi").join(settings), folder.path().join(settings)).expect("a copy");
        }
        fs::write(folder.path().join("untag.yaml"), text.replace(right, broken)).expect("a contract");
        for (name, output) in judge(folder.path()) {
            assert!(!output.status.success(), "{name} does not see {wrong}: {output:?}");
        }
    }
}
