#![doc = include_str!("../README.md")]

mod case;
mod clock;
mod credentials;
mod derive;
mod effect;
mod endpoint;
mod findings;
mod generated;
mod look;
mod message;
mod outcome;
mod plan;
pub mod report;
mod reproduction;
mod rule;
mod run;
mod schema;
mod sign;
mod state;
mod target;
mod wire;

pub use credentials::{Auth, InvalidAuth, Token};
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use outcome::{Failure, Judged, Outcome, Report};
pub use rule::{Rule, Severity, rules};
pub use run::{Progress, RunError, Selection, run};
pub use state::{Commands, Resource, State, StateError};
pub use target::{InvalidTarget, Target};
