//! Why there are no credentials: what was looked for, where, and what to do next. Never a value.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why a source gives no credentials.
///
/// `Display` is one line: what was looked for and where, then what to do next. It repeats no value that was found.
#[derive(Clone, Debug)]
pub struct CredentialsError {
    kind: CredentialsErrorKind,
    problem: String,
    remedy: String,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialsErrorKind {
    /// The source has none. Only then does a chain ask the next one.
    Absent,
    /// A part is there, and another that belongs to it is missing.
    Incomplete,
    /// What is there cannot be used: a file that is not well-formed, a value that no header can carry.
    Invalid,
    /// What was named to look in is not there, or cannot be read.
    Unreadable,
    /// They are of a kind that this client cannot use.
    Unsupported,
    /// The source failed.
    Failed,
}

impl CredentialsError {
    /// The source has no credentials, and a chain may ask the next one. Both texts are parts of a sentence:
    /// `the environment has no UNTAG_TOKEN`, `set UNTAG_TOKEN`.
    #[must_use]
    pub fn absent(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(CredentialsErrorKind::Absent, problem, remedy)
    }

    /// The source failed, and a chain asks no further. The texts are as those of [`absent`](Self::absent).
    #[must_use]
    pub fn failed(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(CredentialsErrorKind::Failed, problem, remedy)
    }

    pub(super) fn new(
        kind: CredentialsErrorKind,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { kind, problem: problem.into(), remedy: remedy.into(), cause: None }
    }

    /// The same failure with what brought it about, as its [`source`](Error::source). It must not hold a secret.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> CredentialsErrorKind {
        self.kind
    }

    /// What was looked for, where, and what was found in its place.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to do next.
    #[must_use]
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem, self.remedy)
    }
}

impl Error for CredentialsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
