//! Every example of the README and of the help runs, in order, in one home, against `untagd dev`.

use crate::service::{RESOURCE, Service};
use crate::support::Home;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use untag_cli::cli;

/// A home in which nothing is configured but where the service is, and the service.
fn home() -> (Home, Service) {
    let (home, service) = Home::with_service();
    let program = Path::new(env!("CARGO_BIN_EXE_untag")).parent().unwrap().display().to_string();
    let home = home
        .without("UNTAG_TOKEN")
        .without("HUAWEICLOUD_SDK_PROJECT_ID")
        .with("AK", service.text("ak"))
        .with("SK", service.text("sk"))
        .with("PATH", &format!("{program}:/usr/local/bin:/usr/bin:/bin"));
    (home, service)
}

/// Runs lines as a shell would that they are copied into; all of them must succeed.
fn shell(home: &Home, lines: &str) {
    let mut shell = Command::new("sh");
    shell.arg("-eu").env_clear().current_dir(home.path());
    shell.envs(home.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child =
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{lines}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_examples_of_the_readme_do_what_they_say() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let examples: Vec<&str> =
        readme.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert!(examples.len() >= 8, "the README shows how it is used");
    let (home, service) = home();
    for example in examples {
        shell(&home, example);
    }
    let removed = service.removed();
    let mut rows: Vec<_> =
        removed.iter().map(|row| (row[0].as_str(), row[1].as_str(), row[2].as_str())).collect();
    rows.sort_unstable();
    assert_eq!(
        rows,
        [
            ("desktop", RESOURCE, "key1"),
            ("disk", "volume-0001", "env"),
            ("disk", "volume-0001", "owner"),
            ("workspace", RESOURCE, "key1"),
            ("workspace", RESOURCE, "key2"),
        ]
    );
}

#[test]
fn the_examples_of_the_help_run() {
    let (home, service) = home();
    let line = "{\"resource_type\":\"disk\",\"resource_id\":\"volume-0001\",\"key\":\"env\"}\n";
    std::fs::write(home.path().join("old-tags.ndjson"), line).unwrap();
    let tree = cli::tree();
    // What the others need comes first.
    for name in ["configure", "desktop", "resource", "apply"] {
        let help = tree.find_subcommand(name).unwrap().get_after_help().unwrap().to_string();
        let example = help.split_once("Example:\n  ").unwrap().1.lines().next().unwrap();
        assert!(example.contains(&format!("untag {name} ")), "{example}");
        shell(&home, example);
    }
    assert_eq!(service.removed(), Vec::<[String; 4]>::new(), "they only show");
}
