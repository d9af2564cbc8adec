//! What a command writes: results on stdout, for people or as one JSON document, and everything else on stderr.

use crate::exit::Exit;
use crate::problem::Problem;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The form of what goes to stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON document, whatever happens.
    Json,
}

/// Writes a line to stdout. A reader that has gone away is no failure: it has what it wanted.
///
/// # Errors
/// Anything else that keeps it from being written.
pub fn say(line: &str) -> Result<(), Problem> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::failed(format!("stdout cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a line to stderr. Where that cannot be written, nobody is left to tell.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes a JSON document to stdout, with how the command ended as its first members.
///
/// # Errors
/// As [`say`].
pub fn document(exit: Exit, mut members: Value) -> Result<(), Problem> {
    let mut whole = json!({ "outcome": exit.name(), "exit_code": exit.code() });
    if let (Some(whole), Some(members)) = (whole.as_object_mut(), members.as_object_mut()) {
        whole.append(members);
    }
    say(&format!("{whole:#}"))
}

/// A number of things, as a sentence has it: `1 tag`, `2 tags`.
#[must_use]
pub fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Tells of a problem that ended the command: a sentence on stderr and, where the output is JSON, a document on stdout.
pub fn report(problem: &Problem, format: Format) {
    if format == Format::Json {
        let error = json!({ "error": { "message": problem.to_string() } });
        // If stdout is what cannot be written, stderr and the exit code say it.
        let _ = document(problem.exit(), error);
    }
    note(&format!("error: {problem}"));
}
