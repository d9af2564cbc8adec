//! From files to everything that a service stands on, so that `serve` and `check-config` look at the same things.

use crate::authorization::{self, Authorization};
use crate::cli::Configured;
use crate::problem::Problem;
use crate::settings::{Layer, Settings};
use std::sync::Arc;
use untag_identity::{Authenticator, Configuration};

/// Settings, callers and policies, each read and checked.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Who may call.
    pub callers: Configuration,
    /// What judges them.
    pub authenticator: Arc<Authenticator>,
    /// What they may do.
    pub authorization: Arc<Authorization>,
}

/// The settings of flags, variables and file.
///
/// # Errors
/// Everything that is wrong with them.
pub fn settings(configured: Configured) -> Result<Settings, Vec<Problem>> {
    let layer = match &configured.config {
        Some(path) => configured.layer.over(Layer::read(path).map_err(|problem| vec![problem])?),
        None => configured.layer,
    };
    layer.settle()
}

/// Reads everything that the settings name.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(settings: Settings) -> Result<Loaded, Vec<Problem>> {
    let Some(file) = &settings.authentication else {
        return Err(vec![Problem::input(
            "nobody could call: set authentication to a TOML file that says who may (README, \"Who may call\"); \
             `untagd dev` makes up callers of its own",
        )]);
    };
    let callers = Configuration::load(file).map_err(|error| vec![Problem::input(error.to_string())])?;
    assemble(settings, callers)
}

/// The same for callers that are known already.
///
/// # Errors
/// Everything that is wrong with the policies, the key or the identity service's settings.
pub fn assemble(settings: Settings, callers: Configuration) -> Result<Loaded, Vec<Problem>> {
    let mut problems = Vec::new();
    let key = match settings.message_key.as_deref().map(authorization::read_key).transpose() {
        Ok(key) => key,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let authorization = Authorization::load(callers.policies(), &settings.region, key)
        .map_err(|found| problems.extend(found));
    let authenticator =
        Authenticator::new(&callers).map_err(|error| problems.push(Problem::input(error.to_string())));
    match (authorization, authenticator) {
        (Ok(authorization), Ok(authenticator)) if problems.is_empty() => Ok(Loaded {
            settings,
            callers,
            authenticator: Arc::new(authenticator),
            authorization: Arc::new(authorization),
        }),
        _ => Err(problems),
    }
}
