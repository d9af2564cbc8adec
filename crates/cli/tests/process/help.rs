//! Help, man pages, completions and the README say the same, and it is what the program does.

use crate::support::Home;
use clap::Command;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use untag_cli::{cli, exit};

/// The page of the README between two marks, kept equal to what the code says. `UPDATE_README=1` writes it.
#[test]
fn the_readme_has_the_exit_codes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) =
        readme.split_once("<!-- exit codes -->\n").expect("the README marks the table's start");
    let (found, after) = rest.split_once("<!-- /exit codes -->").expect("the README marks the table's end");
    let wanted = exit::table();
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, format!("{before}<!-- exit codes -->\n{wanted}<!-- /exit codes -->{after}"))
            .unwrap();
        return;
    }
    assert_eq!(found, wanted, "run the test with UPDATE_README=1 and read what it wrote");
}

/// The names of all commands.
fn commands() -> Vec<String> {
    cli::tree().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn every_help_and_every_man_page_has_the_exit_codes() {
    let home = Home::new();
    let plain = |page: &str| page.replace("\\-", "-").replace("\\*(Aq", "'");
    let mut pages = vec![
        home.run(&["--help"]).with(0).stdout,
        home.run(&["-h"]).with(0).stdout,
        home.run(&["man"]).with(0).stdout,
    ];
    for name in &commands() {
        pages.push(home.run(&[name, "--help"]).with(0).stdout);
        pages.push(home.run(&["man", name]).with(0).stdout);
    }
    for page in pages {
        for exit in exit::Exit::ALL {
            let line = format!("  {}  {}", exit.code(), exit.meaning());
            assert!(plain(&page).lines().any(|found| found == line), "{line:?} in {page}");
        }
    }
}

#[test]
fn every_flag_is_on_its_man_page_and_says_what_it_does() {
    let home = Home::new();
    for command in cli::tree().get_subcommands() {
        let page = home.run(&["man", command.get_name()]).with(0).stdout.replace("\\-", "-");
        assert!(page.contains(&format!("untag-{} 1", command.get_name())), "{page}");
        assert!(page.contains(concat!("\"untag ", env!("CARGO_PKG_VERSION"))), "{page}");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            if let Some(long) = argument.get_long() {
                assert!(page.contains(&format!("--{long}")), "{long} in {page}");
            }
        }
    }
    let ran = home.run(&["man", "dekstop"]).with(2);
    assert!(ran.stderr.contains("there is no command \"dekstop\"; there are desktop, "), "{}", ran.stderr);
}

/// The variables of the README's table are those that the help of `untag` explains.
#[test]
fn the_help_names_every_variable() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let variables: BTreeSet<&str> = readme
        .split('`')
        .filter(|word| word.starts_with("UNTAG_") || word.starts_with("HUAWEICLOUD_"))
        .collect();
    assert!(variables.len() >= 9, "{variables:?}");
    let home = Home::new();
    for page in [home.run(&["--help"]).with(0).stdout, home.run(&["man"]).with(0).stdout] {
        for variable in &variables {
            assert!(page.contains(variable), "{variable} in {page}");
        }
    }
}

/// Secrets have no flag: everybody on the machine can read a command line.
#[test]
fn no_flag_takes_a_secret() {
    fn check(command: &Command) {
        for argument in command.get_arguments() {
            let name = argument.get_long().unwrap_or_default();
            for word in ["token", "secret", "sk", "password"] {
                assert!(!name.split('-').any(|part| part == word), "{} --{name}", command.get_name());
            }
        }
        command.get_subcommands().for_each(check);
    }
    check(&cli::tree());
}

#[test]
fn there_are_completions_for_each_shell() {
    let home = Home::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = home.run(&["completions", shell]).with(0).stdout;
        for name in commands() {
            assert!(script.contains(&name), "{shell}: {name}");
        }
    }
}

#[test]
fn nothing_is_coloured_in_a_pipe() {
    let home = Home::new();
    for arguments in [&["--help"][..], &["dekstop"], &["desktop"]] {
        let ran = home.run(arguments);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
}
