//! The examples of the site's operations, run as a reader would run them, against `untagd dev`: they remove the tags that they
//! name and no others.

use crate::support::contract::{self, root};
use crate::support::dev::{Dev, RESOURCE};
use crate::support::program;
use crate::support::shell::{has_curl, stdout};
use std::collections::BTreeSet;
use std::path::PathBuf;

mod sdk;

/// The examples of each operation.
const FILES: [&str; 4] = ["curl.sh", "rust.rs", "sdk.py", "untag.sh"];

/// Each operation, with the tags that its examples remove.
fn operations() -> [(&'static str, Vec<[String; 3]>); 2] {
    let tag = |kind: &str, key: &str| [kind, RESOURCE, key].map(str::to_owned);
    [
        ("batchUntagResources", vec![tag("workspace", "key1"), tag("workspace", "key2")]),
        ("deleteDesktopTag", vec![tag("desktop", "key1")]),
    ]
}

fn folder() -> PathBuf {
    root().join("docs/examples")
}

/// The names in a folder.
fn names(folder: PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names
}

/// Runs the example of each operation in a terminal with the line that `untagd dev` prints for it, by the command that this makes of
/// operation and path, and looks which tags are gone then.
fn run_each(file: &str, command: impl Fn(&str, &str) -> String) {
    for (operation, expected) in operations() {
        let dev = Dev::start("", "cargo run -p untag-service -- dev");
        let before = dev.tags();
        let path = folder().join(operation).join(file);
        let home = dev.folder.path().display();
        let script = format!(
            "export HOME={home}\n{}\n{}",
            dev.line("export …"),
            command(operation, path.to_str().expect("a path that is text"))
        );
        let seen = stdout(&script, dev.folder.path());
        let gone: BTreeSet<[String; 3]> = before.difference(&dev.tags()).cloned().collect();
        assert_eq!(gone, expected.iter().cloned().collect(), "{operation}/{file}: {seen}");
        assert_eq!(dev.tags().difference(&before).count(), 0, "{operation}/{file}");
        assert_eq!(dev.removed(), expected, "{operation}/{file}");
        assert!(!seen.is_empty(), "{operation}/{file} says what it did");
    }
}

#[test]
fn every_example_is_run_by_a_test_here() {
    let contract = contract::read();
    let paths = contract.document["paths"].as_object().expect("paths");
    let operations_of_the_contract: BTreeSet<&str> = paths
        .values()
        .flat_map(|path| path.as_object().expect("a path").values())
        .filter_map(|operation| operation["operationId"].as_str())
        .collect();
    let covered = operations().map(|(operation, _)| operation);
    assert_eq!(operations_of_the_contract, covered.into_iter().collect());
    assert_eq!(names(folder()), covered);
    for operation in covered {
        assert_eq!(names(folder().join(operation)), FILES, "{operation}");
    }
}

#[test]
fn curl() {
    if has_curl("the curl examples of the site") {
        run_each("curl.sh", |_, path| format!("sh -eu {path}"));
    }
}

#[test]
fn untag() {
    let untag = program::build(&["--package", "untag-cli", "--bin", "untag"]);
    let folder = untag.parent().expect("a folder").display().to_string();
    run_each("untag.sh", |_, path| format!("PATH={folder}:$PATH sh -eu {path}"));
}

#[test]
fn rust() {
    run_each("rust.rs", |operation, _| {
        let example = program::build(&["--package", "untag-docs", "--example", operation]);
        example.to_str().expect("a path that is text").to_owned()
    });
}
