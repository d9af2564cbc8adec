//! What `codegen --check` prints, on plain files.

use crate::repository::Repository;
use xtask::{
    plan::{Wanted, plan},
    report::{Counts, differences, summary},
};

#[test]
fn every_difference_is_shown() {
    let repository = Repository::new();
    repository.write("g/a_same", "same\n");
    repository.write("g/b_stale", "first\nsecond\nthird\n");
    repository.write("g/c_edited", "mine\nkept\n");
    repository.write("g/d_stray", "no longer wanted\n");
    repository.write("g/e_own", "mine\n");
    let wanted = [
        ("g/a_same", "same\n"),
        ("g/b_stale", "first\n2nd\nthird\n"),
        ("g/c_edited", "generated\nkept\n"),
        ("g/f_missing", "new\n"),
    ];
    let wanted = wanted.map(|(path, text)| Wanted { path: path.to_owned(), text: text.to_owned() });
    let plan = plan(repository.root(), &["g"], wanted.into(), |text| !text.contains("mine")).unwrap();
    insta::assert_snapshot!("check", format!("{}\n{}", differences(&plan), summary(Counts::of(&plan))));
}

#[test]
fn nothing_is_said_of_what_is_as_it_should_be() {
    let repository = Repository::new();
    repository.write("g/a", "same");
    let wanted = vec![Wanted { path: "g/a".to_owned(), text: "same".to_owned() }];
    let plan = plan(repository.root(), &["g"], wanted, |_| true).unwrap();
    assert_eq!(differences(&plan), "");
    assert_eq!(Counts::of(&plan), Counts { unchanged: 1, ..Counts::default() });
}
