//! A policy that was loaded, and what its statements are made of.

use crate::action::ActionPattern;
use crate::condition::{Condition, ConditionKey};
use crate::permission;
use crate::refusal::Refusals;
use crate::urn::UrnPattern;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A policy that was loaded without a refusal.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) name: String,
    pub(crate) statements: Vec<Statement>,
}

/// One statement of a policy.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) actions: Actions,
    /// Nothing for every resource.
    pub(crate) resources: Option<Vec<UrnPattern>>,
    pub(crate) conditions: Vec<Condition>,
}

/// What a statement does where it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Allows, unless another statement denies.
    Allow,
    /// Denies, whatever allows.
    Deny,
}

#[derive(Clone, Debug)]
pub(crate) enum Actions {
    /// `Action`: these.
    These(Vec<ActionPattern>),
    /// `NotAction`: all but these.
    AllBut(Vec<ActionPattern>),
}

impl Actions {
    pub(crate) fn include(&self, action: &str) -> bool {
        match self {
            Self::These(patterns) => patterns.iter().any(|pattern| pattern.matches(action)),
            Self::AllBut(patterns) => !patterns.iter().any(|pattern| pattern.matches(action)),
        }
    }
}

impl Policy {
    /// Loads a policy from its text. The name is what refusals, decisions and explanations call it: the file's, usually.
    ///
    /// # Errors
    /// Everything that this service would not do as the text has it, each with its place.
    pub fn parse(name: &str, text: &str) -> Result<Self, Refusals> {
        crate::load::load(name, text)
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The action patterns that match no action of this service, each with its JSON pointer. They are no error, since one
    /// policy may serve many services, but a `Deny` with a slip of the pen denies nothing.
    #[must_use]
    pub fn idle_actions(&self) -> Vec<(String, &str)> {
        let mut idle = Vec::new();
        for (index, statement) in self.statements.iter().enumerate() {
            let (member, patterns) = match &statement.actions {
                Actions::These(patterns) => ("Action", patterns),
                Actions::AllBut(patterns) => ("NotAction", patterns),
            };
            for (item, pattern) in patterns.iter().enumerate() {
                if !permission::ALL.iter().any(|permission| pattern.matches(permission.action)) {
                    idle.push((format!("/Statement/{index}/{member}/{item}"), pattern.written()));
                }
            }
        }
        idle
    }

    /// Every condition key that a statement asks about.
    #[must_use]
    pub fn condition_keys(&self) -> BTreeSet<&ConditionKey> {
        self.statements
            .iter()
            .flat_map(|statement| &statement.conditions)
            .map(|condition| &condition.key)
            .collect()
    }
}
