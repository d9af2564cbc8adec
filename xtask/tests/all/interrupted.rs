//! Runs that end halfway: by a failure, or by a kill, which is a transaction that is dropped.

use crate::repository::{Repository, Tree};
use std::fs;
use xtask::{
    plan::{Entry, Wanted, plan},
    transaction::{Recovered, Transaction, recover},
};

/// A tree with something to remove, to replace, to create, and to leave alone; a file is to make room for a folder.
fn repository() -> Repository {
    let repository = Repository::new();
    repository.write("g/a", "old a");
    repository.write("g/b", "old b");
    repository.write("g/c", "same");
    repository.write("g/d/stray", "stray");
    repository.write("g/e", "in the way of a folder");
    repository.age();
    repository
}

fn changes(repository: &Repository) -> Vec<Entry> {
    let wanted =
        [("g/a", "new a"), ("g/b", "new b"), ("g/c", "same"), ("g/e/f", "new f"), ("h/i/j", "new j")];
    let wanted = wanted.map(|(path, text)| Wanted { path: path.to_owned(), text: text.to_owned() });
    plan(repository.root(), &["g", "h"], wanted.into(), |_| true).unwrap()
}

/// How many renames the changes above take.
const STEPS: usize = 6;

fn texts(tree: &Tree) -> Vec<(&str, &str)> {
    let texts = tree.iter().map(|(path, (bytes, _))| (path.as_str(), str::from_utf8(bytes).unwrap()));
    texts.filter(|(path, _)| path.starts_with("g/") || path.starts_with("h/")).collect()
}

#[test]
fn a_commit_does_everything_and_leaves_nothing_else() {
    let repository = repository();
    Transaction::stage(repository.root(), &changes(&repository)).unwrap().commit().unwrap();
    assert_eq!(
        texts(&repository.tree()),
        [("g/a", "new a"), ("g/b", "new b"), ("g/c", "same"), ("g/e/f", "new f"), ("h/i/j", "new j")]
    );
    assert!(!repository.path(".codegen").exists());
    assert!(!repository.path("g/d").exists(), "the folder of the stray file is empty now");
}

#[test]
fn a_kill_while_staging_has_changed_nothing() {
    let repository = repository();
    let before = repository.tree();
    drop(Transaction::stage(repository.root(), &changes(&repository)).unwrap());
    let mut after = repository.tree();
    after.retain(|path, _| !path.starts_with(".codegen/"));
    assert_eq!(after, before);

    assert_eq!(recover(repository.root()).unwrap(), Recovered::Staging);
    assert_eq!(repository.tree(), before);
    assert!(!repository.path(".codegen").exists());
    assert_eq!(recover(repository.root()).unwrap(), Recovered::Clean);
}

#[test]
fn a_kill_after_any_rename_is_undone_by_the_next_run() {
    for steps in 0..=STEPS {
        let repository = repository();
        let before = repository.tree();
        let mut transaction = Transaction::stage(repository.root(), &changes(&repository)).unwrap();
        transaction.begin().unwrap();
        for _ in 0..steps {
            transaction.apply_next().unwrap();
        }
        drop(transaction);
        assert_eq!(texts(&repository.tree()) == texts(&before), steps == 0, "after {steps} renames");

        assert_eq!(recover(repository.root()).unwrap(), Recovered::Commit);
        assert_eq!(repository.tree(), before, "after {steps} renames");
        assert!(!repository.path(".codegen").exists());
        assert!(!repository.path("h").exists(), "folders that were made are gone");
    }
}

#[test]
fn a_kill_while_undoing_is_undone_by_the_next_run() {
    let repository = repository();
    let before = repository.tree();
    let mut transaction = Transaction::stage(repository.root(), &changes(&repository)).unwrap();
    transaction.begin().unwrap();
    for _ in 0..STEPS {
        transaction.apply_next().unwrap();
    }
    // What the first steps of undoing do: the created files go, and one replaced file returns.
    fs::remove_file(repository.path("h/i/j")).unwrap();
    fs::remove_file(repository.path("g/e/f")).unwrap();
    fs::rename(repository.path(".codegen/old/3"), repository.path("g/b")).unwrap();
    assert_eq!(repository.read("g/b"), "old b");

    assert_eq!(recover(repository.root()).unwrap(), Recovered::Commit);
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_failure_between_renames_puts_everything_back() {
    let repository = repository();
    // A folder where the last file of all is to be created.
    fs::create_dir_all(repository.path("h/i/j")).unwrap();
    let before = repository.tree();
    let failure = Transaction::stage(repository.root(), &changes(&repository)).unwrap().commit().unwrap_err();
    assert!(failure.message.starts_with("cannot put in place h/i/j: "), "{failure}");
    assert!(failure.message.ends_with("; nothing has been changed"), "{failure}");
    assert_eq!(repository.tree(), before);
    assert!(!repository.path(".codegen").exists());
}

#[test]
fn a_failure_while_staging_leaves_nothing_behind() {
    let repository = repository();
    let before = repository.tree();
    let plan = changes(&repository);
    // What is to be replaced has gone meanwhile.
    fs::remove_file(repository.path("g/b")).unwrap();
    let failure = Transaction::stage(repository.root(), &plan).unwrap_err();
    assert!(failure.message.starts_with("cannot stage files in "), "{failure}");
    let after = repository.tree();
    assert_eq!(after.len(), before.len() - 1);
    assert!(!repository.path(".codegen").exists());
}

#[test]
fn a_damaged_journal_is_not_guessed_at() {
    let repository = repository();
    repository.write(".codegen/journal", "replace g/a\nrepl");
    let before = repository.tree();
    let failure = recover(repository.root()).unwrap_err();
    assert_eq!(
        failure.message,
        ".codegen/journal is damaged: restore the generated files with git, then remove .codegen"
    );
    assert_eq!(repository.tree(), before);
}
