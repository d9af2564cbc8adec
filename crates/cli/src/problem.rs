//! What a command reports when it cannot do what it was asked: one sentence, and the exit code that goes with it.

use crate::exit::Exit;
use std::fmt;
use std::io;
use std::path::Path;

/// Something that is wrong, in a text that says what happened, what was and was not done, and what to do next. It never
/// holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    exit: Exit,
    words: String,
}

impl Problem {
    /// A problem that ends the command this way, in these words.
    pub fn new(exit: Exit, words: impl Into<String>) -> Self {
        Self { exit, words: words.into() }
    }

    /// Wrong use, in these words.
    pub fn usage(words: impl Into<String>) -> Self {
        Self::new(Exit::Usage, words)
    }

    /// A problem of this machine, in these words.
    pub fn failed(words: impl Into<String>) -> Self {
        Self::new(Exit::Failed, words)
    }

    /// A file that has to be read before anything is sent, and cannot be.
    #[must_use]
    pub fn file(path: &Path, error: &io::Error) -> Self {
        let exit = if error.kind() == io::ErrorKind::NotFound { Exit::Usage } else { Exit::Failed };
        Self::new(exit, format!("{}: {error}; nothing was sent", path.display()))
    }

    /// How it ends the command.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Problem {}
