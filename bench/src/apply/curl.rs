//! What people write first: a shell loop that starts a `curl` for each request.

use super::set::{Service, Set, finish};
use crate::deletions::data::{self, TOKEN};
use crate::{Outcome, clock};
use std::env;
use std::fs;
use std::process::{Command, Stdio};

const LOOP: &str = include_str!("curl.sh");

/// Whether there is what the loop needs.
///
/// # Errors
/// What is missing.
pub(super) fn is_there() -> Result<(), String> {
    match Command::new("curl").arg("--version").stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err("there is no `curl` (Debian package curl)".to_owned()),
    }
}

/// Sends so many requests of the set; seconds.
pub(super) fn run(set: &Set, service: &Service, requests: usize) -> Outcome<f64> {
    let body = data::batch_body(set.each);
    let resources = set.order.iter().take(requests);
    let lines = resources.map(|&resource| format!("{} {body}\n", data::batch_path(resource)));
    let file = service.folder().join("requests");
    fs::write(&file, lines.collect::<String>())?;
    let mut command = Command::new("sh");
    command.args(["-c", LOOP, "sh"]).arg(file);
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
    command.env("UNTAG_ENDPOINT", service.url()).env("UNTAG_TOKEN", TOKEN);
    let start = clock::now();
    finish(command)?;
    Ok(start.elapsed().as_secs_f64())
}
