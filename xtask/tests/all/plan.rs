//! Comparing what should be there with what is.

use crate::repository::Repository;
use std::os::unix::ffi::OsStrExt;
use xtask::plan::{Entry, State, Wanted, plan};

fn wanted(path: &str, text: &str) -> Wanted {
    Wanted { path: path.to_owned(), text: text.to_owned() }
}

fn entry(path: &str, state: State) -> Entry {
    Entry { path: path.to_owned(), state }
}

#[test]
fn every_state_is_told_apart() {
    let repository = Repository::new();
    repository.write("g/same", "same");
    repository.write("g/old", "old");
    repository.write("g/edited", "edited");
    repository.write("g/deep/stray", "stray");
    repository.write("g/own", "edited");
    repository.write("outside", "outside");
    let new = vec![
        wanted("g/same", "same"),
        wanted("g/old", "new"),
        wanted("g/edited", "new"),
        wanted("h/missing", "new"),
    ];

    let plan = plan(repository.root(), &["g", "h"], new, |text| text != "edited").unwrap();

    let changed = |old: &str, edited| State::Changed { old: old.into(), new: "new".to_owned(), edited };
    let stray = |old: &str, edited| State::Stray { old: old.into(), edited };
    assert_eq!(
        plan,
        [
            entry("g/deep/stray", stray("stray", false)),
            entry("g/edited", changed("edited", true)),
            entry("g/old", changed("old", false)),
            entry("g/own", stray("edited", true)),
            entry("g/same", State::Unchanged),
            entry("h/missing", State::Missing { new: "new".to_owned() }),
        ]
    );
}

#[test]
fn a_file_that_is_not_text_was_not_generated() {
    let repository = Repository::new();
    repository.write("g/a", "");
    let path = repository.path("g/a");
    std::fs::write(path, [0xff]).unwrap();
    let plan = plan(repository.root(), &["g"], vec![wanted("g/a", "a")], |_| true).unwrap();
    assert_eq!(plan, [entry("g/a", State::Changed { old: vec![0xff], new: "a".to_owned(), edited: true })]);
}

#[test]
fn names_that_no_generator_gives_are_refused() {
    for name in [b"a\nb".as_slice(), b"\xff"] {
        let repository = Repository::new();
        repository.write("g/a", "");
        std::fs::rename(repository.path("g/a"), repository.path("g").join(std::ffi::OsStr::from_bytes(name)))
            .unwrap();
        let failure = plan(repository.root(), &["g"], vec![], |_| true).unwrap_err();
        assert!(failure.message.starts_with("no generator has written "), "{failure}");
    }
}
