//! The provider's own SDK: a client of `untagd`, and the measure of what our client sends.

mod answers;
mod client;
mod inputs;
mod recorder;
mod requests;
mod signatures;

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use untag_python::{environment, run};

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// An interpreter that has the SDK.
fn python() -> PathBuf {
    environment(Path::new(env!("CARGO_TARGET_TMPDIR")), REQUIREMENTS)
}

/// What a script prints, as JSON, for an input that it reads as JSON; with these variables in its environment and no
/// others. Its home is its own: the SDK reads profiles from there, and leaves a file behind.
fn ask(script: &str, input: &Value, variables: &[(&str, &str)]) -> Value {
    let folder = crate::support::folder();
    let (program, file) = (folder.path().join("script.py"), folder.path().join("input.json"));
    fs::write(&program, script).unwrap();
    fs::write(&file, input.to_string()).unwrap();
    let mut command = Command::new(python());
    command.arg(program).arg(file).env_clear().env("HOME", folder.path()).envs(variables.iter().copied());
    serde_json::from_slice(&run(&mut command).stdout).unwrap()
}

/// What becomes of these calls of the SDK, one after the other.
fn call_all(calls: &[Value], variables: &[(&str, &str)]) -> Vec<Value> {
    match ask(include_str!("calls.py"), &json!(calls), variables) {
        Value::Array(outcomes) => outcomes,
        other => panic!("one outcome for each call, not {other}"),
    }
}
