//! A release is made of a commit; what it is made of, `cargo xtask ci` makes and compares.

use crate::repository::{Repository, xtask};
use std::process::Command;

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
