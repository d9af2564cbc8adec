#![doc = include_str!("../README.md")]

mod action;
mod condition;
mod context;
mod document;
mod evaluate;
mod load;
pub mod message;
mod pattern;
pub mod permission;
mod policy;
mod refusal;
mod urn;

pub use condition::ConditionKey;
pub use context::{Context, ContextError, Values};
pub use evaluate::{
    ConditionTrace, Decision, Explanation, Reason, Request, StatementRef, StatementTrace, evaluate, explain,
};
pub use policy::{Effect, Policy};
pub use refusal::{Refusal, Refusals};
pub use urn::{Urn, UrnError};
