//! How a command fails: one English sentence, and the exit code that scripts can tell apart.

use std::{fmt, process::ExitCode};

/// Exit codes, besides 0 for success and clap's 2 for a command line that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Something did not work: a file, a process, a test.
    Failed = 1,
    /// A contract was refused, by lint or by the rules of its releases.
    Refused = 3,
    /// Generated files are not what the contract says.
    Stale = 4,
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// The exit code of the process.
    pub exit: Exit,
    /// What is wrong and what to do, without a full stop.
    pub message: String,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self { exit: Exit::Failed, message }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
