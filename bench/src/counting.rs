//! What is allocated, asked of the program that counts it.

use crate::Outcome;
use crate::program::beside;
use serde::de::DeserializeOwned;
use std::process::{Command, Stdio};

/// What `untag-bench-counting` says with these arguments.
pub(crate) fn ask<T: DeserializeOwned>(arguments: &[&str]) -> Outcome<T> {
    let mut command = Command::new(beside("untag-bench-counting")?);
    let output =
        command.args(arguments).env_clear().stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("untag-bench-counting: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
