//! One condition of a statement: an operator, a key, and the values that the policy compares with.

mod decimal;
mod expected;
mod key;
mod operator;

pub(crate) use expected::Expected;
pub use key::ConditionKey;
pub(crate) use key::KeyType;
pub(crate) use operator::{Family, Operator, Quantifier};

use crate::context::{Context, Value};
use crate::policy::Effect;

/// One condition. Everything in it fits: the key takes the operator, and the values are of the operator's type.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    pub(crate) key: ConditionKey,
    pub(crate) expected: Vec<Expected>,
    /// The values as the policy has them.
    pub(crate) written: Vec<String>,
}

/// What is known of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// The request leaves the value open, and it depends on it.
    Open,
}

impl Condition {
    /// Whether the condition holds, for a statement of this effect.
    ///
    /// The effect matters only where a request names one tag twice, or without its value. Then an `Allow` needs the
    /// condition to hold for every value that may be meant, and to a `Deny` one is enough: either way doubt refuses.
    pub(crate) fn holds(&self, context: &Context, effect: Effect) -> bool {
        let values = context.get(&self.key);
        if let (Family::Null, Some(Expected::Bool(absent))) = (self.operator.family, self.expected.first()) {
            return values.is_empty() == *absent;
        }
        if values.is_empty() {
            return self.operator.if_exists
                || match self.operator.quantifier {
                    Some(Quantifier::ForAllValues) => true,
                    Some(Quantifier::ForAnyValue) => false,
                    None => self.operator.negated,
                };
        }
        let sure = |value: &Value| match (self.answer(value), effect) {
            (Answer::Yes, _) | (Answer::Open, Effect::Deny) => true,
            (Answer::No, _) | (Answer::Open, Effect::Allow) => false,
        };
        match (self.operator.quantifier, effect) {
            (Some(Quantifier::ForAllValues), _) | (None, Effect::Allow) => values.iter().all(sure),
            (Some(Quantifier::ForAnyValue), _) | (None, Effect::Deny) => values.iter().any(sure),
        }
    }

    /// Whether one value satisfies the operator: equals one of the expected values, or, negated, none of them.
    fn answer(&self, value: &Value) -> Answer {
        let found = match value {
            Value::Open if self.expected.iter().any(Expected::takes_every_text) => Answer::Yes,
            Value::Open => Answer::Open,
            value => {
                let typed = self.operator.family.read(value);
                let hit =
                    typed.is_some_and(|typed| self.expected.iter().any(|expected| expected.matches(&typed)));
                if hit { Answer::Yes } else { Answer::No }
            }
        };
        match (found, self.operator.negated) {
            (Answer::Yes, true) => Answer::No,
            (Answer::No, true) => Answer::Yes,
            (answer, _) => answer,
        }
    }
}
