//! The rules of the contract: the one list that cases, reports and `--only` name them from.

use crate::generated::cases;
use serde::Deserialize;
use std::sync::LazyLock;

/// A rule that a server keeps or breaks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called: `value-must-match`.
    pub name: String,
    /// What it says, in one line.
    pub title: String,
    /// Where it comes from: rows of the table of decisions in `openapi/README.md`, or a part of the contract.
    pub row: String,
    /// What breaking it means.
    pub severity: Severity,
    /// What it takes to check it.
    #[serde(default)]
    pub(crate) sees: Sees,
    /// Which answers it is about.
    #[serde(default)]
    pub(crate) of: Of,
}

/// What breaking a rule means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Diagnosis suffers.
    Minor,
    /// A client that keeps to the contract fails.
    Major,
    /// Tags can be lost that nobody named, or a caller gets what is not theirs.
    Critical,
}

/// What it takes to check a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sees {
    /// The answer tells.
    #[default]
    Answer,
    /// Only the tags tell.
    Effect,
}

/// Which answers a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Of {
    /// Those to the cases that name it.
    #[default]
    #[serde(rename = "its cases")]
    Cases,
    /// All.
    #[serde(rename = "every answer")]
    Every,
}

impl Severity {
    /// The word for it: `critical`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

/// All rules, in the order of reports.
#[must_use]
pub fn rules() -> &'static [Rule] {
    // What is packaged is read by a test; a text that is none leaves nothing to check, which `run` refuses.
    static RULES: LazyLock<Vec<Rule>> =
        LazyLock::new(|| serde_json::from_str(cases::RULES).unwrap_or_default());
    &RULES
}
