//! What a run came to: for people, for programs, and as an exit code.

use crate::exit::Exit;
use crate::output::count;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every line has had its answer.
    Complete,
    /// Somebody ended it.
    Interrupted,
    /// The credentials are missing or refused, and with them every line.
    Credentials(String),
    /// One request after the other is refused (403).
    Refused(String),
    /// For too long, no request has had an answer that says anything about the lines.
    Unreachable(String),
    /// The file has changed since it was checked.
    Changed,
    /// Something on this machine keeps it from going on.
    Failed(String),
}

/// What a run came to. Lines are those that ask for something: blank ones and the header of CSV are not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Why it ended.
    pub ending: Ending,
    /// Good lines of the file.
    pub lines: u64,
    /// Bad lines, which were left out.
    pub bad: u64,
    /// Lines that were done before this run, according to the journal.
    pub before: u64,
    /// Lines that this run has done.
    pub done: u64,
    /// Lines that were refused.
    pub failed: u64,
    /// Requests that were sent, those that were sent again included.
    pub requests: u64,
    /// Requests whose answer asked for less.
    pub throttled: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// The journal, if one is kept.
    pub journal: Option<PathBuf>,
    /// The file of failures, if there were any.
    pub failures: Option<PathBuf>,
    /// Whether each line that had an answer was refused.
    pub(super) all_refused: bool,
}

impl Summary {
    /// Lines that have had no answer yet.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.lines.saturating_sub(self.before).saturating_sub(self.done).saturating_sub(self.failed)
    }

    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match &self.ending {
            Ending::Credentials(_) => Exit::Credentials,
            Ending::Refused(_) => Exit::Refused,
            Ending::Unreachable(_) => Exit::Unreachable,
            Ending::Complete if self.failed == 0 && self.bad == 0 => Exit::Done,
            Ending::Complete if self.all_refused && self.failed > 0 && self.before == 0 && self.bad == 0 => {
                Exit::Refused
            }
            Ending::Complete | Ending::Interrupted | Ending::Changed | Ending::Failed(_) => Exit::Failed,
        }
    }

    /// For people: one line, and what to do next where there is something to do.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = match &self.ending {
            Ending::Complete => String::new(),
            Ending::Interrupted => "interrupted. ".to_owned(),
            Ending::Credentials(reason) => {
                format!("stopped: the credentials are missing or refused: {reason}. ")
            }
            Ending::Refused(reason) => {
                format!("stopped: one request after the other is refused: {reason}. ")
            }
            Ending::Unreachable(reason) => {
                format!("stopped: the service cannot be reached or does not do its work: {reason}. ")
            }
            Ending::Changed => {
                "stopped: the file has changed since it was checked; nothing was sent that it did not name \
                                then. "
                    .to_owned()
            }
            Ending::Failed(reason) => format!("stopped: {reason}. "),
        };
        if self.ending == Ending::Complete && self.failed == 0 && self.done == 0 && self.lines > 0 {
            let _ = write!(text, "all {} lines were done before, and nothing was sent", self.lines);
            if self.bad > 0 {
                let _ = write!(text, "; {} left out", count(self.bad, "bad line"));
            }
            return text;
        }
        let _ = write!(text, "{} of {} lines done", self.before + self.done, self.lines);
        if self.before > 0 {
            let _ = write!(text, " ({} of them before)", self.before);
        }
        let _ = write!(text, ", {} failed, {} left", self.failed, self.left());
        if self.bad > 0 {
            let _ = write!(text, ", {} left out", count(self.bad, "bad line"));
        }
        let (requests, seconds) = (count(self.requests, "request"), self.elapsed.as_secs_f64());
        let _ = write!(text, "; {requests} in {seconds:.1} s");
        if let Some(rate) = self.rate() {
            let _ = write!(text, ", {rate:.0} lines/s");
        }
        if self.throttled > 0 {
            let _ = write!(text, ", throttled {}", count(self.throttled, "time"));
        }
        if let Some(path) = &self.failures {
            let _ = write!(text, "\nfailed lines, with their reasons: {}", path.display());
        }
        if self.left() > 0 {
            text.push_str(match (&self.journal, &self.ending) {
                (Some(_), Ending::Changed) => {
                    "\nto go on where it ended, put the file back as it was and run the same command again; to apply it as \
                     it is now, name another journal with --journal"
                }
                (Some(_), _) => "\nto go on where it ended, run the same command again",
                (None, _) => {
                    "\nno journal was kept: the same command starts from the first line, which does no harm"
                }
            });
        }
        text
    }

    /// For programs: the members of one document.
    #[must_use]
    pub fn json(&self) -> Value {
        let (ending, reason) = match &self.ending {
            Ending::Complete => ("complete", None),
            Ending::Interrupted => ("interrupted", None),
            Ending::Credentials(reason) => ("credentials", Some(reason)),
            Ending::Refused(reason) => ("refused", Some(reason)),
            Ending::Unreachable(reason) => ("unreachable", Some(reason)),
            Ending::Changed => ("changed", None),
            Ending::Failed(reason) => ("failed", Some(reason)),
        };
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        json!({
            "ending": ending,
            "reason": reason,
            "lines": self.lines,
            "done_before": self.before,
            "done": self.done,
            "failed": self.failed,
            "left": self.left(),
            "bad": self.bad,
            "requests": self.requests,
            "throttled": self.throttled,
            "seconds": self.elapsed.as_secs_f64(),
            "journal": path(&self.journal),
            "failures": path(&self.failures),
        })
    }

    fn rate(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        // As far as numbers of lines go, this is exact.
        #[allow(clippy::cast_precision_loss)]
        let lines = (self.done + self.failed) as f64;
        (seconds > 0.0).then(|| lines / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Summary};
    use crate::exit::Exit;
    use std::time::Duration;

    fn summary(ending: Ending) -> Summary {
        Summary {
            ending,
            lines: 100,
            bad: 0,
            before: 0,
            done: 100,
            failed: 0,
            requests: 12,
            throttled: 0,
            elapsed: Duration::from_secs(2),
            journal: Some("f.untag-journal".into()),
            failures: None,
            all_refused: false,
        }
    }

    #[test]
    fn each_end_has_its_code_and_says_what_to_do() {
        let done = summary(Ending::Complete);
        assert_eq!(
            (done.exit(), done.text().as_str()),
            (Exit::Done, "100 of 100 lines done, 0 failed, 0 left; 12 requests in 2.0 s, 50 lines/s")
        );
        let again = Summary { before: 100, done: 0, ..done.clone() };
        assert_eq!(
            (again.exit(), again.text().as_str()),
            (Exit::Done, "all 100 lines were done before, and nothing was sent")
        );
        let bad = Summary { bad: 1, ..done.clone() };
        assert_eq!(bad.exit(), Exit::Failed);
        let failed = Summary { done: 99, failed: 1, failures: Some("f".into()), ..done.clone() };
        assert_eq!(failed.exit(), Exit::Failed);
        assert!(failed.text().ends_with("\nfailed lines, with their reasons: f"));
        let refused = Summary { done: 0, failed: 100, all_refused: true, ..done.clone() };
        assert_eq!(refused.exit(), Exit::Refused);
        for (ending, exit) in [
            (Ending::Interrupted, Exit::Failed),
            (Ending::Credentials("no".to_owned()), Exit::Credentials),
            (Ending::Refused("no".to_owned()), Exit::Refused),
            (Ending::Unreachable("no".to_owned()), Exit::Unreachable),
            (Ending::Changed, Exit::Failed),
            (Ending::Failed("no".to_owned()), Exit::Failed),
        ] {
            let stopped = Summary { done: 10, before: 20, ..summary(ending) };
            assert_eq!((stopped.exit(), stopped.left()), (exit, 70));
            assert!(stopped.text().contains("30 of 100 lines done (20 of them before), 0 failed, 70 left"));
            let advice = if stopped.ending == Ending::Changed {
                "put the file back"
            } else {
                "run the same command again"
            };
            assert!(stopped.text().contains(advice), "{}", stopped.text());
            assert_eq!(stopped.json()["left"], 70);
            let without = Summary { journal: None, ..stopped };
            assert!(without.text().contains("no journal was kept"));
        }
    }
}
