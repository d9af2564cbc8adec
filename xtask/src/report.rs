//! What a plan is in words: the lines of `codegen`, and the diffs of `codegen --check`.

use crate::{
    contracts::COMMAND,
    plan::{Entry, State},
};
use similar::TextDiff;
use std::fmt::Write;

/// How many files are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As they should be.
    pub unchanged: usize,
    /// Generated from an older contract or by an older generator.
    pub stale: usize,
    /// Changed by a person, or put there by one.
    pub edited: usize,
    /// Not there.
    pub missing: usize,
    /// There, and no longer generated.
    pub stray: usize,
}

impl Counts {
    /// Counts the entries of a plan.
    #[must_use]
    pub fn of(plan: &[Entry]) -> Self {
        let mut counts = Self::default();
        for entry in plan {
            match &entry.state {
                State::Unchanged => counts.unchanged += 1,
                State::Missing { .. } => counts.missing += 1,
                State::Changed { edited: true, .. } | State::Stray { edited: true, .. } => counts.edited += 1,
                State::Changed { .. } => counts.stale += 1,
                State::Stray { .. } => counts.stray += 1,
            }
        }
        counts
    }

    /// How many files differ from what they should be.
    #[must_use]
    pub fn different(self) -> usize {
        self.stale + self.edited + self.missing + self.stray
    }
}

/// The report of `--check`: every file that differs, why, and how.
///
/// A file that is missing or stray has no diff: all of its lines would be in it.
#[must_use]
pub fn differences(plan: &[Entry]) -> String {
    let mut out = String::new();
    for Entry { path, state } in plan {
        let line = match state {
            State::Unchanged => continue,
            State::Missing { .. } => format!("missing: {path}"),
            State::Changed { edited: true, .. } => format!("edited by hand: {path}"),
            State::Changed { edited: false, .. } => format!("stale: {path}"),
            State::Stray { edited: true, .. } => format!("stray, written by hand: {path}"),
            State::Stray { edited: false, .. } => format!("stray, no longer generated: {path}"),
        };
        out.push_str(&line);
        out.push('\n');
        if let State::Changed { old, new, .. } = state {
            let old = String::from_utf8_lossy(old);
            let diff = TextDiff::from_lines(old.as_ref(), new);
            let diff = diff
                .unified_diff()
                .header(&format!("{path} (on disk)"), &format!("{path} (generated)"))
                .to_string();
            out.push_str(&diff);
            out.push('\n');
        }
    }
    out
}

/// The sentence `--check` ends with.
#[must_use]
pub fn summary(counts: Counts) -> String {
    let Counts { unchanged, stale, edited, missing, stray } = counts;
    let different = counts.different();
    let total = different + unchanged;
    let mut kinds = String::new();
    for (count, kind) in
        [(stale, "stale"), (edited, "edited by hand"), (missing, "missing"), (stray, "stray")]
    {
        if count > 0 {
            let separator = if kinds.is_empty() { "" } else { ", " };
            let _ = write!(kinds, "{separator}{count} {kind}");
        }
    }
    format!(
        "{different} of {total} generated files differ from the contract ({kinds}); run `{COMMAND}` and commit what it writes"
    )
}
