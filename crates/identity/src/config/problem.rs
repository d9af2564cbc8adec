//! What is wrong with an authentication file, and where.

use super::PolicyBinding;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why an authentication file is refused. Displays as one line for each problem: `file:line:column: sentence`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationError {
    file: PathBuf,
    problems: Vec<Problem>,
    policies: Vec<PolicyBinding>,
}

/// One problem and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line and column, both from 1, the column in characters; `None` when the whole file is meant.
    pub place: Option<(usize, usize)>,
    /// What is wrong and what to do. It quotes no secret.
    pub message: String,
}

impl ConfigurationError {
    pub(super) fn new(file: &Path, problems: Vec<Problem>) -> Self {
        Self { file: file.to_owned(), problems, policies: Vec::new() }
    }

    pub(super) fn unreadable(file: &Path, error: &io::Error) -> Self {
        let message = format!("the authentication file cannot be read: {error}");
        Self::new(file, vec![Problem { place: None, message }])
    }

    /// The same for a file whose policies are known all the same.
    pub(super) fn with_policies(self, policies: Vec<PolicyBinding>) -> Self {
        Self { policies, ..self }
    }

    /// The problems, by place.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The policies that the file names, as far as it could be read: what is wrong with their documents can be said in the
    /// same breath.
    #[must_use]
    pub fn policies(&self) -> &[PolicyBinding] {
        &self.policies
    }
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}:", self.file.display())?;
            if let Some((line, column)) = problem.place {
                write!(f, "{line}:{column}:")?;
            }
            write!(f, " {}", problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigurationError {}

/// Line and column of a byte offset, both from 1, the column in characters.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
