//! Programs of this repository, built for a test, so that they are never older than the sources.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Builds what these arguments of `cargo build` choose, and says where its program is.
pub fn build(chosen: &[&str]) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .arg("build")
        .args(chosen)
        .arg("--message-format=json")
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{chosen:?} builds");
    String::from_utf8(output.stdout)
        .expect("cargo writes UTF-8")
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .expect("cargo names the program")
}
