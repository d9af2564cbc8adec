//! How the kit sees and sets tags: the contract has no operation that reads them, so the implementer lends a hand.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

/// What the kit calls the type of a desktop; the contract has no word for it.
pub(crate) const DESKTOP: &str = "desktop";

/// A desktop (of the type `desktop`) or another resource, with all its tags.
///
/// As JSON, one on a line, it is what `untagd import` reads and `untagd export` writes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Resource {
    /// Its project.
    pub project_id: String,
    /// Its type: `desktop` for a desktop.
    pub resource_type: String,
    /// Its id.
    pub resource_id: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its system tags.
    #[serde(default)]
    pub sys_tags: BTreeMap<String, String>,
}

/// The tags of the server under test, beside its API.
pub trait State {
    /// Makes sure that these resources are there with these tags. Tags that they have besides may go or stay.
    ///
    /// # Errors
    /// It cannot be done, or not with these tags. The cases that need them are not checked.
    fn set(&mut self, resources: &[Resource]) -> Result<(), StateError>;

    /// The resources as they are now: at least those that were set, in any order.
    ///
    /// # Errors
    /// They cannot be read.
    fn read(&mut self) -> Result<Vec<Resource>, StateError>;
}

/// Why tags were not set or read: a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError(pub String);

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StateError {}

/// A [`State`] by two commands of the implementer, which `sh -c` runs.
///
/// For `untagd`: `untagd import --allow-old-tags --store … -` and `untagd export --store …`.
#[derive(Clone, Debug)]
pub struct Commands {
    /// Reads resources on standard input, one JSON object a line, and sets them.
    pub put: String,
    /// Writes the resources on standard output, one JSON object a line; others beside the fixtures are passed over.
    pub get: String,
}

impl State for Commands {
    fn set(&mut self, resources: &[Resource]) -> Result<(), StateError> {
        let mut lines = Vec::new();
        for resource in resources {
            serde_json::to_writer(&mut lines, resource).map_err(|error| StateError(error.to_string()))?;
            lines.push(b'\n');
        }
        shell(&self.put, lines).map(drop)
    }

    fn read(&mut self) -> Result<Vec<Resource>, StateError> {
        let output = shell(&self.get, Vec::new())?;
        let lines = output.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        lines
            .enumerate()
            .map(|(number, line)| {
                serde_json::from_slice(line).map_err(|error| {
                    StateError(format!("`{}`: line {} is no resource: {error}", self.get, number + 1))
                })
            })
            .collect()
    }
}

/// Runs a command with this input; what it wrote.
fn shell(command: &str, input: Vec<u8>) -> Result<Vec<u8>, StateError> {
    let cannot = |error: std::io::Error| StateError(format!("`{command}` cannot be run: {error}"));
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = shell.spawn().map_err(cannot)?;
    let stdin = child.stdin.take();
    // Beside reading, so that neither waits for the other. A command that does not read its input is its own business.
    let writer = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let output = child.wait_with_output().map_err(cannot)?;
    drop(writer.join());
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().rev().take(3).collect();
    let said = said.into_iter().rev().collect::<Vec<_>>().join(" ");
    Err(StateError(format!("`{command}` failed ({}): {said}", output.status)))
}
