//! `untag configure` writes the profile file, whole or not at all, and shows nothing that is secret.

use crate::service::{PROJECT, RESOURCE};
use crate::support::Home;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

#[test]
fn credentials_from_stdin_are_those_that_are_used() {
    let (home, service) = Home::with_service();
    let home = home.without("UNTAG_TOKEN").without("HUAWEICLOUD_SDK_PROJECT_ID");
    home.run(&["desktop", RESOURCE, "key1", "--yes"]).with(3);
    let (ak, sk) = (service.text("ak"), service.text("sk"));
    let ran =
        home.run_with(&["configure", "--project", PROJECT], &format!("# mine\nak = {ak}\nsk={sk}\n")).with(0);
    assert!(!ran.stdout.contains(sk) && !ran.stderr.contains(sk));
    assert_eq!(
        fs::read_to_string(home.profile()).unwrap(),
        format!("[basic]\nak = {ak}\nsk = {sk}\nproject_id = {PROJECT}\n")
    );
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(home.profile()), 0o600);
    assert_eq!(mode(home.path().join(".huaweicloud")), 0o700);
    home.run(&["desktop", RESOURCE, "key1", "--yes"]).with(0);
    assert_eq!(service.removed().len(), 1);
}

#[test]
fn another_profile_stands_beside_the_first() {
    let home = Home::new();
    home.write_profile("; notes\n[basic]\nak = AK1\nsk = SK1\n");
    fs::set_permissions(home.profile(), PermissionsExt::from_mode(0o644)).unwrap();
    let lines = "ak = AK2\nsk = SK2\nsecurity_token = ST2\nproject_id = P2\n";
    let ran = home.run_with(&["configure", "--profile", "my second", "--output", "json"], lines).with(0);
    let document = ran.json();
    assert_eq!((&document["profile"], &document["project_id"]), (&"my second".into(), &"P2".into()));
    assert_eq!(
        fs::read_to_string(home.profile()).unwrap(),
        format!("; notes\n[basic]\nak = AK1\nsk = SK1\n\n[my second]\n{lines}")
    );
    assert_eq!(fs::metadata(home.profile()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_profile_that_is_there_is_replaced_only_if_that_is_said() {
    let home = Home::new();
    let old = "[basic]\nak = AK1\nsk = SK1\nsecurity_token = ST1\nregion = mine\n";
    home.write_profile(old);
    let ran = home.run_with(&["configure"], "ak = AK2\nsk = SK2\n").with(2);
    assert!(
        ran.stderr.contains("Replacing the profile [basic]") && ran.stderr.contains("--yes"),
        "{}",
        ran.stderr
    );
    assert_eq!(fs::read_to_string(home.profile()).unwrap(), old);
    home.run_with(&["configure", "--yes", "--access-key", "AK2"], "sk = SK2\n").with(0);
    // Of the old one, nothing is left that could be taken for a part of the new one.
    assert_eq!(fs::read_to_string(home.profile()).unwrap(), "[basic]\nak = AK2\nsk = SK2\nregion = mine\n");
}

#[test]
fn what_is_wrong_is_refused_without_being_repeated() {
    let home = Home::new();
    let old = "[other]\nak = AK1\nsk = SK1\n";
    home.write_profile(old);
    for (arguments, input, words) in [
        (&[][..], "", "ak is empty"),
        (&[], "ak = AK2\n", "sk is empty"),
        (&[], "ak = AK2\nsk = s3cret s3cret\n", "sk has a character"),
        (&[], "ak = AK2\nsk = s3cret\nsk = s3cret\n", "line 3: it sets what was set before"),
        (&["--access-key", "AK1"], "ak = AK2\nsk = s3cret\n", "line 1: it sets what was set before"),
        (&[], "ak = AK2\ns3cret\n", "line 2: it has no `=`"),
        (&[], "ak = AK2\ns3cret = 1\n", "line 2: it sets something that no profile has"),
        (&["--profile", "a]b"], "ak = AK2\nsk = s3cret\n", "cannot be the name of a profile"),
        (&["--profile", "DEFAULT"], "ak = AK2\nsk = s3cret\n", "cannot be the name of a profile"),
    ] {
        let ran = home.run_with(&[&["configure"], arguments].concat(), input).with(2);
        assert!(
            ran.stderr.contains(words) && ran.stderr.contains("nothing was written"),
            "{input}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("s3cret") && ran.stdout.is_empty(), "{}", ran.stderr);
        assert_eq!(fs::read_to_string(home.profile()).unwrap(), old);
    }
    // A secret has no flag.
    for flag in ["--sk", "--secret-key", "--security-token", "--token"] {
        home.run_with(&["configure", flag, "x"], "ak = AK2\n").with(2);
    }
}

#[test]
fn a_file_that_would_mean_something_else_is_left_alone() {
    for (old, words) in [
        ("[DEFAULT]\nsecurity_token = ST\n", "[DEFAULT]"),
        ("[other]\nno entry\n", "line 2"),
        ("[basic]\nak = A\nsk = S\n[basic]\n", "more than once"),
    ] {
        let home = Home::new();
        home.write_profile(old);
        let ran = home.run_with(&["configure", "--yes"], "ak = AK2\nsk = SK2\n").with(1);
        assert!(ran.stderr.contains(words) && ran.stderr.contains("nothing was written"), "{}", ran.stderr);
        assert_eq!(fs::read_to_string(home.profile()).unwrap(), old);
        let left: Vec<_> = fs::read_dir(home.path().join(".huaweicloud")).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing is left beside it");
    }
}

#[test]
fn the_file_that_a_variable_or_a_link_names_is_the_one() {
    let home = Home::new();
    let real = home.path().join("real");
    fs::write(&real, "").unwrap();
    symlink(&real, home.path().join("link")).unwrap();
    let home = home.with("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "link");
    home.run_with(&["configure"], "ak = AK2\nsk = SK2\n").with(0);
    assert_eq!(fs::read_to_string(real).unwrap(), "[basic]\nak = AK2\nsk = SK2\n");
    assert!(fs::symlink_metadata(home.path().join("link")).unwrap().is_symlink());
    assert!(!home.profile().exists());
}
