//! What a run has found: for each rule whether it holds, and for each break the request to repeat it with.

use crate::rule::Rule;

/// What a run has found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The server, as a URL.
    pub url: String,
    /// How many requests were sent.
    pub requests: usize,
    /// Whether the tags were looked at. Otherwise nothing but answers was judged.
    pub effects: bool,
    /// Every selected rule, in the order of [`rules`](crate::rules).
    pub rules: Vec<Judged>,
}

/// A rule and how the server stands to it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The rule.
    pub rule: &'static Rule,
    /// How many of its cases were sent; for a rule about every answer, how many answers there were.
    pub cases: usize,
    /// How many of these were judged by the answer alone, because the tags could not be set or read.
    pub unseen: usize,
    /// How the server stands to it.
    pub outcome: Outcome,
}

/// How a server stands to a rule.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Every case of it came out as it should.
    Holds,
    /// It is broken, at least by these.
    Broken(Vec<Failure>),
    /// Some of its cases could not be checked, and the others came out as they should. Why, and what to give to the kit.
    NotChecked(String),
}

/// One break of a rule. It holds no secret: `$TOKEN` stands for the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The case: `batch-value-differs`.
    pub case: String,
    /// What the case is there to show.
    pub why: String,
    /// What was to come.
    pub expected: String,
    /// What came.
    pub got: String,
    /// A command line that sends the same request again.
    pub reproduction: String,
}

impl Report {
    /// Whether a rule is broken.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.rules.iter().any(|judged| matches!(judged.outcome, Outcome::Broken(_)))
    }

    /// Whether a rule was not checked.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.rules.iter().any(|judged| matches!(judged.outcome, Outcome::NotChecked(_)))
    }

    /// Whether every rule was checked and holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.rules.is_empty() && self.rules.iter().all(|judged| matches!(judged.outcome, Outcome::Holds))
    }

    /// How the server stands to the rule of this name.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&Judged> {
        self.rules.iter().find(|judged| judged.rule.name == name)
    }
}
