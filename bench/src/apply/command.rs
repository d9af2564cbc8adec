//! `untag apply` as a process: how long it takes from its start to its end, and what it needs meanwhile.

use super::set::Service;
use crate::deletions::data::TOKEN;
use crate::example::PROJECT;
use crate::program::beside;
use crate::{Outcome, clock, machine, number};
use serde::Deserialize;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use untag_bench::senders::Login;
use untag_bench::signers::{ACCESS_KEY, SECRET};

/// How many requests it has under way by default.
pub(super) const CONCURRENCY: usize = 16;

/// How often one looks at it.
const LOOK: Duration = Duration::from_millis(2);

/// A run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Applied {
    /// From the start of the process to its end.
    pub(super) seconds: f64,
    /// CPU time of the process, in seconds.
    pub(super) cpu: f64,
    /// The most memory that it held, in bytes.
    pub(super) memory: f64,
    /// How many requests it has sent.
    pub(super) requests: usize,
}

/// What it says in the end.
#[derive(Debug, Deserialize)]
struct Summary {
    done: usize,
    left: usize,
    requests: usize,
}

/// Applies a file of so many lines.
///
/// # Errors
/// It cannot be started, or leaves lines undone.
pub(super) fn apply(
    file: &Path,
    lines: usize,
    service: &Service,
    concurrency: usize,
    login: Login,
) -> Outcome<Applied> {
    let folder = service.folder();
    let mut command = Command::new(beside("untag")?);
    command.arg("apply").arg(file).args(["--yes", "--output", "json"]);
    command.args(["--concurrency", &concurrency.to_string()]);
    command.arg("--journal").arg(folder.join("journal")).arg("--failures").arg(folder.join("failed.ndjson"));
    // Nothing of this process' environment: settings may be there.
    command.env_clear().env("HOME", folder).env("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT);
    command.env("UNTAG_ENDPOINT", service.url());
    match login {
        Login::Token => command.env("UNTAG_TOKEN", TOKEN),
        Login::AccessKey => command.env("HUAWEICLOUD_SDK_AK", ACCESS_KEY).env("HUAWEICLOUD_SDK_SK", SECRET),
    };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = clock::now();
    let mut child = command.spawn()?;
    let (mut cpu, mut memory) = (f64::NAN, f64::NAN);
    while child.try_wait()?.is_none() {
        cpu = machine::cpu_of(child.id()).unwrap_or(cpu);
        if let Some(bytes) = machine::peak_memory_of(child.id()) {
            memory = number(usize::try_from(bytes)?);
        }
        thread::sleep(LOOK);
    }
    let seconds = start.elapsed().as_secs_f64();
    // It writes a few lines in all: less than a pipe holds.
    let output = child.wait_with_output()?;
    let summary = serde_json::from_slice(&output.stdout);
    match summary {
        Ok(Summary { done, left: 0, requests }) if done == lines && output.status.success() => {
            Ok(Applied { seconds, cpu, memory, requests })
        }
        _ => {
            let (printed, said) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            Err(format!("untag apply: {}: {printed}{said}", output.status).into())
        }
    }
}
