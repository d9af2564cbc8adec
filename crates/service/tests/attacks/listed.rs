//! SECURITY.md, held against the tests: what it names is there, and every attack is named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The top of the repository.
fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the tests in a file.
fn tests(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if matches!(line, "#[test]" | "#[tokio::test]") {
            is_test = true;
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
            names.extend(rest.split_once('(').map(|(name, _)| name.to_owned()));
            is_test = false;
        }
    }
    names
}

/// The tests that SECURITY.md names: in the last column of its tables, as links to a file with the names of tests in it.
fn named() -> Vec<(String, String)> {
    let security = read(&top().join("SECURITY.md"));
    let mut named = Vec::new();
    for row in security.lines().filter(|line| line.starts_with("| ")) {
        let proofs = row.trim_end_matches([' ', '|']).rsplit("| ").next().unwrap_or_default();
        for link in proofs.split('[').skip(1) {
            let (name, rest) = link.split_once("](").expect("a link");
            let (file, _) = rest.split_once(')').expect("a whole link");
            named.push((name.trim_matches('`').to_owned(), file.to_owned()));
        }
    }
    named
}

#[test]
fn every_test_that_security_md_names_is_there() {
    let named = named();
    assert!(named.len() > 40, "{} tests are named", named.len());
    for (name, file) in named {
        let path = top().join(&file);
        let is_there = tests(&read(&path)).contains(&name);
        assert!(is_there, "SECURITY.md names {name} in {file}, and there is none");
    }
}

#[test]
fn security_md_names_every_attack() {
    let named: BTreeSet<(String, String)> = named().into_iter().collect();
    let folder = "crates/service/tests/attacks";
    let mut found = 0;
    for place in [folder, &format!("{folder}/postgres")] {
        for entry in fs::read_dir(top().join(place)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !path.is_file() || name == "listed.rs" {
                continue;
            }
            for test in tests(&read(&path)) {
                found += 1;
                let file = format!("{place}/{name}");
                assert!(
                    named.contains(&(test.clone(), file.clone())),
                    "SECURITY.md does not name {test} of {file}"
                );
            }
        }
    }
    assert!(found > 30, "{found} attacks");
}
