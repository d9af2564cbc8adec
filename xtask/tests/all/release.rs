//! A release is made of a commit; what it is made of, `cargo xtask ci` makes and compares.

use crate::repository::{Repository, xtask};
use serde_json::{Value, json};
use std::process::Command;
use xtask::release::materials::{self, Crates};

#[test]
fn what_is_not_committed_is_not_released() {
    let repository = Repository::new();
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(repository.root()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let run = || xtask(&["release", "--without-programs", "--root", repository.root().to_str().unwrap()]);
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    let identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"];
    git(&[&identity[..], &["commit", "--quiet", "--message", "all of it"]].concat());
    repository.write("openapi/cases/rules.json", "[ ]\n");

    let refused = run();

    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    assert!(refused.stderr.contains("changes that are not committed"), "{}", refused.stderr);
    assert!(!repository.path("target/dist").exists());
}

/// `program` is built of `wanted`; something else in the workspace could switch `other` on.
fn bill() -> String {
    json!({
        "metadata": {"component": {"bom-ref": "the program"}},
        "components": [
            {"name": "wanted", "version": "1.0.0", "bom-ref": "a"},
            {"name": "wanted", "version": "2.0.0", "bom-ref": "b"},
            {"name": "other", "version": "1.0.0", "bom-ref": "c"},
        ],
        "dependencies": [
            {"ref": "the program", "dependsOn": ["a", "c"]},
            {"ref": "a"},
            {"ref": "c", "dependsOn": ["b"]},
        ],
    })
    .to_string()
}

fn crates(listed: &[(&str, &str)]) -> Crates {
    listed.iter().map(|&(name, version)| (name.to_owned(), version.to_owned())).collect()
}

#[test]
fn a_bill_of_materials_names_what_is_built_and_nothing_else() {
    let built = crates(&[("program", "0.1.0"), ("wanted", "1.0.0")]);
    let only: Value = serde_json::from_str(&materials::only(&bill(), &built).unwrap()).unwrap();
    assert_eq!(only["components"], json!([{"name": "wanted", "version": "1.0.0", "bom-ref": "a"}]));
    assert_eq!(only["dependencies"], json!([{"ref": "the program", "dependsOn": ["a"]}, {"ref": "a"}]));
}

#[test]
fn a_bill_of_materials_that_lacks_something_is_refused() {
    let built = crates(&[("program", "0.1.0"), ("wanted", "1.0.0"), ("forgotten", "1.0.0")]);
    let why = materials::only(&bill(), &built).unwrap_err();
    assert!(why.contains("forgotten"), "{why}");
}
