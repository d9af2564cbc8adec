//! The commands, one module each: what is typed, and what it does.

pub mod audit;
pub mod check_config;
pub mod decode;
pub mod dev;
pub mod explain;
pub mod export;
pub mod import;
pub mod message_key;
pub mod migrate;
pub mod restore;
pub mod serve;
pub mod token;

mod time;

use crate::problem::Problem;
use std::io::{self, Write};

/// Writes a line to stdout. A reader that has gone away is no failure: it has what it wanted.
///
/// # Errors
/// Anything else that keeps it from being written.
fn say(line: &str) -> Result<(), Problem> {
    is_read(line).map(drop)
}

/// The same, for commands that might go on for ever: whether there still is a reader.
///
/// # Errors
/// As [`say`].
fn is_read(line: &str) -> Result<bool, Problem> {
    match writeln!(io::stdout(), "{line}") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Problem::new(format!("stdout cannot be written: {error}"))),
    }
}
