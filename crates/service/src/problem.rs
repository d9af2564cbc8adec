//! What the commands report when they cannot do what they were asked.

use std::fmt;
use std::io;
use std::path::Path;

/// Something that is wrong, in a sentence that says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    words: String,
    cause: Cause,
}

/// Where a problem lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// In what the program was given: trying again does not help.
    Input,
    /// In what it stands on: database, network, disk.
    Surroundings,
}

impl Problem {
    /// A problem of the surroundings, in these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), cause: Cause::Surroundings }
    }

    /// A problem of what the program was given, in these words.
    pub fn input(words: impl Into<String>) -> Self {
        Self { words: words.into(), cause: Cause::Input }
    }

    /// A file of the configuration or of the input that cannot be read.
    #[must_use]
    pub fn file(path: &Path, error: &io::Error) -> Self {
        Self::input(format!("{}: {error}", path.display()))
    }

    /// Where it lies.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Problem {}
