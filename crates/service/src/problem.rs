//! What the commands report when they cannot do what they were asked.

use std::fmt;
use std::io;
use std::path::Path;
use untag_store::StoreError;

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

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string())
    }
}

/// Problems as they are found, each of them once: why a command failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn add(&mut self, problem: Problem) {
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// What there is, where there is no problem; adds the problems where there are some.
    pub fn take<T>(&mut self, outcome: Result<T, impl Into<Self>>) -> Option<T> {
        match outcome {
            Ok(found) => Some(found),
            Err(problems) => {
                for problem in problems.into().0 {
                    self.add(problem);
                }
                None
            }
        }
    }

    /// Whether there is none so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// What there is, unless there are problems.
    ///
    /// # Errors
    /// The problems.
    pub fn or<T>(self, found: T) -> Result<T, Self> {
        if self.is_empty() { Ok(found) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl From<StoreError> for Problems {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}
