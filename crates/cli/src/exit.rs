//! The exit codes: stable, and told in one place to `--help`, the man page, the README and the JSON output.

use std::fmt::Write as _;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// Everything that was asked for is done.
    Done,
    /// Some of it is done and some is not, or something on this machine went wrong.
    Failed,
    /// The command line, or a file that it names, asks for something that cannot be done as it is.
    Usage,
    /// There are no credentials, or the service does not take them.
    Credentials,
    /// The service answered that it will not.
    Refused,
    /// The service did not answer, or could not do its work.
    Unreachable,
}

impl Exit {
    /// All of them, by ascending code.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Failed, Self::Usage, Self::Credentials, Self::Refused, Self::Unreachable];

    /// The code that the process ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Credentials => 3,
            Self::Refused => 4,
            Self::Unreachable => 5,
        }
    }

    /// The word for it in JSON output: `done`, `refused`, ….
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Credentials => "credentials",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
        }
    }

    /// What it says, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "everything that was asked for is done",
            Self::Failed => {
                "some of it is done and some is not; or it was interrupted; or a file could not be read or written; or \
                 the question was answered with no"
            }
            Self::Usage => {
                "wrong use, or a file that is not there, has bad lines or does not fit its journal: nothing was sent"
            }
            Self::Credentials => "there are no credentials, or the service does not take them (401)",
            Self::Refused => "the service refused: 400, 403, 404 or another answer that is no success",
            Self::Unreachable => {
                "no answer came, or the service could not do its work (429, 5xx), after all attempts"
            }
        }
    }

    /// How several pieces of work ended, taken together: what all have in common, or else [`Failed`](Self::Failed).
    #[must_use]
    pub fn of_all(ends: impl IntoIterator<Item = Self>) -> Self {
        let mut ends = ends.into_iter();
        let first = ends.next().unwrap_or(Self::Done);
        if ends.all(|end| end == first) { first } else { Self::Failed }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The list of codes below each `--help` and in the man page.
#[must_use]
pub fn help() -> String {
    let mut text = String::from("Exit codes:");
    for exit in Exit::ALL {
        // Writing to a string does not fail.
        let _ = write!(text, "\n  {}  {}", exit.code(), exit.meaning());
    }
    text
}

/// The same as the README's table.
#[must_use]
pub fn table() -> String {
    let mut text = String::from("| code | name | meaning |\n|---|---|---|\n");
    for exit in Exit::ALL {
        let _ = writeln!(text, "| {} | `{}` | {} |", exit.code(), exit.name(), exit.meaning());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn codes_are_what_scripts_rely_on() {
        let codes: Vec<_> = Exit::ALL.iter().map(|exit| (exit.code(), exit.name())).collect();
        assert_eq!(
            codes,
            [
                (0, "done"),
                (1, "failed"),
                (2, "usage"),
                (3, "credentials"),
                (4, "refused"),
                (5, "unreachable")
            ]
        );
    }

    #[test]
    fn what_ended_alike_has_that_end_and_a_mixture_is_a_failure() {
        for exit in Exit::ALL {
            assert_eq!(Exit::of_all([exit, exit]), exit);
        }
        assert_eq!(Exit::of_all([]), Exit::Done);
        assert_eq!(Exit::of_all([Exit::Done, Exit::Refused]), Exit::Failed);
        assert_eq!(Exit::of_all([Exit::Unreachable, Exit::Refused]), Exit::Failed);
    }
}
