//! What a newcomer reads.

use crate::repository::xtask;

#[test]
fn without_a_command_the_commands_are_shown() {
    let run = xtask(&[]);
    assert_eq!(run.code, Some(0));
    insta::assert_snapshot!("commands", run.stdout);
}

#[test]
fn each_command_explains_itself() {
    for command in ["codegen", "contract", "test", "ci", "bench", "release", "docs", "fuzz"] {
        let run = xtask(&[command, "--help"]);
        assert_eq!(run.code, Some(0));
        insta::assert_snapshot!(command, run.stdout);
    }
}

#[test]
fn each_command_about_the_contract_explains_itself() {
    for command in ["diff", "check", "api", "release"] {
        let run = xtask(&["contract", command, "--help"]);
        assert_eq!(run.code, Some(0));
        insta::assert_snapshot!(format!("contract_{command}"), run.stdout);
    }
}

#[test]
fn a_misspelt_command_is_a_usage_error() {
    let run = xtask(&["codgen"]);
    assert_eq!(run.code, Some(2));
    insta::assert_snapshot!("misspelt", run.stderr);
}
