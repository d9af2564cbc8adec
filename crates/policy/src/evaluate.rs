//! The decision, and what it rests on.
//!
//! [`evaluate`] is for every request: it stops at the first `Deny` that applies. [`explain`] looks at every statement of
//! every policy and tells what matched; its decision is the same.

use crate::condition::{Condition, ConditionKey};
use crate::context::{Context, Values};
use crate::policy::{Effect, Policy, Statement};
use crate::urn::Urn;
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// To do what: `workspace:desktops:untag`.
    pub action: &'a str,
    /// On which resource.
    pub resource: &'a Urn,
    /// In which circumstances.
    pub context: &'a Context,
}

/// One statement of one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRef {
    /// The policy's name.
    pub policy: String,
    /// The statement's place in the policy, from 0, as in a JSON pointer.
    pub statement: usize,
    /// The statement's own name for itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sid: Option<String>,
}

/// Why a request is allowed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A statement allows it, and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement allows it.
    NothingAllows,
}

/// Whether a request is allowed, and what decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Why.
    pub reason: Reason,
    /// The first statement that denies, or else the first that allows, in the order of the policies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<StatementRef>,
}

impl Decision {
    /// Whether the request may go on.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.reason == Reason::Allowed
    }
}

/// A decision with everything that was considered for it.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// What was decided.
    pub decision: Decision,
    /// Every statement, in the order of the policies.
    pub statements: Vec<StatementTrace>,
}

/// How one statement stands to a request.
#[derive(Clone, Debug, Serialize)]
pub struct StatementTrace {
    /// Which statement.
    #[serde(flatten)]
    pub statement: StatementRef,
    /// What it does where it applies.
    pub effect: Effect,
    /// Whether the action is one of its own.
    pub action: bool,
    /// Whether the resource is one of its own.
    pub resource: bool,
    /// Each condition.
    pub conditions: Vec<ConditionTrace>,
    /// Whether it applies: action, resource and every condition match.
    pub applies: bool,
}

/// How one condition stands to a request.
#[derive(Clone, Debug, Serialize)]
pub struct ConditionTrace {
    /// The operator, prefix and suffix included.
    pub operator: String,
    /// What it asks about.
    pub key: ConditionKey,
    /// The values in the policy.
    pub expected: Vec<String>,
    /// The values in the request.
    pub actual: Values,
    /// Whether it holds.
    pub holds: bool,
}

/// Decides a request by these policies: denied unless a statement allows it, and denied whatever allows it where one denies.
pub fn evaluate<'p>(policies: impl IntoIterator<Item = &'p Policy>, request: &Request<'_>) -> Decision {
    let mut allowed = None;
    for policy in policies {
        for (index, statement) in policy.statements.iter().enumerate() {
            // An `Allow` behind the first makes no difference.
            if (statement.effect == Effect::Deny || allowed.is_none()) && statement.applies(request) {
                match statement.effect {
                    Effect::Deny => {
                        let by = Some(reference(policy, index, statement));
                        return Decision { reason: Reason::ExplicitDeny, by };
                    }
                    Effect::Allow => allowed = Some((policy, index, statement)),
                }
            }
        }
    }
    match allowed {
        Some((policy, index, statement)) => {
            Decision { reason: Reason::Allowed, by: Some(reference(policy, index, statement)) }
        }
        None => Decision { reason: Reason::NothingAllows, by: None },
    }
}

/// Decides like [`evaluate`], and tells of every statement what matched.
pub fn explain<'p>(policies: impl IntoIterator<Item = &'p Policy>, request: &Request<'_>) -> Explanation {
    let statements: Vec<StatementTrace> = policies
        .into_iter()
        .flat_map(|policy| policy.statements.iter().enumerate().map(move |(index, it)| (policy, index, it)))
        .map(|(policy, index, statement)| statement.trace(reference(policy, index, statement), request))
        .collect();
    let first = |effect| statements.iter().find(|trace| trace.applies && trace.effect == effect);
    let (reason, by) = match (first(Effect::Deny), first(Effect::Allow)) {
        (Some(deny), _) => (Reason::ExplicitDeny, Some(deny)),
        (None, Some(allow)) => (Reason::Allowed, Some(allow)),
        (None, None) => (Reason::NothingAllows, None),
    };
    let decision = Decision { reason, by: by.map(|trace| trace.statement.clone()) };
    Explanation { decision, statements }
}

fn reference(policy: &Policy, statement: usize, it: &Statement) -> StatementRef {
    StatementRef { policy: policy.name.clone(), statement, sid: it.sid.clone() }
}

impl Statement {
    fn applies(&self, request: &Request<'_>) -> bool {
        self.actions.include(request.action)
            && self.is_about(request.resource)
            && self.conditions.iter().all(|condition| condition.holds(request.context, self.effect))
    }

    /// Whether the resource is one of its own.
    fn is_about(&self, resource: &Urn) -> bool {
        self.resources
            .as_ref()
            .is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(resource)))
    }

    fn trace(&self, statement: StatementRef, request: &Request<'_>) -> StatementTrace {
        let action = self.actions.include(request.action);
        let resource = self.is_about(request.resource);
        let trace = |condition: &Condition| ConditionTrace {
            operator: condition.operator.to_string(),
            key: condition.key.clone(),
            expected: condition.written.clone(),
            actual: request.context.values(&condition.key),
            holds: condition.holds(request.context, self.effect),
        };
        let conditions: Vec<ConditionTrace> = self.conditions.iter().map(trace).collect();
        let applies = action && resource && conditions.iter().all(|condition| condition.holds);
        StatementTrace { statement, effect: self.effect, action, resource, conditions, applies }
    }
}
