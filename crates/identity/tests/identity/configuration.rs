//! What the authentication file may say, and how it is told what it may not.

use crate::{PROJECT, configuration};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use untag_identity::Configuration;

/// Everything at once, as a reader of the documentation would write it.
const FULL: &str = include_str!("../../authentication.example.toml");

#[test]
fn the_example_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authentication.toml");
    fs::write(&file, FULL).unwrap();
    fs::write(folder.path().join("robot.secret"), "a-secret-key-of-the-example\n").unwrap();
    fs::write(folder.path().join("keystone.password"), "a-password\r\n").unwrap();
    private(&file);
    private(&folder.path().join("robot.secret"));
    private(&folder.path().join("keystone.password"));
    let configuration = Configuration::load(&file).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(configuration.warnings(), [""; 0]);
    let users: Vec<_> = configuration.principals().map(|principal| &*principal.user_id).collect();
    assert_eq!(users, ["u-acme", "u-robot", "u-tms"]);
    let acme = configuration.principal("u-acme").unwrap();
    assert!(acme.is_account && acme.may_act_in(PROJECT));
    // Without a name of its own, the account goes by its identifier.
    assert_eq!(acme.account_name, "acme");
    assert!(configuration.principal("u-tms").unwrap().is_op_service());
    let [robots, taggers] = configuration.policies() else { panic!("{:?}", configuration.policies()) };
    assert_eq!(robots.file, folder.path().join("policies/robots.json"));
    assert!(robots.users.contains("u-robot") && robots.roles.is_empty());
    assert!(taggers.users.is_empty() && taggers.roles.contains("tagger"));
    assert_eq!(taggers.file, Path::new("/etc/untagd/taggers.json"));
    let shown = format!("{configuration:?}");
    assert!(!shown.contains("a-secret-key") && !shown.contains("a-password"), "{shown}");
}

#[cfg(unix)]
#[test]
fn files_that_everybody_can_read_are_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (file, secret) = (folder.path().join("authentication.toml"), folder.path().join("secret"));
    fs::write(&secret, "secret").unwrap();
    let user = format!("[[users]]\nid = \"u\"\nname = \"u\"\naccount = \"a\"\nprojects = [\"{PROJECT}\"]\n");
    let key = "[[access_keys]]\nid = \"AK\"\nuser = \"u\"\n";
    let inline = format!("{user}{key}secret = \"secret\"\n");
    let named = format!("{user}{key}secret_file = \"secret\"\n");
    for (text, file_mode, secret_mode, expected) in [
        (&inline, 0o600, 0o600, None),
        (&inline, 0o640, 0o600, None),
        (&inline, 0o644, 0o600, Some("authentication.toml: the file holds secrets in plain text")),
        (&inline, 0o602, 0o600, Some("authentication.toml: every user of this machine can write this file")),
        (&named, 0o644, 0o600, None),
        (
            &named,
            0o600,
            0o644,
            Some("authentication.toml:9:15: secret_file can be read or written by every user"),
        ),
    ] {
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(file_mode)).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(secret_mode)).unwrap();
        let warnings = Configuration::load(&file).unwrap().warnings().to_vec();
        match expected {
            None => assert_eq!(warnings, [""; 0], "{file_mode:o} {secret_mode:o}"),
            Some(expected) => assert!(warnings.len() == 1 && warnings[0].contains(expected), "{warnings:?}"),
        }
    }
}

#[test]
fn what_should_be_looked_at_is_warned_of() {
    let text = format!(
        r#"
        [[users]]
        id = "u"
        name = "u"
        account = "a"
        projects = ["{PROJECT}"]
        [[access_keys]]
        id = "AK"
        user = "u"
        secret = "secret"
        [[policies]]
        file = "p.json"
        users = ["u"]
        roles = ["tager"]
        "#
    );
    let warnings = configuration(&text).warnings().to_vec();
    assert_eq!(
        warnings,
        ["authentication.toml:14:18: no user has this role, so the policy binds nobody by it"]
    );
    let keystone =
        "[keystone]\nurl = \"http://keystone:5000/v3\"\nuser = \"u\"\npassword = \"p\"\nproject = \"p\"\n";
    let warnings = configuration(keystone).warnings().to_vec();
    assert_eq!(
        warnings,
        ["authentication.toml:2:7: keystone.url is not https: tokens and the password travel in clear text"]
    );
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Configuration::load(&folder.path().join("none.toml")).unwrap_err();
    assert!(error.to_string().contains("none.toml: the authentication file cannot be read: "), "{error}");
}

#[test]
fn the_policies_of_a_refused_file_are_known_as_far_as_they_could_be_read() {
    let text = "[[users]]\nid = \"ana\"\nname = \"Ana\"\naccount = \"acme\"\nprojects = []\n\n\
                [[policies]]\nfile = \"one.json\"\nusers = [\"eve\"]\n\n\
                [[policies]]\nfile = \"\"\nusers = [\"ana\"]\n\n[[policies]]\nfile = \"/two.json\"\nusers = [\"ana\"]\n";
    let refused = Configuration::parse(text, Path::new("/etc/authentication.toml")).unwrap_err();
    let files: Vec<_> = refused.policies().iter().map(|policy| policy.file.to_str().unwrap()).collect();
    assert_eq!(files, ["/etc/one.json", "/two.json"], "{refused}");
    let refused = Configuration::parse("users = 1\n", Path::new("authentication.toml")).unwrap_err();
    assert_eq!(refused.policies(), []);
}

/// One file for each kind of problem, `---` between them.
#[test]
fn refusals() {
    let cases = include_str!("refused.toml");
    let mut refused = String::new();
    for text in cases.split("\n---\n") {
        let error = Configuration::parse(text, Path::new("authentication.toml"))
            .expect_err(&format!("accepted:\n{text}"))
            .to_string();
        assert!(!error.contains("hunter2"), "a secret shows in:\n{error}");
        write!(refused, "{text}\n\n{error}\n\n----------------\n\n").unwrap();
    }
    insta::assert_snapshot!(refused);
}

fn private(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = file;
}
