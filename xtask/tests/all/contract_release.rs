//! `contract release` and `contract check`: what is frozen stays as it is, and versions say what has changed.

use crate::{contract_diff::CONTRACT, repository::Repository};
use std::fs;

const FIRST: &str = "openapi/released/1.0.0.yaml";
const SUMS: &str = "openapi/released/SHA256SUMS";

/// A breaking, a compatible and a documentary change.
const BREAKING: (&str, &str) = ("operationId: deleteDesktopTag", "operationId: untagDesktop");
const COMPATIBLE: (&str, &str) =
    ("operationId: deleteDesktopTag\n", "operationId: deleteDesktopTag\n      deprecated: true\n");
const WORDS: (&str, &str) = ("summary: Delete a tag of a desktop", "summary: Remove a tag from a desktop");

/// The first release, changed, and prepared for the next but for what the test is about.
fn changed((from, to): (&str, &str), version: &str) -> Repository {
    let repository = Repository::released();
    repository.edit(CONTRACT, from, to);
    repository.edit(CONTRACT, "  version: 1.0.0\n", &format!("  version: {version}\n"));
    repository.edit(
        "openapi/CHANGELOG.md",
        "# Changelog\n",
        &format!("# Changelog\n\n## [{version}] - 2027-01-01\n\nAnother.\n"),
    );
    repository
}

/// Runs a command that must be refused, and must leave everything as it is.
fn refused(repository: &Repository, arguments: &[&str]) -> String {
    let before = repository.tree();
    let run = repository.contract(arguments);
    assert_eq!(run.code, Some(3), "{arguments:?}: {}{}", run.stdout, run.stderr);
    assert_eq!(repository.tree(), before, "{arguments:?} has changed something");
    run.stderr
}

#[test]
fn a_release_is_the_exact_bytes_and_the_next_base() {
    let repository = changed(BREAKING, "2.0.0");
    let first = repository.read(FIRST);
    let run = repository.contract(&["release", "2.0.0"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(
        run.stdout,
        format!("Release 2.0.0 is frozen: commit openapi/released/2.0.0.yaml and {SUMS}.\n")
    );
    assert_eq!(repository.read("openapi/released/2.0.0.yaml"), repository.read(CONTRACT));
    assert_eq!(repository.read(FIRST), first);
    let sums = repository.read(SUMS);
    let names: Vec<&str> = sums.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    assert_eq!(names, ["1.0.0.yaml", "2.0.0.yaml"]);

    let run = repository.contract(&["diff"]);
    assert_eq!(run.stdout, "The contract does not differ from release 2.0.0.\n");
    let run = repository.contract(&["check"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "The contract is release 2.0.0, byte for byte.\n"));
}

#[test]
fn the_checksums_are_those_that_everybody_computes() {
    let repository = Repository::released();
    repository.write("openapi/released/1.0.0.yaml", "abc");
    repository.write(SUMS, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  1.0.0.yaml\n");
    // It is no contract, but it is what it was.
    let message = refused(&repository, &["check"]);
    assert!(!message.contains("edited"), "{message}");
}

#[test]
fn an_api_without_a_commit_to_compare_with_is_refused() {
    let message = refused(&Repository::released(), &["api"]);
    assert!(message.starts_with(&format!("error: git knows no commit that added {FIRST}: ")), "{message}");
}

#[test]
fn a_version_that_says_too_little_is_refused() {
    for (change, kinds, given, wanted) in [
        (BREAKING, "breaking changes", "1.0.1", "2.0.0"),
        (BREAKING, "breaking changes", "1.1.0", "2.0.0"),
        (COMPATIBLE, "compatible changes", "1.0.1", "1.1.0 or 2.0.0"),
        // Versions grow by one step at a time.
        (WORDS, "changes of its words", "1.0.2", "1.0.1, 1.1.0 or 2.0.0"),
        (WORDS, "changes of its words", "3.0.0", "1.0.1, 1.1.0 or 2.0.0"),
    ] {
        let repository = changed(change, given);
        assert_eq!(
            refused(&repository, &["release", given]),
            format!(
                "error: {given} cannot be released: the contract has {kinds} since release 1.0.0, so the version is {wanted}\n"
            )
        );
        assert_eq!(
            refused(&repository, &["check"]),
            format!(
                "error: the contract has {kinds} since release 1.0.0, and its `info.version` is {given}: set it to {wanted}, or \
                 take the changes back\n"
            )
        );
    }
}

#[test]
fn a_version_that_says_enough_is_released() {
    for (change, version) in [
        (BREAKING, "2.0.0"),
        (COMPATIBLE, "1.1.0"),
        (COMPATIBLE, "2.0.0"),
        (WORDS, "1.0.1"),
        (WORDS, "1.1.0"),
    ] {
        let repository = changed(change, version);
        let run = repository.contract(&["check"]);
        assert_eq!(run.code, Some(0), "{version}: {}", run.stderr);
        let run = repository.contract(&["release", version]);
        assert_eq!(run.code, Some(0), "{version}: {}", run.stderr);
    }
}

#[test]
fn an_undeclared_change_fails_the_check() {
    for (change, wanted) in
        [(BREAKING, "2.0.0"), (COMPATIBLE, "1.1.0 or 2.0.0"), (WORDS, "1.0.1, 1.1.0 or 2.0.0")]
    {
        let repository = Repository::released();
        repository.edit(CONTRACT, change.0, change.1);
        let message = refused(&repository, &["check"]);
        assert!(
            message.ends_with(&format!("is 1.0.0: set it to {wanted}, or take the changes back\n")),
            "{message}"
        );
    }
}

#[test]
fn versions_grow() {
    let repository = changed(BREAKING, "2.0.0");
    for version in ["1.0.0", "0.9.0"] {
        assert_eq!(
            refused(&repository, &["release", version]),
            format!("error: {version} cannot be released: the newest release is 1.0.0, and versions grow\n")
        );
    }
    for version in ["2.0", "2.0.0-rc.1", "v2"] {
        assert_eq!(repository.contract(&["release", version]).code, Some(2), "{version}");
    }
}

#[test]
fn nothing_new_is_nothing_to_release() {
    let repository = Repository::released();
    let unchanged = "error: nothing has changed since release 1.0.0 but perhaps its version: there is nothing to release\n";
    assert_eq!(refused(&repository, &["release", "1.0.1"]), unchanged);
    repository.edit(CONTRACT, "  version: 1.0.0\n", "  version: 1.0.1\n");
    assert_eq!(refused(&repository, &["release", "1.0.1"]), unchanged);
    let message = refused(&repository, &["check"]);
    assert!(message.ends_with("and nothing else has changed: set it back\n"), "{message}");
}

#[test]
fn the_contract_says_which_version_it_is() {
    let repository = changed(BREAKING, "2.0.0");
    repository.edit(CONTRACT, "  version: 2.0.0\n", "  version: 1.0.0\n");
    assert_eq!(
        refused(&repository, &["release", "2.0.0"]),
        "error: `info.version` of openapi/untag.yaml is 1.0.0: set it to 2.0.0, run `cargo xtask codegen`, and release again\n"
    );
    repository.edit(CONTRACT, "  version: 1.0.0\n", "  version: next\n");
    let message = refused(&repository, &["check"]);
    assert!(message.ends_with("is `next`: write three numbers, such as 1.0.0\n"), "{message}");
}

#[test]
fn a_release_says_something_about_itself() {
    let repository = changed(BREAKING, "2.0.0");
    repository.edit("openapi/CHANGELOG.md", "Another.\n", "");
    let message = refused(&repository, &["release", "2.0.0"]);
    assert!(
        message.starts_with("error: the section `## [2.0.0]` of openapi/CHANGELOG.md is empty"),
        "{message}"
    );
    repository.edit("openapi/CHANGELOG.md", "## [2.0.0]", "## [2.0.1]");
    let message = refused(&repository, &["release", "2.0.0"]);
    assert!(message.starts_with("error: openapi/CHANGELOG.md has no section `## [2.0.0]`"), "{message}");
}

#[test]
fn a_contract_that_lint_refuses_is_not_released() {
    let repository = changed(BREAKING, "2.0.0");
    repository.edit(
        CONTRACT,
        "operationId: untagDesktop\n",
        "operationId: untagDesktop\n      x-rate-limit: 5\n",
    );
    let message = refused(&repository, &["release", "2.0.0"]);
    assert!(message.contains("unknown-extension"), "{message}");
    assert!(
        message.ends_with("error: lint refuses openapi/untag.yaml; no file has been changed\n"),
        "{message}"
    );
}

#[test]
fn a_release_that_was_touched_is_refused_everywhere() {
    type Damage = fn(&Repository);
    let cases: [(Damage, &str); 6] = [
        (
            |repository| repository.edit(FIRST, "title: untag", "title: tags"),
            "openapi/released/1.0.0.yaml was edited after its release: restore it with git",
        ),
        (
            |repository| fs::remove_file(repository.path(FIRST)).unwrap(),
            "openapi/released/1.0.0.yaml is in SHA256SUMS and not in the folder: restore it with git",
        ),
        (
            |repository| fs::remove_file(repository.path(SUMS)).unwrap(),
            "openapi/released/1.0.0.yaml is not in SHA256SUMS",
        ),
        (
            |repository| repository.write("openapi/released/1.1.0.yaml", &repository.read(CONTRACT)),
            "openapi/released/1.1.0.yaml is not in SHA256SUMS",
        ),
        (
            |repository| repository.write("openapi/released/draft.yaml", "draft"),
            "openapi/released/draft.yaml is no release",
        ),
        (
            |repository| repository.write(SUMS, "nonsense\n"),
            "openapi/released/SHA256SUMS has a line that is no checksum, `nonsense`",
        ),
    ];
    for (damage, expected) in cases {
        let repository = changed(BREAKING, "2.0.0");
        damage(&repository);
        for arguments in [&["check"][..], &["release", "2.0.0"], &["diff"]] {
            let message = refused(&repository, arguments);
            assert!(message.starts_with(&format!("error: {expected}")), "{arguments:?}: {message}");
        }
    }
}

#[test]
fn without_a_release_there_is_nothing_to_compare_with() {
    let repository = Repository::new();
    for arguments in [&["check"][..], &["diff"]] {
        assert_eq!(
            refused(&repository, arguments),
            "error: openapi/released holds no release: `cargo xtask contract release X.Y.Z` makes the first\n"
        );
    }
    repository.write("openapi/CHANGELOG.md", "## [1.0.0]\n\nThe first.\n");
    let message = refused(&repository, &["release", "0.1.0"]);
    assert!(message.contains("the first one is 1.0.0 or greater"), "{message}");
    assert_eq!(repository.contract(&["release", "1.0.0"]).code, Some(0));
}

#[test]
fn the_repository_itself_passes_the_check() {
    let root = xtask::repository();
    let run = crate::repository::xtask(&["contract", "--root", root.to_str().unwrap(), "check"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
}
