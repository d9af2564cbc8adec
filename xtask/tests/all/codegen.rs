//! `cargo xtask codegen [--check]` on a small repository.

use crate::repository::{CONTRACT, Repository, Tree};
use std::fs;

const NAME: &str = "crates/types/src/generated/lamp_name.rs";
const COLOUR: &str = "crates/types/src/generated/colour.rs";

/// The paths whose content or time differs.
fn touched(before: &Tree, after: &Tree) -> Vec<String> {
    let paths = before.keys().chain(after.keys().filter(|path| !before.contains_key(*path)));
    paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

#[test]
fn a_second_run_touches_nothing() {
    let repository = Repository::generated();
    let before = repository.tree();
    let run = repository.codegen(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.ends_with(" generated files are as the contract says.\n"), "{}", run.stdout);
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_change_of_one_limit_writes_only_what_says_it() {
    let repository = Repository::generated();
    let before = repository.tree();
    repository.edit("openapi/untag.yaml", "maxLength: 40", "maxLength: 41");
    let run = repository.codegen(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);

    let mut touched = touched(&before, &repository.tree());
    touched.retain(|path| path != "openapi/untag.yaml");
    assert!(touched.contains(&NAME.to_owned()), "{touched:?}");
    assert!(!touched.contains(&COLOUR.to_owned()), "{touched:?}");
    for path in &touched {
        let old = str::from_utf8(&before.get(path).unwrap().0).unwrap().to_owned();
        assert_ne!(repository.read(path), old, "{path} was written without need");
        assert!(run.stdout.contains(&format!("changed {path}\n")), "{}", run.stdout);
    }
    assert_eq!(repository.codegen(&["--check"]).code, Some(0));
}

#[test]
fn a_change_of_a_case_writes_only_the_packaged_cases() {
    let repository = Repository::generated();
    let before = repository.tree();
    let (case, packaged) = ("openapi/cases/refused.json", "crates/conformance/src/generated/cases.rs");
    repository.write(case, "[{}]\n");
    assert_eq!(repository.codegen(&["--check"]).code, Some(4));
    assert_eq!(repository.codegen(&[]).code, Some(0));
    assert_eq!(touched(&before, &repository.tree()), [packaged, case]);
    assert!(repository.read(packaged).contains("REFUSED: &str = r\"[{}]\n\";\n"));
}

#[test]
fn what_the_contract_no_longer_has_is_removed() {
    let repository = Repository::generated();
    repository.edit(
        "openapi/untag.yaml",
        "        colour:\n          $ref: '#/components/schemas/Colour'\n",
        "",
    );
    repository.edit(
        "openapi/untag.yaml",
        "    Colour:\n      description: Colour of a lamp.\n      type: string\n      enum: [red, green]\n",
        "",
    );
    let run = repository.codegen(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains(&format!("removed {COLOUR}\n")), "{}", run.stdout);
    assert!(!repository.path(COLOUR).exists());
    assert!(!run.stderr.contains("edited by hand"), "{}", run.stderr);
}

#[test]
fn each_fixture_document_has_its_own_modules() {
    let repository = Repository::generated();
    repository.write("tests/fixtures/documents/small-lamps.yaml", CONTRACT);
    assert_eq!(repository.codegen(&[]).code, Some(0));
    insta::assert_snapshot!("fixtures_mod", repository.read("tests/fixtures/src/generated/mod.rs"));
    insta::assert_snapshot!(
        "fixtures_small_lamps_mod",
        repository.read("tests/fixtures/src/generated/small_lamps/mod.rs")
    );
    for part in ["types", "client", "server"] {
        assert!(repository.path(&format!("tests/fixtures/src/generated/small_lamps/{part}/mod.rs")).exists());
    }

    fs::remove_file(repository.path("tests/fixtures/documents/small-lamps.yaml")).unwrap();
    assert_eq!(repository.codegen(&[]).code, Some(0));
    assert!(!repository.path("tests/fixtures/src/generated/small_lamps").exists());
}

#[test]
fn a_document_that_cannot_be_a_module_is_named() {
    let folder = "tests/fixtures/documents";
    for (names, message) in [
        (&["type"][..], "tests/fixtures/documents/type.yaml: `type` cannot become a Rust module: "),
        (&["a-b", "a_b"], " become one module: rename one of them"),
    ] {
        let repository = Repository::new();
        for name in names {
            repository.write(&format!("{folder}/{name}.yaml"), CONTRACT);
        }
        let before = repository.tree();
        let run = repository.codegen(&[]);
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn an_edit_by_hand_is_kept_before_it_is_overwritten() {
    let repository = Repository::generated();
    let generated = repository.read(NAME);
    for (number, edit) in ["// mine\n", "// mine again\n", "// mine\n"].into_iter().enumerate() {
        repository.write(NAME, &format!("{generated}{edit}"));
        let run = repository.codegen(&[]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(repository.read(NAME), generated);
        let copy = format!("target/codegen/replaced/{NAME}{}", if number == 1 { ".2" } else { "" });
        assert_eq!(repository.read(&copy), format!("{generated}{edit}"));
        assert_eq!(
            run.stderr,
            format!(
                "warning: {NAME} was edited by hand; the edited text is now in {copy} \
                 (change the contract or the generator instead)\n"
            )
        );
    }
}

#[test]
fn a_file_of_somebodys_own_is_kept_before_it_is_removed() {
    let repository = Repository::generated();
    let own = "crates/server/src/generated/own.rs";
    repository.write(own, "pub struct Mine;\n");
    let run = repository.codegen(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!repository.path(own).exists());
    assert_eq!(repository.read(&format!("target/codegen/replaced/{own}")), "pub struct Mine;\n");
}

#[test]
fn a_failing_write_leaves_the_tree_as_it_was() {
    let repository = Repository::generated();
    repository.edit("openapi/untag.yaml", "maxLength: 40", "maxLength: 41");
    repository.edit("openapi/untag.yaml", "title: lamps", "title: lights");
    // A folder where a file belongs that comes late in the order of renames.
    let last = "tests/fixtures/src/generated/mod.rs";
    fs::remove_file(repository.path(last)).unwrap();
    fs::create_dir(repository.path(last)).unwrap();
    let before = repository.tree();
    let run = repository.codegen(&[]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with(&format!("error: cannot put in place {last}: ")), "{}", run.stderr);
    assert!(run.stderr.ends_with("; nothing has been changed\n"), "{}", run.stderr);
    assert_eq!(repository.tree(), before);

    fs::remove_dir(repository.path(last)).unwrap();
    assert_eq!(repository.codegen(&[]).code, Some(0));
    assert_eq!(repository.codegen(&["--check"]).code, Some(0));
}

#[test]
fn a_killed_run_is_mended_by_the_next() {
    let repository = Repository::generated();
    let generated = repository.read(NAME);
    // What a kill between two renames leaves: the journal, the old file under its second name, the new one in place.
    repository.write(".codegen/journal", &format!("replace {NAME}\n"));
    repository.write(".codegen/old/0", &generated);
    fs::create_dir_all(repository.path(".codegen/new")).unwrap();
    repository.write(NAME, "half of a new generation");
    let run = repository.codegen(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(
        run.stderr,
        "note: an earlier run was interrupted while it put files in place; that has been undone\n"
    );
    assert_eq!(repository.read(NAME), generated);
    assert!(!repository.path(".codegen").exists());
}

#[test]
fn a_refused_contract_changes_nothing() {
    let repository = Repository::generated();
    repository.write(
        "tests/fixtures/documents/other.yaml",
        &CONTRACT.replace("operationId: switchLamp", "operationID: x"),
    );
    repository.edit("openapi/untag.yaml", "maxLength: 40", "maxLenght: 40");
    let before = repository.tree();
    for arguments in [&[][..], &["--check"]] {
        let run = repository.codegen(arguments);
        assert_eq!(run.code, Some(3), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("--> openapi/untag.yaml:"), "{}", run.stderr);
        assert!(run.stderr.contains("maxLenght"), "{}", run.stderr);
        assert!(run.stderr.contains("--> tests/fixtures/documents/other.yaml:"), "{}", run.stderr);
        assert!(
            run.stderr.ends_with(
                "error: lint refuses openapi/untag.yaml and tests/fixtures/documents/other.yaml; no file has been changed\n"
            ),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains('\u{1b}'), "colours in a pipe");
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn a_missing_contract_is_named() {
    let repository = Repository::new();
    fs::remove_file(repository.path("openapi/untag.yaml")).unwrap();
    let run = repository.codegen(&[]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with("error: cannot read "), "{}", run.stderr);
    assert!(run.stderr.contains("openapi/untag.yaml"), "{}", run.stderr);
}

#[test]
fn check_shows_every_difference_and_touches_nothing() {
    let repository = Repository::generated();
    let generated = repository.read(COLOUR);
    repository.edit(
        "openapi/untag.yaml",
        "description: Name of a lamp.",
        "description: What a lamp is called.",
    );
    repository.write(COLOUR, &generated.replacen("Colour of a lamp", "Color of a lamp", 1));
    fs::remove_file(repository.path("crates/types/src/generated/lamp_error.rs")).unwrap();
    repository.write("crates/client/src/generated/removed.rs", &generated);
    repository.write("crates/client/src/generated/own.rs", "// Mine.\n");
    let before = repository.tree();

    let run = repository.codegen(&["--check"]);
    assert_eq!(run.code, Some(4));
    assert_eq!(repository.tree(), before);
    let headings =
        run.stdout.lines().filter(|line| !line.starts_with(['-', '+', ' ', '@']) && !line.is_empty());
    assert_eq!(
        headings.collect::<Vec<_>>(),
        [
            "stray, written by hand: crates/client/src/generated/own.rs",
            "stray, no longer generated: crates/client/src/generated/removed.rs",
            "stale: crates/conformance/src/generated/contract.rs",
            "stale: crates/server/src/generated/contract.rs",
            "edited by hand: crates/types/src/generated/colour.rs",
            "missing: crates/types/src/generated/lamp_error.rs",
            "stale: crates/types/src/generated/lamp_name.rs",
        ]
    );
    assert!(run.stdout.contains("\n-/// Color of a lamp.\n+/// Colour of a lamp.\n"), "{}", run.stdout);
    assert!(run.stdout.contains("\n-/// Name of a lamp.\n+/// What a lamp is called.\n"), "{}", run.stdout);
    assert!(
        run.stderr.ends_with(
            " generated files differ from the contract (3 stale, 2 edited by hand, 1 missing, 1 stray); \
             run `cargo xtask codegen` and commit what it writes\n"
        ),
        "{}",
        run.stderr
    );
}

#[test]
fn check_waits_for_nobody_and_leaves_no_trace() {
    let repository = Repository::new();
    assert_eq!(repository.codegen(&["--check"]).code, Some(4));
    assert!(!repository.path("target").exists());
}
